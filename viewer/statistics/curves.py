"""ROC and precision-recall curves, and the average curves of several readers.

Every distinct score is a point; nothing is dropped or smoothed. Curves are undefined (None) when
a score is missing or a class they need is absent. Averages need at least one curve (ValueError).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCurve:
    """Operating points from none recalled (threshold infinite) to all; each (point,).

    A case counts as recalled when its score is at or above the threshold.
    """

    false_positive_rate: Floats
    sensitivity: Floats
    threshold: Floats

    @property
    def area(self) -> float:
        """Area by trapezoids: the AUC with ties counted half."""
        return trapezoid_area(self.false_positive_rate, self.sensitivity)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionRecallCurve:
    """Operating points from the highest score down to all recalled; each (point,)."""

    recall: Floats
    precision: Floats
    threshold: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageRocCurve:
    """Mean of several ROC curves as a polyline whose area is the mean of their areas."""

    false_positive_rate: Floats
    sensitivity: Floats

    @property
    def area(self) -> float:
        """Area by trapezoids."""
        return trapezoid_area(self.false_positive_rate, self.sensitivity)


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePrecisionCurve:
    """Mean precision of several readers at each recall."""

    recall: Floats
    precision: Floats

    @property
    def area(self) -> float:
        """Step sum of precision over recall: the mean of the average precisions."""
        return float(np.sum(np.diff(self.recall, prepend=0.0) * self.precision))


def roc_curve(scores: ArrayLike, truth: ArrayLike) -> RocCurve | None:
    """ROC curve of one score list. scores, truth: (case,)."""
    counted = _counts(scores, truth)
    if counted is None:
        return None
    threshold, found, recalled, positives = counted
    negatives = int(recalled[-1]) - positives
    if positives == 0 or negatives == 0:
        return None
    return RocCurve(
        false_positive_rate=np.concatenate([[0.0], (recalled - found) / negatives]),
        sensitivity=np.concatenate([[0.0], found / positives]),
        threshold=np.concatenate([[np.inf], threshold]),
    )


def precision_recall_curve(scores: ArrayLike, truth: ArrayLike) -> PrecisionRecallCurve | None:
    """Precision-recall curve of one score list. scores, truth: (case,)."""
    counted = _counts(scores, truth)
    if counted is None or counted[3] == 0:
        return None
    threshold, found, recalled, positives = counted
    return PrecisionRecallCurve(
        recall=found / positives, precision=found / recalled, threshold=threshold
    )


def vertical_average(curves: Sequence[RocCurve]) -> AverageRocCurve:
    """Mean sensitivity at each false positive rate.

    Where curves rise vertically the average does too: such a rate stands twice, with the mean of
    the lower and of the upper ends.
    """
    _check_any(curves)
    rates = np.unique(np.concatenate([c.false_positive_rate for c in curves]))
    lower = np.mean([_at(c, rates, lower=True) for c in curves], axis=0)
    upper = np.mean([_at(c, rates, lower=False) for c in curves], axis=0)
    return AverageRocCurve(
        false_positive_rate=np.repeat(rates, 2),
        sensitivity=np.stack([lower, upper], axis=1).ravel(),
    )


def diagonal_average(curves: Sequence[RocCurve]) -> AverageRocCurve:
    """Mean along the lines of equal sensitivity plus false positive rate.

    Treats both axes alike; the area is the mean of the areas here as well.
    Source: Chen and Samuelson 2014 (Br J Radiol 87:20140016).
    """
    _check_any(curves)
    along = [c.false_positive_rate + c.sensitivity for c in curves]
    steps = np.unique(np.concatenate(along))
    heights = [
        np.interp(steps, u, c.sensitivity - c.false_positive_rate)
        for u, c in zip(along, curves, strict=True)
    ]
    height = np.mean(heights, axis=0)
    return AverageRocCurve(
        false_positive_rate=(steps - height) / 2, sensitivity=(steps + height) / 2
    )


def mean_precision_at_recall(curves: Sequence[PrecisionRecallCurve]) -> AveragePrecisionCurve:
    """Mean precision at each recall any curve attains.

    A curve's precision at a recall is that of its highest threshold attaining it.
    """
    _check_any(curves)
    recalls = np.unique(np.concatenate([c.recall for c in curves]))
    recalls = recalls[recalls > 0.0]
    precisions = [c.precision[np.searchsorted(c.recall, recalls, side="left")] for c in curves]
    return AveragePrecisionCurve(recall=recalls, precision=np.mean(precisions, axis=0))


def trapezoid_area(x: Floats, y: Floats) -> float:
    """Area below a polyline."""
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1])) / 2)


def _counts(scores: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats, Floats, int] | None:
    """Distinct scores from the top, how many positives and cases score at least that, positives."""
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    if values.shape != diseased.shape or values.ndim != 1:
        raise ValueError(f"scores {values.shape} and truth {diseased.shape} must be one list each")
    if values.size == 0 or np.isnan(values).any():
        return None
    order = np.argsort(-values, kind="stable")
    ranked = values[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), ranked.size - 1)
    found = np.cumsum(diseased[order], dtype=np.float64)[last]
    return ranked[last], found, last + 1.0, int(diseased.sum())


def _check_any(curves: Sequence[object]) -> None:
    if not curves:
        raise ValueError("an average needs at least one curve")


def _at(curve: RocCurve, rates: Floats, *, lower: bool) -> Floats:
    """Sensitivity at each rate: the lower or the upper end where the curve is vertical."""
    x, y = curve.false_positive_rate, curve.sensitivity
    if lower:
        index = np.searchsorted(x, rates, side="left")
    else:
        index = np.searchsorted(x, rates, side="right") - 1
    exact = x[index] == rates
    return np.where(exact, y[index], np.interp(rates, x, y))
