"""Agreement of scores: intraclass correlation between readers, and a reader against themselves.

Sources: Shrout and Fleiss 1979 (ICC(2,1)); McGraw and Wong 1996 for its interval; Bland and
Altman 1986 for limits of agreement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from viewer.statistics.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraclassCorrelation:
    """ICC(2,1): absolute agreement of single random readers; NaN where scores never differ."""

    value: float
    ci_low: float
    ci_high: float
    cases: int
    """Those that every reader read."""
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedReadings:
    """One reader's second scores against the first ones."""

    repeats: int
    mean_difference: float
    """Second minus first."""
    limit_low: float
    """Mean difference -+ 1.96 standard deviations; NaN with one repeat."""
    limit_high: float
    mean_absolute_difference: float


def icc_2_1(scores: ArrayLike, alpha: float = 0.05) -> IntraclassCorrelation | Refusal:
    """ICC(2,1) of scores on the cases every reader read. scores: (reader, case), NaN not read."""
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"one row a reader is wanted, got shape {values.shape}")
    values = values[:, ~np.isnan(values).any(axis=0)]
    readers, cases = values.shape
    if readers < 2 or cases < 2:
        return Refusal(
            f"An intraclass correlation needs at least two readers and two cases read by all; "
            f"there are {readers} and {cases}.",
            "Krippendorff's alpha, which allows missing readings.",
        )
    grand = values.mean()
    between_cases = readers * float(((values.mean(0) - grand) ** 2).sum()) / (cases - 1)
    between_readers = cases * float(((values.mean(1) - grand) ** 2).sum()) / (readers - 1)
    rest = values - values.mean(0) - values.mean(1)[:, None] + grand
    error = float((rest**2).sum()) / ((cases - 1) * (readers - 1))
    spread = between_cases + (readers - 1) * error + readers * (between_readers - error) / cases
    # Not by the spread: of equal scores rounding leaves a little.
    differ = bool((values != values[0, 0]).any()) and spread > 0.0
    value = (between_cases - error) / spread if differ else math.nan
    low, high = _interval(value, between_cases, between_readers, error, values.shape, alpha)
    return IntraclassCorrelation(
        value=value, ci_low=low, ci_high=high, cases=cases, readers=readers
    )


def _interval(
    value: float,
    between_cases: float,
    between_readers: float,
    error: float,
    shape: tuple[int, ...],
    alpha: float,
) -> tuple[float, float]:
    """McGraw and Wong's interval, case ICC(A,1)."""
    readers, cases = shape
    if math.isnan(value) or value >= 1.0 or error <= 0.0:
        return math.nan, math.nan
    a = readers * value / (cases * (1 - value))
    b = 1 + readers * value * (cases - 1) / (cases * (1 - value))
    parts = (a * between_readers) ** 2 / (readers - 1) + (b * error) ** 2 / (
        (cases - 1) * (readers - 1)
    )
    degrees = (a * between_readers + b * error) ** 2 / parts
    upper = float(stats.f.ppf(1 - alpha / 2, cases - 1, degrees))
    lower = float(stats.f.ppf(1 - alpha / 2, degrees, cases - 1))
    mixed = readers * between_readers + (readers * cases - readers - cases) * error
    low = cases * (between_cases - upper * error) / (upper * mixed + cases * between_cases)
    high = cases * (lower * between_cases - error) / (mixed + cases * lower * between_cases)
    return low, high


def repeated_readings(first: ArrayLike, second: ArrayLike) -> RepeatedReadings | Refusal:
    """Compare scores of planted repeats with the first ones, (repeat,) each; NaN left out."""
    change = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    change = change[~np.isnan(change)]
    if not change.size:
        return Refusal("No case was read twice.", "Agreement between readers.")
    mean = float(change.mean())
    apart = 1.96 * float(change.std(ddof=1)) if change.size > 1 else math.nan
    return RepeatedReadings(
        repeats=int(change.size),
        mean_difference=mean,
        limit_low=mean - apart,
        limit_high=mean + apart,
        mean_absolute_difference=float(np.abs(change).mean()),
    )
