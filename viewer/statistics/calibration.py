"""Whether scores mean what they say: reliability by bins, Brier score, calibration error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.binary import wilson_interval
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
Counts = NDArray[np.intp]


class Binning(StrEnum):
    """How scores are put into bins."""

    EQUAL_COUNTS = "equal counts"
    EQUAL_WIDTHS = "equal widths"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Scores against what became true; bins without a score are absent, all (bin,)."""

    predicted: Floats
    """Mean score."""
    observed: Floats
    """Share with the disease."""
    observed_low: Floats
    """Wilson's interval; cases count as independent."""
    observed_high: Floats
    counts: Counts
    brier: float
    """Mean squared difference of score and truth."""
    expected_error: float
    """Mean difference of predicted and observed, bins weighted by their counts."""
    mean_predicted: float
    prevalence: float


def reliability(
    scores: ArrayLike,
    truth: ArrayLike,
    *,
    bins: int = 10,
    binning: Binning = Binning.EQUAL_COUNTS,
    alpha: float = 0.05,
) -> Reliability | Refusal:
    """Compare probabilities with the truth.

    scores: (..., case) such as (reader, case), taken together; NaN left out. truth: (case,).
    Equal scores never part, so that bins of equal counts are only nearly equal. Refused for
    scores outside 0 and 1.
    """
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.broadcast_to(np.asarray(truth, dtype=np.bool_), values.shape)
    known = ~np.isnan(values)
    own, outcome = values[known], diseased[known]
    if not own.size:
        return Refusal("There are no scores.", "")
    if own.min() < 0.0 or own.max() > 1.0:
        return Refusal(
            f"Scores run from {own.min():g} to {own.max():g}: they are no probabilities.",
            "Measures that only use the order of scores, such as the AUC.",
        )
    place = _places(own, bins, binning)
    counts = np.bincount(place, minlength=bins)
    filled = counts > 0
    counts = counts[filled]
    predicted = np.bincount(place, weights=own, minlength=bins)[filled] / counts
    ill = np.bincount(place, weights=outcome, minlength=bins)[filled]
    intervals = [wilson_interval(int(n), int(m), alpha) for n, m in zip(ill, counts, strict=True)]
    observed = ill / counts
    return Reliability(
        predicted=predicted,
        observed=observed,
        observed_low=np.array([interval.ci_low for interval in intervals]),
        observed_high=np.array([interval.ci_high for interval in intervals]),
        counts=counts,
        brier=float(((own - outcome) ** 2).mean()),
        expected_error=float((np.abs(predicted - observed) * counts).sum() / own.size),
        mean_predicted=float(own.mean()),
        prevalence=float(outcome.mean()),
    )


def _places(scores: Floats, bins: int, binning: Binning) -> Counts:
    if binning is Binning.EQUAL_WIDTHS:
        return np.minimum((scores * bins).astype(np.intp), bins - 1)
    # The share of scores below, so that equal scores have the same.
    below = np.sort(scores).searchsorted(scores, side="left")
    return np.asarray(below * bins // scores.size, dtype=np.intp)
