"""Multi-reader multi-case results: components, pairs of modalities, an AI against readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from viewer.statistics.imrmc import VarianceDecomposition
from viewer.statistics.or_components import DbmComponents


@dataclass(frozen=True, slots=True, kw_only=True)
class MrmcComponents:
    """Mean squares and covariances of Obuchowski and Rockette, as they come out."""

    ms_t: float
    ms_r: float
    ms_tr: float
    var: float
    cov1: float
    cov2: float
    cov3: float
    var_r: float
    """Derived; may be negative."""
    var_tr: float
    """Derived; may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MrmcTest:
    """One test of a difference. With fixed readers f is the chi-square, df2 None (infinite)."""

    f: float
    df1: float
    df2: float | None
    p: float
    se: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MrmcPair:
    """Modality a minus modality b."""

    a: str
    b: str
    difference: float
    components: MrmcComponents
    """Of these two modalities alone; the tests rest on them."""
    rrrc: MrmcTest | None
    """Random readers, random cases; None with fewer than three readers."""
    frrc: MrmcTest | None
    """Fixed readers, random cases: holds for these readers only."""
    rrfc: MrmcTest | None
    """Random readers, fixed cases: holds for these cases only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MrmcSingle:
    """The mean over readers of one modality."""

    modality: str
    estimate: float
    se: float
    df: float | None
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MrmcAnalysis:
    """Obuchowski-Rockette analysis with Hillis' degrees of freedom, of one endpoint."""

    endpoint: str
    """"auc", "sensitivity", "specificity", "wafroc", "wafroc1" or "pcl"."""
    method: str
    """"delong", "jackknife" or "unbiased"."""
    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    merits: Mapping[str, Mapping[str, float]]
    """Modality -> reader -> figure of merit."""
    components: MrmcComponents
    pairs: tuple[MrmcPair, ...]
    singles: tuple[MrmcSingle, ...]
    """Empty with fewer than three readers."""
    generalises_to_readers: bool
    """False with fewer than three readers."""
    dbm: DbmComponents | None = None
    """The same in components of pseudo-values; with the jackknife and two modalities only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderDifference:
    """One reader, modality a minus modality b: DeLong for correlated curves."""

    reader: str
    a: str
    b: str
    difference: float
    se: float
    z: float
    p: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AiAgainstReaders:
    """A model alone against readers of one modality (AI minus the mean reader)."""

    endpoint: str
    """"auc"."""
    model: str
    modality: str
    ai: float
    reader_mean: float
    difference: float
    se: float
    df: float
    """Infinite with fixed readers."""
    t: float
    p: float
    ci_low: float
    ci_high: float
    margin: float
    non_inferiority_p: float
    """One-sided: that the model is worse by the margin or more."""
    generalises_to_readers: bool
    """False with fewer than three readers: then the test holds for these readers only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UStatistics:
    """iMRMC's tables: a row is a mapping from iMRMC's column names, None for an empty cell."""

    u_statistics: tuple[Mapping[str, float | str | None], ...]
    """Unbiased; a row for each modality and each pair."""
    maximum_likelihood: tuple[Mapping[str, float | str | None], ...]
    """Biased, never negative."""
    per_reader: tuple[Mapping[str, float | str | None], ...]
    decompositions_u: tuple[VarianceDecomposition, ...]
    decompositions_ml: tuple[VarianceDecomposition, ...]
