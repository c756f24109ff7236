"""Tests and intervals of Obuchowski, Rockette and Hillis from the components of a study.

RRRC: random readers, random cases. FRRC: these readers, random cases. RRFC: random readers,
these cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from viewer.statistics.or_components import OrComponents
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
FEWEST_RANDOM_READERS = 3
# Mean squares and variances of figures between 0 and 1; what is smaller is rounding.
_NOTHING = 1e-16


@dataclass(frozen=True, slots=True, kw_only=True)
class OrTest:
    """F test that modalities do not differ; df2 is infinite for fixed readers (chi-square / df1).

    se, ci_low, ci_high belong to the difference of two modalities; None when more are compared.
    """

    f: float
    df1: float
    df2: float
    p: float
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None

    @property
    def chi_square(self) -> float:
        """F times df1: the statistic as the fixed-reader analysis is usually printed."""
        return self.f * self.df1


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanEstimate:
    """Mean over readers with its standard error and interval; df is infinite where normal."""

    mean: float
    se: float
    df: float
    ci_low: float
    ci_high: float


def rrrc(components: OrComponents, difference: float | None, alpha: float) -> OrTest | Refusal:
    """Random readers and cases, with Hillis' degrees of freedom.

    difference: of the first two modalities for an interval, None when there are more.
    """
    c = components
    too_few = refuse_few_readers(c.readers)
    if too_few:
        return too_few
    denominator = c.ms_tr + c.readers * max(c.cov2 - c.cov3, 0.0)
    if not denominator > _NOTHING:
        return _no_variation()
    df2 = hillis_df(denominator, c.ms_tr, (c.modalities - 1) * (c.readers - 1))
    return _f_test(c.ms_t / denominator, c, df2, denominator, difference, alpha)


def frrc(components: OrComponents, difference: float | None, alpha: float) -> OrTest | Refusal:
    """These readers, random cases: a chi-square test, given as F with infinite df2."""
    c = components
    denominator = c.var - c.cov1
    if c.readers > 1:
        denominator += (c.readers - 1) * max(c.cov2 - c.cov3, 0.0)
    if not denominator > _NOTHING:
        return _no_variation()
    return _f_test(c.ms_t / denominator, c, math.inf, denominator, difference, alpha)


def rrfc(components: OrComponents, difference: float | None, alpha: float) -> OrTest | Refusal:
    """Random readers, these cases."""
    c = components
    too_few = refuse_few_readers(c.readers)
    if too_few:
        return too_few
    if not c.ms_tr > _NOTHING:
        return _no_variation()
    df2 = float((c.modalities - 1) * (c.readers - 1))
    return _f_test(c.ms_t / c.ms_tr, c, df2, c.ms_tr, difference, alpha)


def rrrc_mean(fom: Floats, covariance: Floats, alpha: float) -> MeanEstimate | Refusal:
    """Mean of one modality over random readers and cases, from that modality's data alone.

    fom: (reader,). covariance: (reader, reader).
    """
    readers = fom.size
    too_few = refuse_few_readers(readers)
    if too_few:
        return too_few
    ms_r = float(fom.var(ddof=1))
    denominator = ms_r + readers * max(_off_diagonal_mean(covariance), 0.0)
    if not denominator > _NOTHING:
        return _no_variation()
    df = hillis_df(denominator, ms_r, readers - 1)
    return _mean_estimate(fom, denominator, df, alpha)


def frrc_mean(fom: Floats, covariance: Floats, alpha: float) -> MeanEstimate | Refusal:
    """Mean of one modality over these readers, random cases."""
    readers = fom.size
    spread = float(np.diagonal(covariance).mean())
    if readers > 1:
        spread += (readers - 1) * max(_off_diagonal_mean(covariance), 0.0)
    if not spread > _NOTHING:
        return _no_variation()
    return _mean_estimate(fom, spread, math.inf, alpha)


def rrfc_mean(fom: Floats, alpha: float) -> MeanEstimate | Refusal:
    """Mean of one modality over random readers, these cases."""
    too_few = refuse_few_readers(fom.size)
    if too_few:
        return too_few
    ms_r = float(fom.var(ddof=1))
    if not ms_r > _NOTHING:
        return _no_variation()
    return _mean_estimate(fom, ms_r, float(fom.size - 1), alpha)


def hillis_df(denominator: float, mean_square: float, freedom: int) -> float:
    """Denominator degrees of freedom of Hillis 2007; infinite when the readers do not vary."""
    return denominator**2 * freedom / mean_square**2 if mean_square > _NOTHING else math.inf


def t_quantile(df: float, probability: float) -> float:
    """Quantile of Student's t, of the normal distribution when df is infinite."""
    return float(ndtri(probability) if math.isinf(df) else stdtrit(df, probability))


def t_above(df: float, t: float) -> float:
    """Chance of a Student's t above the value."""
    return float(ndtr(-t) if math.isinf(df) else stdtr(df, -t))


def refuse_few_readers(readers: int) -> Refusal | None:
    """A refusal when there are too few readers to speak of readers in general."""
    if readers >= FEWEST_RANDOM_READERS:
        return None
    return Refusal(
        f"Random readers need at least {FEWEST_RANDOM_READERS}; this analysis has {readers}.",
        "Use each reader's DeLong comparison and the fixed-reader analysis (FRRC); "
        "they do not generalise to other readers.",
    )


def _f_test(
    f: float,
    components: OrComponents,
    df2: float,
    denominator: float,
    difference: float | None,
    alpha: float,
) -> OrTest:
    df1 = float(components.modalities - 1)
    p = chdtrc(df1, f * df1) if math.isinf(df2) else fdtrc(df1, df2, f)
    if difference is None:
        return OrTest(f=f, df1=df1, df2=df2, p=float(p))
    se = math.sqrt(2.0 * denominator / components.readers)
    half_width = t_quantile(df2, 1.0 - alpha / 2.0) * se
    return OrTest(
        f=f,
        df1=df1,
        df2=df2,
        p=float(p),
        se=se,
        ci_low=difference - half_width,
        ci_high=difference + half_width,
    )


def _mean_estimate(fom: Floats, spread: float, df: float, alpha: float) -> MeanEstimate:
    mean = float(fom.mean())
    se = math.sqrt(spread / fom.size)
    half_width = t_quantile(df, 1.0 - alpha / 2.0) * se
    return MeanEstimate(
        mean=mean, se=se, df=df, ci_low=mean - half_width, ci_high=mean + half_width
    )


def _off_diagonal_mean(covariance: Floats) -> float:
    size = covariance.shape[0]
    return float((covariance.sum() - np.trace(covariance)) / (size * (size - 1)))


def _no_variation() -> Refusal:
    return Refusal(
        "The estimated variance is zero or negative, so the test is undefined.",
        "Report the difference without a test; more cases or finer scores are needed.",
    )
