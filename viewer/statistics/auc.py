"""Area under the ROC curve: DeLong's covariance, leave-one-out values, average precision.

Scores that are higher on cases with the disease are better; ties count half. A row of scores
with a missing value (NaN), or truth of one class only, has no area: the result is NaN.
Sources: DeLong 1988 (Biometrics 44:837), Sun and Xu 2014 for the placements by midranks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class AucEstimate:
    """One area with DeLong's standard error and two-sided intervals; NaN where undefined.

    ci_low, ci_high: by the normal distribution, kept within 0 and 1. logit_ci_*: by the normal
    distribution of the logit, which suits areas near 1. why_undefined: a sentence, "" when every
    value is defined.
    """

    auc: float
    se: float
    ci_low: float
    ci_high: float
    logit_ci_low: float
    logit_ci_high: float
    why_undefined: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """Difference a minus b of two areas on the same cases, by DeLong; NaN where undefined."""

    difference: float
    se: float
    ci_low: float
    ci_high: float
    z: float
    p: float
    why_undefined: str = ""


def auc(scores: ArrayLike, truth: ArrayLike) -> float:
    """Chance that a case with the disease scores higher than one without, ties half.

    scores, truth: (case,). NaN when a score is missing or only one class is there.
    """
    return float(auc_of_all(np.asarray(scores, dtype=np.float64), truth))


def auc_of_all(scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Areas of many score lists on the same cases at once.

    scores: (..., case). truth: (case,). Returns (...).
    """
    values, diseased = _checked(scores, truth)
    positives, negatives = _class_sizes(diseased)
    if positives == 0 or negatives == 0:
        return np.full(values.shape[:-1], np.nan)
    rank_sums = _midranks(values)[..., diseased].sum(axis=-1)
    wins = rank_sums - positives * (positives + 1) / 2
    return np.asarray(wins / (positives * negatives), dtype=np.float64)


def average_precision(scores: ArrayLike, truth: ArrayLike) -> float:
    """Precision averaged over the cases with the disease, each at its own score as threshold.

    scores, truth: (case,). The step sum of precision over recall, not interpolated.
    """
    return float(average_precision_of_all(np.asarray(scores, dtype=np.float64), truth))


