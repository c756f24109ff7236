"""Agreement of readers on categories, beyond chance: Cohen, Fleiss, Krippendorff.

Categories are whole numbers from 0: 0 and 1 for recalls, ranks for BI-RADS; NaN is no answer.
A coefficient is NaN where chance alone would agree always (everyone gave the same category) or
nobody shares a case.
Sources: Cohen 1960 and 1968; Fleiss 1971; Krippendorff 2011, Computing Krippendorff's Alpha.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Weighting(StrEnum):
    """How much a disagreement counts by how far apart the categories are."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Metric(StrEnum):
    """What the distance of two categories is to Krippendorff's alpha."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def cohen_kappa(
    first: ArrayLike, second: ArrayLike, weighting: Weighting = Weighting.NONE
) -> float:
    """Agreement of two readers on the cases both answered. first, second: (case,)."""
    both = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)])
    both = both[:, ~np.isnan(both).any(axis=0)]
    if not both.shape[1]:
        return float("nan")
    a, b = _categories(both)
    categories = int(max(a.max(), b.max())) + 1
    observed = np.zeros((categories, categories))
    np.add.at(observed, (a, b), 1.0)
    expected = np.outer(observed.sum(1), observed.sum(0)) / a.size
    weights = _disagreement(categories, weighting)
    chance = float((weights * expected).sum())
    return 1.0 - float((weights * observed).sum()) / chance if chance > 0.0 else float("nan")


def pairwise_kappas(answers: ArrayLike, weighting: Weighting = Weighting.NONE) -> Floats:
    """Cohen's kappa of every pair of readers, in order. answers: (reader, case)."""
    rows = np.asarray(answers, dtype=np.float64)
    return np.array([cohen_kappa(a, b, weighting) for a, b in combinations(rows, 2)])


def fleiss_kappa(answers: ArrayLike) -> float:
    """Agreement of many readers, any of whom may miss a case. answers: (reader, case).

    Cases with fewer than two answers are left out; where all answered this is Fleiss' own kappa.
    """
    counts = _counts(answers)
    raters = counts.sum(axis=1)
    if not raters.size:
        return float("nan")
    pairs = (counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1))
    shares = counts.sum(axis=0) / raters.sum()
    chance = float((shares**2).sum())
    return (float(pairs.mean()) - chance) / (1.0 - chance) if chance < 1.0 else float("nan")


def krippendorff_alpha(answers: ArrayLike, metric: Metric = Metric.ORDINAL) -> float:
    """Agreement of many readers with missing answers, by distance. answers: (reader, case)."""
    counts = _counts(answers)
    raters = counts.sum(axis=1)
    if not raters.size:
        return float("nan")
    # Ordered pairs within a case, each case with a total weight of its number of answers.
    products = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    products[:, diagonal, diagonal] -= counts
    coincidences = (products / (raters - 1)[:, None, None]).sum(axis=0)
    totals = coincidences.sum(axis=1)
    distance = _squared_distance(totals, metric)
    observed = float((coincidences * distance).sum())
    expected = float((np.outer(totals, totals) * distance).sum()) / (totals.sum() - 1.0)
    return 1.0 - observed / expected if expected > 0.0 else float("nan")


def _counts(answers: ArrayLike) -> Floats:
    """(case, category) how many readers gave each, of cases with at least two answers."""
    values = np.asarray(answers, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"one row a reader is wanted, got shape {values.shape}")
    values = values[:, (~np.isnan(values)).sum(axis=0) >= 2]
    known = ~np.isnan(values)
    if not known.any():
        return np.zeros((0, 1))
    categories = _categories(values[known])
    counts = np.zeros((values.shape[1], int(categories.max()) + 1))
    np.add.at(counts, (np.nonzero(known)[1], categories), 1.0)
    return counts


def _categories(values: Floats) -> NDArray[np.intp]:
    numbers = values.astype(np.intp)
    if (numbers != values).any() or (numbers < 0).any():
        raise ValueError("categories must be whole numbers from 0")
    return numbers


def _disagreement(categories: int, weighting: Weighting) -> Floats:
    rank = np.arange(categories, dtype=np.float64)
    apart = np.abs(rank[:, None] - rank[None, :])
    if weighting is Weighting.NONE:
        return (apart > 0).astype(np.float64)
    return apart if weighting is Weighting.LINEAR else apart**2


def _squared_distance(totals: Floats, metric: Metric) -> Floats:
    if metric is Metric.NOMINAL:
        return _disagreement(totals.size, Weighting.NONE)
    if metric is Metric.INTERVAL:
        return _disagreement(totals.size, Weighting.QUADRATIC)
    # Ranks apart: how many answers lie between, half of those at either end.
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2, dtype=np.float64)
