"""iMRMC's analysis: mean reader AUCs with U-statistic variances, for any design.

Readers and cases are both random. Holds also where readers read different cases, or different
cases in each modality (split-plot). Cases count as independent: clustering of two breasts in one
patient is not taken into account. Intervals and p-values use whole degrees of freedom (rounded
down), as iMRMC does; the degrees of freedom in the tables are exact.
Sources: Gallas 2006 (Acad Radiol 13:353); Gallas, Bandos, Samuelson, Wagner 2009 (Commun Stat
38:2586); Obuchowski, Gallas, Hillis 2012 (Acad Radiol 19:1508) for the degrees of freedom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal
from viewer.statistics.success_moments import (
    EFFECTS,
    EVERYTHING,
    MATCHES,
    NOTHING,
    Match,
    MatchedSums,
    ModalityScores,
    components,
    matched_sums,
    reader_aucs,
)

Floats = NDArray[np.float64]
Row = Mapping[str, float | str | None]
NO_MODALITY = "NO_MOD"
"""What iMRMC writes as the second modality where one modality is tested against chance."""

_COMPONENTS: tuple[tuple[str, Match], ...] = tuple(
    (name, frozenset(name)) for name in ("N", "D", "ND", "R", "NR", "DR")
) + (("RND", EVERYTHING),)
_MOMENTS: tuple[tuple[str, Match], ...] = (
    ("M1", EVERYTHING),
    ("M2", frozenset("DR")),
    ("M3", frozenset("NR")),
    ("M4", frozenset("R")),
    ("M5", frozenset("ND")),
    ("M6", frozenset("D")),
    ("M7", frozenset("N")),
    ("M8", NOTHING),
)
_TESTS = ("Normal", "BDG", "Hillis")


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceDecomposition:
    """iMRMC's varDecomp tables of one comparison.

    Three rows each: modality A, modality B, and what both have in common; zeros in the last two
    where one modality stands alone. NaN where the design has no pair to estimate from.
    """

    modality_a: str
    modality_b: str
    moments: tuple[Row, Row, Row]
    """BDG: M1 to M8."""
    components: tuple[Row, Row, Row]
    """BCK: N, D, ND, R, NR, DR, RND."""
    coefficients: tuple[Row, Row, Row]
    """Of the components; var(A) + var(B) - common is the variance of the difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImrmcTables:
    """Rows with iMRMC's column names; None is an empty cell."""

    u_statistics: tuple[Row, ...]
    """Unbiased; the variance may come out negative, then there is no test."""
    maximum_likelihood: tuple[Row, ...]
    """Biased; never negative for one modality."""
    per_reader: tuple[Row, ...]
    """Each reader on their own: variances over cases only, unbiased."""
    decompositions_u: tuple[VarianceDecomposition, ...]
    decompositions_ml: tuple[VarianceDecomposition, ...]
    is_fully_crossed: bool


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Moments and variance components of one comparison, U-statistic or maximum likelihood."""

    moments: Mapping[Match, float]
    components: Mapping[Match, float]
    weights: Mapping[Match, float]

    @classmethod
    def unbiased(cls, sums: MatchedSums) -> _Estimate:
        moments = sums.unbiased_moments()
        return cls(moments, components(moments), sums.weights)

    @classmethod
    def biased(cls, sums: MatchedSums) -> _Estimate:
        moments = sums.biased_moments()
        return cls(moments, components(moments), sums.weights)

    def share_of(self, effect: str | None = None) -> float:
        """Variance of the mean AUC, or the part of it in which an effect is at work."""
        return math.fsum(
            self.weights[match] * self.components[match]
            for match in MATCHES
            if match and self.weights[match] > 0.0 and (effect is None or effect in match)
        )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One modality against chance, or modality A minus modality B; sums for A, B and both."""

    names: tuple[str, str]
    scores: tuple[ModalityScores, ...]
    sums: tuple[MatchedSums, ...]
    aucs: tuple[Floats, ...]

    @property
    def is_single(self) -> bool:
        return len(self.scores) == 1

    def estimates(self, *, unbiased: bool) -> tuple[_Estimate, ...]:
        make = _Estimate.unbiased if unbiased else _Estimate.biased
        return tuple(make(sums) for sums in self.sums)

    def variance(self, estimates: tuple[_Estimate, ...], effect: str | None = None) -> float:
        """Of the mean AUC or of the difference; only the part of one effect if named."""
        shares = [estimate.share_of(effect) for estimate in estimates]
        return shares[0] if self.is_single else shares[0] + shares[1] - 2.0 * shares[2]

    def levels(self) -> dict[str, int]:
        """How many negatives, positives and readers the comparison has."""
        negatives = np.any([s.read_negatives.any(0) for s in self.scores], axis=0)
        positives = np.any([s.read_positives.any(0) for s in self.scores], axis=0)
        readers = np.any([s.pairs > 0 for s in self.scores], axis=0)
        counted = (negatives, positives, readers)
        return {name: int(mask.sum()) for name, mask in zip(EFFECTS, counted, strict=True)}


