"""When a figure or its interval does not hold for the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.discriminate import interval_of
from viewer.analysis.results import Interval
from viewer.analysis.words import count

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST_OF_EACH_CLASS = 2
"""Cases of each class below which a rank measure is one comparison, not a figure."""
LEAST_PATIENTS = 5
"""Patients of each class below which resampling them gives too few different draws."""
LEAST_DRAWN_SHARE = 0.1
"""Share of the resamples that must be usable; percentiles of fewer are noise."""
SAME = 1e-12
"""Resampled values that differ by less are one value."""
FARTHEST_SENSITIVITY = 0.05
"""A point farther from the wanted sensitivity is not called by its name."""


def why_no_value(truth: Bools) -> str:
    """Why cases of this truth give no rank measure; "" where they do."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if positives == 0 and negatives == 0:
        return "no case has both a score and a label"
    if positives == 0 or negatives == 0:
        missing = "with" if positives == 0 else "without"
        return f"one class only: no case {missing} the finding"
    if min(positives, negatives) < LEAST_OF_EACH_CLASS:
        return (
            f"too few cases: {positives} with and {negatives} without the finding, "
            f"at least {LEAST_OF_EACH_CLASS} of each are needed"
        )
    return ""


def why_no_interval(truth: Bools, patients: tuple[str, ...]) -> str:
    """Why resamples of these patients give no interval; "" where they do."""
    with_finding = {p for p, ill in zip(patients, truth, strict=True) if ill}
    without = {p for p, ill in zip(patients, truth, strict=True) if not ill}
    return _few(len(with_finding), "with the finding") or _few(len(without), "without it")


def why_no_mean_interval(patients: set[str]) -> str:
    """Why a mean over the cases of these patients has no interval; "" where it has."""
    return _few(len(patients), "in the mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnInterval:
    """An interval of resamples, or why there is none."""

    interval: Interval | None
    draws: int
    """Resamples behind it."""
    dropped: int
    reason: str


def interval_of_draws(samples: Floats, *, why: str, alpha: float) -> DrawnInterval:
    """Percentiles of resampled values, NaN where dropped.

    why: a reason against an interval that is known already, "" otherwise. Without resamples there
    is no interval and no reason: none was asked for.
    """
    reason = why or why_few_draws(samples)
    interval = None if reason or not samples.size else interval_of(samples, alpha)
    if interval is None:
        return DrawnInterval(interval=None, draws=0, dropped=0, reason=reason)
    kept = int((~np.isnan(samples)).sum())
    return DrawnInterval(interval=interval, draws=kept, dropped=samples.size - kept, reason="")


def why_few_draws(samples: Floats) -> str:
    """Why resamples with these values, NaN where dropped, give no interval; "" where they do."""
    known = samples[~np.isnan(samples)]
    if samples.size and known.size < LEAST_DRAWN_SHARE * samples.size:
        return f"no interval: only {known.size} of {samples.size} resamples could be used"
    # A share of 1 is not certain because every resample repeats it.
    if known.size and np.ptp(known) < SAME:
        return "no interval: every resample gives the same value"
    return ""


def _few(patients: int, what: str) -> str:
    if patients >= LEAST_PATIENTS:
        return ""
    return f"no interval: {count(patients, 'patient')} {what}, at least {LEAST_PATIENTS} are needed"
