"""Power of a fully crossed reader study, and the readers or cases a wanted power needs.

Two modalities, random readers and cases, two-sided test. Error variances of the pilot shrink in
proportion to the number of cases, so the new study must have the pilot's share of diseased cases.
Source: Hillis, Obuchowski and Berbaum 2011 (Acad Radiol 18:129).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, chndtr, fdtri, ncfdtr

from viewer.statistics.or_components import OrComponents
from viewer.statistics.or_tests import refuse_few_readers
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotComponents:
    """What sizing needs of a pilot; the difference it saw plays no part.

    cases, positives: of the pilot, each read by every reader.
    """

    name: str
    figure_of_merit: str
    var_tr: float
    var: float
    cov1: float
    cov2: float
    cov3: float
    cases: int
    positives: int
    source: str

    @property
    def prevalence(self) -> float:
        """Share of diseased cases, which the new study must keep."""
        return self.positives / self.cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Power to find an effect; ncp: noncentrality, ddf: Hillis' denominator degrees of freedom."""

    power: float
    ncp: float
    ddf: float


def pilot_components(
    components: OrComponents,
    *,
    cases: int,
    positives: int,
    name: str = "Pilot",
    figure_of_merit: str = "AUC",
) -> PilotComponents | Refusal:
    """Components of a pilot of two or more modalities, blind to the difference between them."""
    c = components
    if not np.isfinite([c.var_tr, c.var, c.cov1, c.cov2, c.cov3]).all():
        return Refusal(
            "Sizing needs a pilot with at least two modalities and two readers.",
            "Use published components of a similar study.",
        )
    return PilotComponents(
        name=name,
        figure_of_merit=figure_of_merit,
        var_tr=c.var_tr,
        var=c.var,
        cov1=c.cov1,
        cov2=c.cov2,
        cov3=c.cov3,
        cases=cases,
        positives=positives,
        source=f"{c.readers} readers, {c.modalities} modalities, {cases} cases",
    )


def power_of(
    pilot: PilotComponents, *, effect: float, readers: int, cases: int, alpha: float = 0.05
) -> Power | Refusal:
    """Power to find a difference of that size with so many readers and cases."""
    too_few = refuse_few_readers(readers)
    if too_few:
        return too_few
    _check(effect, cases, alpha)
    power, ncp, ddf = _powers(pilot, effect, np.float64(readers), np.float64(cases), alpha)
    if np.isnan(power):
        return _no_variance()
    return Power(power=float(power), ncp=float(ncp), ddf=float(ddf))


def power_table(
    pilot: PilotComponents,
    *,
    effect: float,
    readers: ArrayLike,
    cases: ArrayLike,
    alpha: float = 0.05,
) -> Floats:
    """Power for every number of readers (n,) and cases (m,): (n, m); NaN below three readers."""
    reader_counts = np.asarray(readers, dtype=np.float64)[:, None]
    case_counts = np.asarray(cases, dtype=np.float64)[None, :]
    _check(effect, int(case_counts.min(initial=2)), alpha)
    power, _, _ = _powers(pilot, effect, reader_counts, case_counts, alpha)
    return np.where(reader_counts >= 3, power, np.nan)


def readers_for(
    pilot: PilotComponents,
    *,
    effect: float,
    cases: int,
    power: float = 0.8,
    alpha: float = 0.05,
    most: int = 200,
) -> int | Refusal:
    """Fewest readers that reach the power with so many cases."""
    counts = np.arange(3, most + 1)
    reached = power_table(pilot, effect=effect, readers=counts, cases=[cases], alpha=alpha)[:, 0]
    return _first(counts, reached >= power) or Refusal(
        f"{cases} cases do not reach a power of {power:g} with {most} readers.",
        "Plan more cases, or a larger effect.",
    )


def cases_for(
    pilot: PilotComponents,
    *,
    effect: float,
    readers: int,
    power: float = 0.8,
    alpha: float = 0.05,
    most: int = 100_000,
) -> int | Refusal:
    """Fewest cases, of the pilot's prevalence, that reach the power with so many readers."""
    too_few = refuse_few_readers(readers)
    if too_few:
        return too_few

    def first_among(counts: NDArray[np.int64]) -> int | None:
        table = power_table(pilot, effect=effect, readers=[readers], cases=counts, alpha=alpha)
        return _first(counts, table[0] >= power)

    coarse = np.unique(np.geomspace(2, most, 400).astype(np.int64))
    found = first_among(coarse)
    if found is None:
        return Refusal(
            f"{readers} readers do not reach a power of {power:g} with {most} cases: "
            "they differ too much from one another.",
            "Plan more readers, or a larger effect.",
        )
    before = coarse[coarse < found].max(initial=1)
    return first_among(np.arange(before + 1, found + 1)) or found


def _powers(
    pilot: PilotComponents,
    effect: float,
    readers: NDArray[np.float64] | np.float64,
    cases: NDArray[np.float64] | np.float64,
    alpha: float,
) -> tuple[Floats, Floats, Floats]:
    """Power, noncentrality and degrees of freedom by broadcasting readers and cases."""
    shrink = pilot.cases / cases
    between_readers = max(pilot.var_tr, 0.0)
    shared = max(pilot.cov2 - pilot.cov3, 0.0)
    own = max(pilot.var - pilot.cov1 - shared, 0.0)
    residual = np.asarray(between_readers + shrink * own)
    total = np.asarray(residual + readers * shrink * shared)
    with np.errstate(divide="ignore", invalid="ignore"):
        ncp = np.asarray(readers * effect**2 / (2.0 * total))
        ddf = np.asarray((readers - 1.0) * total**2 / residual**2)
    endless = np.isinf(ddf)
    finite_ddf = np.where(endless, 1.0, ddf)
    power = np.where(
        endless,
        1.0 - chndtr(chdtri(1.0, alpha), 1.0, ncp),
        1.0 - ncfdtr(1.0, finite_ddf, ncp, fdtri(1.0, finite_ddf, 1.0 - alpha)),
    )
    return np.where(total > 0.0, power, np.nan), ncp, ddf


def _first(counts: NDArray[np.int64], reached: NDArray[np.bool_]) -> int | None:
    return int(counts[np.argmax(reached)]) if reached.any() else None


def _check(effect: float, cases: int, alpha: float) -> None:
    if effect == 0.0 or cases < 2 or not 0.0 < alpha < 1.0:
        raise ValueError(f"need effect != 0, cases >= 2, alpha 0..1: {effect}, {cases}, {alpha}")


def _no_variance() -> Refusal:
    return Refusal(
        "The pilot's variances are zero, so the power is undefined.",
        "Use a larger pilot or published components.",
    )
