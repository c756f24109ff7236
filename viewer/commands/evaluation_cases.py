"""Predictions and labels as arrays: a column for each breast, and for each image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from inference.types import CLASS_NAMES
from viewer.analysis.evaluation_table import LeftOut, Level, ScoredCases
from viewer.commands.evaluation_labels import UNKNOWN, Breast, KnownTruth, Truth
from viewer.loading.read_predictions import PredictedImage, Predictions


def series_names(images: Iterable[PredictedImage]) -> dict[tuple[str, str], str]:
    """What each model on each kind of image is called: the model, with the kind if it has several.

    By (model, kind), in the order of the table.
    """
    pairs = list(dict.fromkeys((image.model, image.kind) for image in images if image.is_scored))
    kinds = Counter(model for model, _ in pairs)
    return {
        (model, kind): f"{model}, {kind}" if kinds[model] > 1 else model for model, kind in pairs
    }


def breast_cases(predictions: Predictions, truth: KnownTruth) -> ScoredCases | None:
    """Breasts with a label, scored by any model; None without any."""
    models = list(dict.fromkeys(breast.model for breast in predictions.breasts))
    labelled = [
        b for b in predictions.breasts if truth.of_breast((b.exam, b.laterality)) != UNKNOWN
    ]
    names = list(dict.fromkeys((breast.exam, breast.laterality) for breast in labelled))
    if not names:
        return None
    place = {name: index for index, name in enumerate(names)}
    scores = np.full((len(models), len(CLASS_NAMES), len(names)), np.nan)
    for breast in labelled:
        case = place[breast.exam, breast.laterality]
        scores[models.index(breast.model), :, case] = (breast.benign, breast.malignant)
    return ScoredCases(
        level=Level.BREAST,
        series=tuple(models),
        patients=tuple(truth.patient_of(exam) for exam, _ in names),
        scores=scores,
        truth=_truth_array([truth.of_breast(name) for name in names]),
    )


def image_cases(predictions: Predictions, truth: KnownTruth) -> ScoredCases | None:
    """Images with a label, scored by any model; None without any."""
    labelled = [i for i in predictions.images if i.is_scored and truth.of_image(i) != UNKNOWN]
    if not labelled:
        return None
    series = series_names(labelled)
    rows = {pair: index for index, pair in enumerate(series)}
    first = {image.image: image for image in reversed(labelled)}
    names = list(dict.fromkeys(image.image for image in labelled))
    place = {name: index for index, name in enumerate(names)}
    scores = np.full((len(series), len(CLASS_NAMES), len(names)), np.nan)
    for image in labelled:
        row = rows[image.model, image.kind]
        scores[row, :, place[image.image]] = (image.benign, image.malignant)
    return ScoredCases(
        level=Level.IMAGE,
        series=tuple(series.values()),
        patients=tuple(truth.patient_of(first[name].exam) for name in names),
        scores=scores,
        truth=_truth_array([truth.of_image(first[name]) for name in names]),
    )


@dataclass(frozen=True, slots=True)
class _Missing:
    """Images and breasts that take no part."""

    unscored: tuple[PredictedImage, ...]
    unlabelled_images: tuple[str, ...]
    unlabelled_breasts: tuple[Breast, ...]


def left_out_of_scores(predictions: Predictions, truth: KnownTruth) -> tuple[LeftOut, ...]:
    """What was not scored, each with its reason, and how much has no label."""
    missing = _missing(predictions, truth)
    found = [
        LeftOut(
            what=f"image {image.image}" + (f", {image.model}" if image.model else ""),
            reason=f"{image.status}: {image.reason}" if image.reason else image.status,
        )
        for image in missing.unscored
    ]
    for names, noun in (
        (missing.unlabelled_images, "images"),
        (missing.unlabelled_breasts, "breasts"),
    ):
        if names:
            shown = [name if isinstance(name, str) else " ".join(name) for name in names]
            listed = ", ".join(shown[:5]) + (", ..." if len(shown) > 5 else "")
            found.append(LeftOut(what=f"{len(names)} {noun} ({listed})", reason="have no label"))
    return tuple(found)


def _missing(predictions: Predictions, truth: KnownTruth) -> _Missing:
    scored = [image for image in predictions.images if image.is_scored]
    breasts = dict.fromkeys((breast.exam, breast.laterality) for breast in predictions.breasts)
    return _Missing(
        unscored=tuple(image for image in predictions.images if not image.is_scored),
        unlabelled_images=tuple(
            dict.fromkeys(i.image for i in scored if truth.of_image(i) == UNKNOWN)
        ),
        unlabelled_breasts=tuple(b for b in breasts if truth.of_breast(b) == UNKNOWN),
    )


def _truth_array(truths: Sequence[Truth]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(class, case) 1, 0, or NaN."""
    return np.array(
        [[np.nan if known is None else float(known) for known in truth] for truth in truths],
        dtype=np.float64,
    ).T
