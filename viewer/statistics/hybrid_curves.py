"""Curves of every reader's hybrid at one lambda, fast enough to follow a slider.

Curves hold only the corners: between two positives an ROC curve runs straight and a
precision-recall curve drops at one recall, so that the corners draw the same lines as all points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.hybrid import mix, why_not_mixed
from viewer.statistics.positive_counts import PositiveCounts, count_at_positives
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
_GRID = 201
"""Points of the mean curves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridCurves:
    """All readers at one lambda; curves are (reader, point), every reader with as many points."""

    weight: float
    false_positive_rate: Floats
    sensitivity: Floats
    recall: Floats
    precision: Floats
    auc: Floats
    """(reader,)."""
    average_precision: Floats
    """(reader,)."""
    mean_roc: Floats
    """(2, point): false positive rate 0 to 1 in equal steps, and the mean sensitivity there."""
    mean_precision_recall: Floats
    """(2, point): each recall the cases allow, and the mean precision there."""


class HybridMixer:
    """Readers and a model on the same cases, split by truth once; made by `hybrid_mixer`."""

    def __init__(self, *, readers: Floats, ai: Floats, truth: NDArray[np.bool_]) -> None:
        self._positive = np.ascontiguousarray(readers[:, truth]), ai[truth]
        self._negative = np.ascontiguousarray(readers[:, ~truth]), ai[~truth]

    def at(self, weight: float) -> HybridCurves:
        """All curves and areas at a lambda. Raises ValueError outside 0 and 1."""
        counts = count_at_positives(mix(*self._positive, weight), mix(*self._negative, weight))
        rates, sensitivity = _roc_corners(counts)
        recall, precision = _precision_corners(counts)
        return HybridCurves(
            weight=weight,
            false_positive_rate=rates,
            sensitivity=sensitivity,
            recall=recall,
            precision=precision,
            auc=counts.auc,
            average_precision=counts.average_precision,
            mean_roc=_mean_roc(rates, sensitivity),
            mean_precision_recall=_mean_precision(counts),
        )


def hybrid_mixer(readers: ArrayLike, ai: ArrayLike, truth: ArrayLike) -> HybridMixer | Refusal:
    """Prepare all readers' hybrids. readers: (reader, case). ai, truth: (case,).

    Cases that a reader or the AI did not score are left out for all, so that every lambda and
    reader shows the same cases. Refused for scores outside 0 and 1, and for one class only.
    """
    scores = np.atleast_2d(np.asarray(readers, dtype=np.float64))
    model, diseased = np.asarray(ai, dtype=np.float64), np.asarray(truth, dtype=np.bool_)
    refusal = why_not_mixed(scores, model)
    if refusal is not None:
        return refusal
    scored = ~(np.isnan(scores).any(0) | np.isnan(model))
    diseased = diseased[scored]
    if not diseased.any() or diseased.all():
        return Refusal(
            "The cases that every reader and the AI scored are of one class.",
            "Each reader's own figures.",
        )
    return HybridMixer(readers=scores[:, scored], ai=model[scored], truth=diseased)


def _roc_corners(counts: PositiveCounts) -> tuple[Floats, Floats]:
    """From (0, 0) through the point before and at each positive's score to (1, 1)."""
    rows, positives = counts.found.shape
    # Tied positives share one step up, which the point before it begins.
    before = np.concatenate([np.zeros((rows, 1)), counts.found[:, :-1]], axis=1)
    tied = counts.thresholds[:, 1:] == counts.thresholds[:, :-1]
    rates = np.empty((rows, 2 * positives + 2))
    sensitivity = np.empty_like(rates)
    rates[:, 0] = sensitivity[:, 0] = 0.0
    rates[:, -1] = sensitivity[:, -1] = 1.0
    rates[:, 1:-1:2] = counts.false_above / counts.negatives
    rates[:, 2:-1:2] = counts.false / counts.negatives
    sensitivity[:, 1:-1:2] = before / positives
    sensitivity[:, 2:-1:2] = counts.found / positives
    again = np.where(tied, counts.false[:, 1:], counts.false_above[:, 1:])
    rates[:, 3:-1:2] = again / counts.negatives
    return rates, sensitivity


def _precision_corners(counts: PositiveCounts) -> tuple[Floats, Floats]:
    """At each positive's score, and before the next one at the same recall; all recalled last."""
    rows, positives = counts.found.shape
    last = np.full((rows, 1), counts.negatives)
    next_false = np.concatenate([counts.false_above[:, 1:], last], axis=1)
    # A tie has the same counts twice: nothing lies between its positives.
    between = np.maximum(next_false, counts.false)
    recall = np.repeat(counts.found / positives, 2, axis=1)
    precision = np.empty_like(recall)
    precision[:, 0::2] = counts.found / (counts.found + counts.false)
    precision[:, 1::2] = counts.found / (counts.found + between)
    return recall, precision


def _mean_roc(rates: Floats, sensitivity: Floats) -> Floats:
    grid = np.linspace(0.0, 1.0, _GRID)
    # At a rate where a curve rises the upper end counts, as for a curve that is read off.
    at = [np.interp(grid, x, y) for x, y in zip(rates, sensitivity, strict=True)]
    return np.stack([grid, np.mean(at, axis=0)])


def _mean_precision(counts: PositiveCounts) -> Floats:
    """Mean over readers of the precision at the highest threshold that attains each recall."""
    precision = counts.found / (counts.found + counts.false)
    steps = np.arange(1, counts.positives + 1)
    return np.stack([steps / counts.positives, precision.mean(0)])