def imrmc_tables(ratings: Ratings, *, alpha: float = 0.05) -> ImrmcTables | Refusal:
    """Analyse every modality and every pair of modalities as iMRMC does.

    A reader who did not read both classes in a modality has no AUC there and does not count in
    it. Refused where a modality has no reader with both classes, or only one reader in all.
    """
    scores = [_modality(ratings, index) for index in range(len(ratings.modalities))]
    refusal = _refusal(ratings, scores)
    if refusal is not None:
        return refusal
    comparisons = _comparisons(ratings, scores)
    crossed = ratings.is_fully_crossed
    return ImrmcTables(
        u_statistics=tuple(_row(c, crossed, alpha, unbiased=True) for c in comparisons),
        maximum_likelihood=tuple(_row(c, crossed, alpha, unbiased=False) for c in comparisons),
        per_reader=tuple(_reader_rows(ratings, comparisons)),
        decompositions_u=tuple(_decomposition(c, unbiased=True) for c in comparisons),
        decompositions_ml=tuple(_decomposition(c, unbiased=False) for c in comparisons),
        is_fully_crossed=crossed,
    )


def _modality(ratings: Ratings, index: int) -> ModalityScores:
    scores = ratings.scores[index]
    return ModalityScores(scores[:, ~ratings.truth], scores[:, ratings.truth])


def _refusal(ratings: Ratings, scores: list[ModalityScores]) -> Refusal | None:
    for name, modality in zip(ratings.modalities, scores, strict=True):
        readers = int(np.count_nonzero(modality.pairs))
        if readers == 0:
            return Refusal(
                f"No reader read cases with and without the disease in {name}.",
                "Sensitivity or specificity of the class that was read.",
            )
        if readers == 1:
            return Refusal(
                f"Only one reader read both classes in {name}: nothing tells readers apart.",
                "DeLong's interval of that reader, who stands for no other.",
            )
    return None


def _comparisons(ratings: Ratings, scores: list[ModalityScores]) -> list[_Comparison]:
    own = [matched_sums(modality, modality) for modality in scores]
    aucs = [reader_aucs(modality) for modality in scores]
    comparisons = [
        _Comparison((name, NO_MODALITY), (scores[i],), (own[i],), (aucs[i],))
        for i, name in enumerate(ratings.modalities)
    ]
    for a, b in combinations(range(len(scores)), 2):
        comparisons.append(
            _Comparison(
                (ratings.modalities[a], ratings.modalities[b]),
                (scores[a], scores[b]),
                (own[a], own[b], matched_sums(scores[a], scores[b])),
                (aucs[a], aucs[b]),
            )
        )
    return comparisons


def _row(comparison: _Comparison, crossed: bool, alpha: float, *, unbiased: bool) -> Row:
    levels = comparison.levels()
    estimates = comparison.estimates(unbiased=unbiased)
    variances = [estimate.share_of() for estimate in estimates]
    variance = comparison.variance(estimates)
    means = [float(np.nanmean(aucs)) for aucs in comparison.aucs]
    row: dict[str, float | str | None] = {
        "NR": float(levels["R"]),
        "N0": float(levels["N"]),
        "N1": float(levels["D"]),
        **_names(comparison.names),
        "UstatOrMLE": "Ustat" if unbiased else "MLE",
        "AUCA": means[0],
        "varAUCA": variances[0],
    }
    if comparison.is_single:
        difference = means[0] - 0.5
        row |= dict.fromkeys(("AUCB", "varAUCB", "AUCAminusAUCB", "varAUCAminusAUCB"))
    else:
        difference = means[0] - means[1]
        row |= {
            "AUCB": means[1],
            "varAUCB": variances[1],
            "AUCAminusAUCB": difference,
            "varAUCAminusAUCB": variance,
        }
    centre = means[0] if comparison.is_single else difference
    unbiased_variance, reader_part, bdg = _bdg_degrees(comparison, variance, levels)
    hillis = None
    if crossed and reader_part > 0.0 and unbiased_variance > 0.0:
        hillis = (levels["R"] - 1) * (unbiased_variance / reader_part) ** 2
    row |= _test("Normal", difference, centre, variance, math.inf, alpha)
    row |= {"dfBDG": bdg} | _test("BDG", difference, centre, variance, bdg, alpha)
    row |= {"dfHillis": hillis} | _test("Hillis", difference, centre, variance, hillis, alpha)
    return row


