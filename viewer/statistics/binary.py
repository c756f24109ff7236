"""Sensitivity and specificity: intervals, McNemar's test, figures of merit for MRMC analysis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, chdtrc, ndtri
from scipy.stats import binom

from viewer.statistics.jackknife import jackknife_covariance
from viewer.statistics.obuchowski_rockette import OrAnalysis, analyse
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_EXACT_BELOW = 25


class Endpoint(StrEnum):
    """A share of right calls in one class of cases."""

    SENSITIVITY = "sensitivity"
    SPECIFICITY = "specificity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """successes of total with an interval; share and interval are NaN when total is 0."""

    successes: int
    total: int
    share: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """Paired calls on the same cases: whether they change more often one way than the other.

    only_a, only_b: cases right in one only. statistic: chi-square with continuity correction,
    NaN when the test is exact. p: two-sided; 1 when no case differs.
    """

    only_a: int
    only_b: int
    statistic: float
    p: float
    is_exact: bool


def wilson_interval(successes: int, total: int, alpha: float = 0.05) -> Proportion:
    """Wilson's score interval, without continuity correction."""
    _check_counts(successes, total)
    if total == 0:
        return _no_proportion()
    share = successes / total
    z = float(ndtri(1.0 - alpha / 2.0))
    shrink = 1.0 + z * z / total
    centre = (share + z * z / (2 * total)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Proportion(
        successes=successes,
        total=total,
        share=share,
        ci_low=0.0 if successes == 0 else centre - half,
        ci_high=1.0 if successes == total else centre + half,
    )


def clopper_pearson_interval(successes: int, total: int, alpha: float = 0.05) -> Proportion:
    """Exact binomial interval; wider than its confidence asks."""
    _check_counts(successes, total)
    if total == 0:
        return _no_proportion()
    failures = total - successes
    low = betaincinv(successes, failures + 1, alpha / 2) if successes else 0.0
    high = betaincinv(successes + 1, failures, 1 - alpha / 2) if failures else 1.0
    return Proportion(
        successes=successes,
        total=total,
        share=successes / total,
        ci_low=float(low),
        ci_high=float(high),
    )


def mcnemar(right_a: ArrayLike, right_b: ArrayLike) -> McNemar:
    """McNemar's test of calls that were right (True) or wrong on the same cases.

    Exact binomial with fewer than 25 changed cases, else chi-square with continuity correction.
    """
    a = np.asarray(right_a, dtype=np.bool_)
    b = np.asarray(right_b, dtype=np.bool_)
    if a.shape != b.shape:
        raise ValueError(f"both must call the same cases, got {a.shape} and {b.shape}")
    return mcnemar_of_counts(int((a & ~b).sum()), int((b & ~a).sum()))


def mcnemar_of_counts(only_a: int, only_b: int) -> McNemar:
    """McNemar's test from the two numbers of changed cases."""
    changed = only_a + only_b
    exact = changed < _EXACT_BELOW
    if exact:
        statistic = math.nan
        p = min(1.0, 2.0 * float(binom.cdf(min(only_a, only_b), changed, 0.5)))
    else:
        statistic = max(abs(only_a - only_b) - 1, 0) ** 2 / changed
        p = float(chdtrc(1.0, statistic))
    return McNemar(only_a=only_a, only_b=only_b, statistic=statistic, p=p, is_exact=exact)


def binary_figures(calls: ArrayLike, truth: ArrayLike, endpoint: Endpoint) -> tuple[Floats, Floats]:
    """Sensitivities or specificities and their jackknife covariance.

    calls: (m, case), 1 recalled, 0 not, NaN unknown. Returns (m,) and (m, m). Only the cases of
    the class that counts are jackknifed, which is the unbiased covariance of proportions.
    """
    values = np.atleast_2d(np.asarray(calls, dtype=np.float64))
    diseased = np.asarray(truth, dtype=np.bool_)
    sensitivity = endpoint is Endpoint.SENSITIVITY
    right = values[:, diseased] if sensitivity else 1.0 - values[:, ~diseased]
    figures, cases = right.shape
    if cases == 0:
        return np.full(figures, np.nan), np.full((figures, figures), np.nan)
    shares = right.mean(axis=1)
    if cases == 1:
        return shares, np.full((figures, figures), np.nan)
    left_out = (right.sum(axis=1, keepdims=True) - right) / (cases - 1)
    return shares, jackknife_covariance(left_out)


def analyse_calls(
    calls: ArrayLike, truth: ArrayLike, endpoint: Endpoint, alpha: float = 0.05
) -> OrAnalysis | Refusal:
    """MRMC analysis of sensitivity or specificity. calls: (modality, reader, case)."""
    values = np.asarray(calls, dtype=np.float64)
    modalities, readers, cases = values.shape
    missing = int(np.isnan(values).sum())
    if missing:
        return Refusal(
            f"The calls are unbalanced: {missing} of {values.size} are missing.",
            "Give each reader's own sensitivity and specificity with Wilson intervals.",
        )
    figures, covariance = binary_figures(
        values.reshape(modalities * readers, cases), truth, endpoint
    )
    return analyse(figures.reshape(modalities, readers), covariance, alpha)


def _check_counts(successes: int, total: int) -> None:
    if not 0 <= successes <= total:
        raise ValueError(f"successes must be 0..{total}, got {successes}")


def _no_proportion() -> Proportion:
    return Proportion(successes=0, total=0, share=math.nan, ci_low=math.nan, ci_high=math.nan)
