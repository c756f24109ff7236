"""The table of what networks reach on unseen breasts, with intervals over breasts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inference.training.measures import area_under_curve
from inference.training.unseen_results import UnseenBreast, UnseenResult
from inference.types import CLASS_NAMES, MALIGNANT

DRAWS = 1000
_SEED = 20
Table = dict[str, float | int | list[float]]


def measures_of(results: Sequence[UnseenResult]) -> Table:
    """Measures of the breasts; a breast's score is the mean of its images'.

    Each area and share stands beside the middle 95 % of 1,000 draws of breasts. The highest
    malignant patch of a breast is the one of all its images with most malignant saliency.
    """
    breasts = _by_breast(results)
    labels = np.array([own[0].labels for own in breasts])
    table: Table = {"breasts": len(breasts), "images": len(results)}
    for index, name in enumerate(CLASS_NAMES):
        table[f"{name}_breasts"] = int(labels[:, index].sum())
        for part in ("scores", "global_scores", "local_scores"):
            scores = np.array(
                [np.mean([getattr(one, part)[index] for one in own]) for own in breasts]
            )
            ending = "" if part == "scores" else f"_{part.removesuffix('_scores')}"
            _put(
                table,
                f"auc_{name}{ending}",
                partial(_area, scores, labels[:, index]),
                len(breasts),
            )
    malignant = [own for own in breasts if own[0].labels[MALIGNANT]]
    for name, hits in (
        ("highest_malignant_patch_hits", [_highest_hits(own) for own in malignant]),
        ("most_attended_patch_hits", [any(r.most_attended_hits for r in own) for own in malignant]),
    ):
        found = np.array(hits, float)
        _put(table, name, partial(_share, found), len(malignant))
    table["strongest_saliency_in_air"] = round(max(one.air for one in results), 4)
    return table


def breast_measures_of(results: Sequence[UnseenBreast]) -> Table:
    """Areas under the curve of a model that scores breasts; a breast's kinds are averaged."""
    grouped: dict[int, list[UnseenBreast]] = defaultdict(list)
    for one in results:
        grouped[one.number].append(one)
    breasts = [grouped[number] for number in sorted(grouped)]
    labels = np.array([own[0].labels for own in breasts])
    table: Table = {"breasts": len(breasts)}
    for index, name in enumerate(CLASS_NAMES):
        table[f"{name}_breasts"] = int(labels[:, index].sum())
        scores = np.array([np.mean([one.scores[index] for one in own]) for own in breasts])
        _put(table, f"auc_{name}", partial(_area, scores, labels[:, index]), len(breasts))
    return table


def _area(scores: NDArray[np.float64], labels: NDArray[np.int64], draw: NDArray[np.int64]) -> float:
    return area_under_curve(scores[draw], labels[draw])


def _share(found: NDArray[np.float64], draw: NDArray[np.int64]) -> float:
    return float(found[draw].mean())


def _by_breast(results: Sequence[UnseenResult]) -> list[list[UnseenResult]]:
    grouped = defaultdict(list)
    for one in results:
        grouped[one.number].append(one)
    return [grouped[number] for number in sorted(grouped)]


def _highest_hits(images: Sequence[UnseenResult]) -> bool:
    tops = [one.top_patch for one in images if one.top_patch is not None]
    return bool(tops) and max(tops)[1]


def _put(
    table: Table, name: str, measure: Callable[[NDArray[np.int64]], float], count: int
) -> None:
    """Put a measure and its interval into the table; the same breasts are drawn for all.

    Nothing where the measure is not defined, as without any positive.
    """
    generator = np.random.default_rng(_SEED)
    draws = np.array([measure(generator.integers(0, count, count)) for _ in range(DRAWS)])
    # A draw without one of the classes has no area under the curve.
    defined = draws[np.isfinite(draws)]
    whole = measure(np.arange(count))
    if not defined.size or not np.isfinite(whole):
        return
    table[name] = round(whole, 3)
    interval = np.percentile(defined, [2.5, 97.5])
    table[f"{name}_interval"] = [round(float(end), 3) for end in interval]