def _bdg_degrees(
    comparison: _Comparison, variance: float, levels: Mapping[str, int]
) -> tuple[float, float, float | None]:
    """Unbiased variance, its readers' part, and Satterthwaite's degrees of freedom.

    The variances of the marginal means over readers, negatives and positives are the parts; they
    are unbiased also in the table of maximum likelihood, as iMRMC's are.
    """
    estimates = comparison.estimates(unbiased=True)
    parts = {effect: comparison.variance(estimates, effect) for effect in EFFECTS}
    spread = sum(
        part**2 / (levels[effect] - 1) for effect, part in parts.items() if levels[effect] > 1
    )
    degrees = variance**2 / spread if spread > 0.0 and variance > 0.0 else None
    return comparison.variance(estimates), parts["R"], degrees


def _test(
    name: str,
    difference: float,
    centre: float,
    variance: float,
    degrees: float | None,
    alpha: float,
) -> dict[str, float | str | None]:
    columns = _test_columns(name)
    if degrees is None or not variance > 0.0 or not degrees >= 1.0:
        return dict.fromkeys(columns)
    whole = degrees if math.isinf(degrees) else math.floor(degrees)
    error = math.sqrt(variance)
    p = float(2.0 * stats.t.sf(abs(difference) / error, whole))
    half = float(stats.t.ppf(1.0 - alpha / 2.0, whole)) * error
    return dict(zip(columns, (p, centre - half, centre + half, float(p < alpha)), strict=True))


def _test_columns(name: str) -> tuple[str, str, str, str]:
    in_intervals = name.lower() if name == "Normal" else name
    return f"pValue{name}", f"botCI{in_intervals}", f"topCI{in_intervals}", f"reject{name}"


def _names(names: tuple[str, str]) -> dict[str, float | str | None]:
    return {"modalityA": names[0], "modalityB": names[1]}


def _reader_rows(ratings: Ratings, comparisons: list[_Comparison]) -> list[Row]:
    return [
        _reader_row(comparison, index, reader)
        for comparison in comparisons
        for index, reader in enumerate(ratings.readers)
        if all(scores.pairs[index] > 0 for scores in comparison.scores)
    ]


def _reader_row(comparison: _Comparison, index: int, reader: str) -> Row:
    scores = [modality.only(index) for modality in comparison.scores]
    variances = [_case_variance(matched_sums(s, s)) for s in scores]
    aucs = [float(values[index]) for values in comparison.aucs]
    row: dict[str, float | str | None] = {
        "readerID": reader,
        "N0": float(np.any([s.read_negatives[0] for s in scores], axis=0).sum()),
        "N1": float(np.any([s.read_positives[0] for s in scores], axis=0).sum()),
        **_names(comparison.names),
        "AUCA": aucs[0],
        "varAUCA": variances[0],
        **dict.fromkeys(("AUCB", "varAUCB", "AUCAminusAUCB", "varAUCAminusAUCB")),
    }
    if not comparison.is_single:
        common = _case_variance(matched_sums(scores[0], scores[1]))
        row |= {
            "AUCB": aucs[1],
            "varAUCB": variances[1],
            "AUCAminusAUCB": aucs[0] - aucs[1],
            "varAUCAminusAUCB": variances[0] + variances[1] - 2.0 * common,
        }
    # iMRMC writes these columns for readers too, and leaves them empty.
    for test in _TESTS:
        degrees = () if test == "Normal" else (f"df{test}",)
        row |= dict.fromkeys((*degrees, *_test_columns(test)))
    return row


def _case_variance(sums: MatchedSums) -> float:
    """Variance over cases of one reader's AUC: its square less an unbiased square of its mean."""
    return sums.successes[NOTHING] - sums.unbiased_moments()[frozenset("R")]


def _decomposition(comparison: _Comparison, *, unbiased: bool) -> VarianceDecomposition:
    estimates = comparison.estimates(unbiased=unbiased)
    doubled = (1.0, 1.0, 2.0)
    moments = [{name: e.moments[m] for name, m in _MOMENTS} for e in estimates]
    parts = [{name: e.components[m] for name, m in _COMPONENTS} for e in estimates]
    weights = [
        {name: factor * e.weights[m] for name, m in _COMPONENTS}
        for factor, e in zip(doubled, estimates, strict=False)
    ]
    return VarianceDecomposition(
        modality_a=comparison.names[0],
        modality_b=comparison.names[1],
        moments=_three(moments),
        components=_three(parts),
        coefficients=_three(weights),
    )


def _three(rows: list[dict[str, float]]) -> tuple[Row, Row, Row]:
    nothing = dict.fromkeys(rows[0], 0.0)
    first, second, third = (rows + [nothing, nothing])[:3]
    return first, second, third
