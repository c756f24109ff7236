"""Operating points in the words of the results, with Wilson intervals."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.results import Interval, OperatingPoint
from viewer.statistics.operating_points import CallCounts, at_sensitivity, count_calls
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def point_of_calls(
    calls: Floats, truth: Bools, rule: str, alpha: float, *, threshold: float | None = None
) -> OperatingPoint | None:
    """Counted calls (1, 0, NaN unknown); None where a class has no call."""
    return _point(count_calls(calls, truth), rule, threshold, alpha)


def point_at_sensitivity(
    scores: Floats, truth: Bools, sensitivity: float, alpha: float
) -> OperatingPoint | None:
    """The attainable point nearest to a sensitivity; None without both classes."""
    found = at_sensitivity(scores, truth, sensitivity)
    if isinstance(found, Refusal):
        return None
    rule = f"score >= {found.threshold:.6g}, nearest to sensitivity {sensitivity:.4g}"
    return _point(found.counts, rule, found.threshold, alpha)


def known(value: float) -> float | None:
    """The value, None where it is undefined (NaN)."""
    return None if math.isnan(value) else value


def _point(
    counts: CallCounts, rule: str, threshold: float | None, alpha: float
) -> OperatingPoint | None:
    sensitivity = counts.sensitivity_interval(alpha)
    specificity = counts.specificity_interval(alpha)
    if not sensitivity.total or not specificity.total:
        return None
    return OperatingPoint(
        threshold=threshold,
        rule=rule,
        true_positive=counts.found,
        false_negative=counts.missed,
        true_negative=counts.let_go,
        false_positive=counts.false,
        sensitivity=sensitivity.share,
        specificity=specificity.share,
        sensitivity_ci=Interval(sensitivity.ci_low, sensitivity.ci_high),
        specificity_ci=Interval(specificity.ci_low, specificity.ci_high),
        matthews=known(counts.matthews),
    )