def average_precision_of_all(scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Average precisions of many score lists on the same cases. scores: (..., case)."""
    values, diseased = _checked(scores, truth)
    if not diseased.any():
        return np.full(values.shape[:-1], np.nan)
    # The largest rank from the top is how many cases are recalled at that score.
    recalled = rankdata(-values, method="max", axis=-1)[..., diseased]
    found = rankdata(-values[..., diseased], method="max", axis=-1)
    precision = np.asarray((found / recalled).mean(axis=-1), dtype=np.float64)
    return np.where(np.isnan(values).any(axis=-1), np.nan, precision)


def placements(scores: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    """How far each case lies within the other class: DeLong's V10 and V01.

    scores: (..., case). Returns (..., positives), the share of the negatives below each positive,
    and (..., negatives), the share of the positives above each negative; ties half.
    Both are NaN when only one class is there.
    """
    values, diseased = _checked(scores, truth)
    positives, negatives = _class_sizes(diseased)
    leading = values.shape[:-1]
    if positives == 0 or negatives == 0:
        return np.full((*leading, positives), np.nan), np.full((*leading, negatives), np.nan)
    ranks = _midranks(values)
    above = ranks[..., diseased] - _midranks(values[..., diseased])
    below = ranks[..., ~diseased] - _midranks(values[..., ~diseased])
    v10 = np.asarray(above / negatives, dtype=np.float64)
    v01 = np.asarray(1.0 - below / positives, dtype=np.float64)
    return v10, v01


def delong_covariance(scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Covariance matrix of the areas of m score lists on the same cases.

    scores: (m, case). Returns (m, m); NaN with fewer than two cases of either class.
    """
    v10, v01 = placements(scores, truth)
    return _mean_covariance(v10) + _mean_covariance(v01)


def leave_one_out_auc(scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Area without each case in turn, in closed form.

    scores: (..., case). Returns (..., case); NaN where the last case of a class is left out.
    """
    values, diseased = _checked(scores, truth)
    positives, negatives = _class_sizes(diseased)
    v10, v01 = placements(values, diseased)
    left = np.full(values.shape, np.nan)
    if positives == 0 or negatives == 0:
        return left
    wins = v10.sum(axis=-1, keepdims=True) * negatives
    if positives > 1:
        left[..., diseased] = (wins - v10 * negatives) / ((positives - 1) * negatives)
    if negatives > 1:
        left[..., ~diseased] = (wins - v01 * positives) / (positives * (negatives - 1))
    return left


def delong_interval(scores: ArrayLike, truth: ArrayLike, alpha: float = 0.05) -> AucEstimate:
    """Area of one score list with its standard error and intervals of confidence 1 - alpha."""
    values = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    return auc_estimate(auc(values[0], truth), _root(delong_covariance(values, truth)[0, 0]), alpha)


def auc_estimate(area: float, se: float, alpha: float = 0.05) -> AucEstimate:
    """Normal and logit intervals of an area whose standard error is known."""
    z = _two_sided_z(alpha)
    why = ""
    logit_low = logit_high = math.nan
    if math.isnan(area):
        why = "The area needs scores of every case and cases of both classes."
    elif math.isnan(se):
        why = "The standard error needs at least two cases of each class."
    elif se == 0.0:
        why = "The standard error is 0: the cases of each class lie alike, so there is no interval."
    elif 0.0 < area < 1.0:
        centre = math.log(area / (1.0 - area))
        half_width = z * se / (area * (1.0 - area))
        logit_low = 1.0 / (1.0 + math.exp(min(half_width - centre, 700.0)))
        logit_high = 1.0 / (1.0 + math.exp(max(-half_width - centre, -700.0)))
    has_interval = not why
    return AucEstimate(
        auc=area,
        se=se,
        ci_low=max(area - z * se, 0.0) if has_interval else math.nan,
        ci_high=min(area + z * se, 1.0) if has_interval else math.nan,
        logit_ci_low=logit_low,
        logit_ci_high=logit_high,
        why_undefined=why,
    )


def compare_two(
    scores_a: ArrayLike, scores_b: ArrayLike, truth: ArrayLike, alpha: float = 0.05
) -> PairedComparison:
    """Whether two score lists on the same cases differ in area: paired DeLong test, a minus b."""
    both = np.stack([np.asarray(scores_a, np.float64), np.asarray(scores_b, np.float64)])
    areas = auc_of_all(both, truth)
    covariance = delong_covariance(both, truth)
    variance = covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]
    return paired_comparison(float(areas[0] - areas[1]), _root(variance), alpha)


def paired_comparison(difference: float, se: float, alpha: float = 0.05) -> PairedComparison:
    """Normal test and interval of a difference whose standard error is known."""
    if math.isnan(difference) or math.isnan(se) or se == 0.0:
        why = (
            "The difference has no variance on these cases."
            if se == 0.0
            else "The test needs scores of every case and at least two cases of each class."
        )
        nan = math.nan
        return PairedComparison(
            difference=difference, se=se, ci_low=nan, ci_high=nan, z=nan, p=nan, why_undefined=why
        )
    z = difference / se
    half_width = _two_sided_z(alpha) * se
    return PairedComparison(
        difference=difference,
        se=se,
        ci_low=difference - half_width,
        ci_high=difference + half_width,
        z=z,
        p=float(2.0 * ndtr(-abs(z))),
    )


def _checked(scores: ArrayLike, truth: ArrayLike) -> tuple[Floats, Bools]:
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    if diseased.ndim != 1 or values.ndim == 0 or values.shape[-1] != diseased.size:
        raise ValueError(f"scores {values.shape} must end in the cases of truth {diseased.shape}")
    return values, diseased


def _class_sizes(diseased: Bools) -> tuple[int, int]:
    positives = int(diseased.sum())
    return positives, diseased.size - positives


def _midranks(values: Floats) -> Floats:
    """Ranks from 1 along the last axis, tied values sharing their mean; NaN rows stay NaN."""
    return np.asarray(rankdata(values, method="average", axis=-1), dtype=np.float64)


def _mean_covariance(values: Floats) -> Floats:
    """Covariance matrix of the means of the rows of (m, n), from n independent columns."""
    rows, columns = values.shape
    if columns < 2:
        return np.full((rows, rows), np.nan)
    deviations = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(deviations @ deviations.T / ((columns - 1) * columns), dtype=np.float64)


def _root(variance: float) -> float:
    """Square root; a variance that rounding alone keeps from 0 counts as 0."""
    value = float(variance)
    if math.isnan(value):
        return math.nan
    return math.sqrt(value) if value > 1e-20 else 0.0


def _two_sided_z(alpha: float) -> float:
    return float(ndtri(1.0 - alpha / 2.0))
