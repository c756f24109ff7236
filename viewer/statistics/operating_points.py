"""Sensitivity and specificity of calls: recorded, at a threshold, at a wanted sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.binary import Proportion, wilson_interval
from viewer.statistics.positive_counts import count_at_positives
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """How many cases were called rightly and wrongly."""

    found: int
    """True positives."""
    missed: int
    """False negatives."""
    let_go: int
    """True negatives."""
    false: int
    """False positives."""

    @property
    def sensitivity(self) -> float:
        """NaN without positives."""
        return self.sensitivity_interval().share

    @property
    def specificity(self) -> float:
        """NaN without negatives."""
        return self.specificity_interval().share

    @property
    def matthews(self) -> float:
        """Matthews correlation; NaN where all cases or all calls are alike."""
        counts = (self.found, self.false, self.found + self.missed, self.let_go + self.false)
        return float(matthews_correlation(*(np.float64(count) for count in counts)))

    def sensitivity_interval(self, alpha: float = 0.05) -> Proportion:
        """Wilson's interval."""
        return wilson_interval(self.found, self.found + self.missed, alpha)

    def specificity_interval(self, alpha: float = 0.05) -> Proportion:
        """Wilson's interval."""
        return wilson_interval(self.let_go, self.let_go + self.false, alpha)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPoint:
    """The calls of scores at or above a threshold."""

    threshold: float
    counts: CallCounts


def calls_above(scores: ArrayLike, threshold: float) -> Floats:
    """1 where a score is above the threshold, 0 where not, NaN where it is missing. Any shape."""
    values = np.asarray(scores, dtype=np.float64)
    return np.where(np.isnan(values), np.nan, (values > threshold).astype(np.float64))


def count_calls(calls: ArrayLike, truth: ArrayLike) -> CallCounts:
    """Count one reader's calls. calls: (case,), 1 recalled, 0 not, NaN unknown (left out)."""
    values = np.asarray(calls, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    if values.shape != diseased.shape:
        raise ValueError(f"calls {values.shape} and truth {diseased.shape} must be alike")
    recalled, let_go = values == 1.0, values == 0.0
    if not (recalled | let_go | np.isnan(values)).all():
        raise ValueError("calls must be 1, 0 or NaN")
    return CallCounts(
        found=int((recalled & diseased).sum()),
        missed=int((let_go & diseased).sum()),
        let_go=int((let_go & ~diseased).sum()),
        false=int((recalled & ~diseased).sum()),
    )


def sensitivities_and_specificities(calls: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    """Of every reader's calls, (reader,) each. calls: (reader, case)."""
    counts = [count_calls(row, truth) for row in np.asarray(calls, dtype=np.float64)]
    return np.array([c.sensitivity for c in counts]), np.array([c.specificity for c in counts])


def at_sensitivity(
    scores: ArrayLike, truth: ArrayLike, sensitivity: float
) -> ThresholdPoint | Refusal:
    """The point whose sensitivity is nearest to the wanted one, of all thresholds attainable.

    scores: (case,), NaN left out. Thresholds are scores of positives, from which a case is
    recalled; of equally near ones the highest, with the fewest false positives. Refused without
    both classes.
    """
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    read = ~np.isnan(values)
    positives, negatives = values[read & diseased], values[read & ~diseased]
    if not positives.size or not negatives.size:
        return Refusal(
            "A point at a wanted sensitivity needs cases of both classes.",
            "Sensitivity or specificity at the recall threshold.",
        )
    counts = count_at_positives(positives[None], negatives[None])
    found, false = counts.found[0], counts.false[0]
    nearest = int(np.abs(found / positives.size - sensitivity).round(12).argmin())
    return ThresholdPoint(
        threshold=float(counts.thresholds[0, nearest]),
        counts=CallCounts(
            found=int(found[nearest]),
            missed=positives.size - int(found[nearest]),
            let_go=negatives.size - int(false[nearest]),
            false=int(false[nearest]),
        ),
    )


def matthews_correlation(
    found: ArrayLike, false: ArrayLike, positives: ArrayLike, negatives: ArrayLike
) -> Floats:
    """Matthews correlation of calls; NaN where all cases or all calls are alike.

    found, false: recalled positives and negatives, of so many. Any one shape.
    """
    tp, fp, p, n = (np.asarray(x, np.float64) for x in (found, false, positives, negatives))
    product = np.asarray((tp + fp) * (p + n - tp - fp) * p * n)
    correlation = np.full(product.shape, np.nan)
    agreement = tp * (n - fp) - fp * (p - tp)
    np.divide(agreement, np.sqrt(product), out=correlation, where=product > 0)
    return correlation
