"""Multi-reader multi-case analysis: all modalities together, every pair, every modality alone.

Obuchowski-Rockette analysis with Hillis' degrees of freedom. A pair is analysed from its own two
modalities: its error term, standard error and degrees of freedom do not borrow from the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.auc import PairedComparison, auc_of_all, paired_comparison
from viewer.statistics.mrmc_covariance import CovarianceMethod, auc_covariance
from viewer.statistics.or_components import OrComponents, or_components
from viewer.statistics.or_tests import (
    MeanEstimate,
    OrTest,
    frrc,
    frrc_mean,
    rrfc,
    rrfc_mean,
    rrrc,
    rrrc_mean,
)
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrTests:
    """The three tests that the modalities do not differ, or why one does not hold."""

    rrrc: OrTest | Refusal
    """Random readers, random cases."""
    frrc: OrTest | Refusal
    """These readers, random cases."""
    rrfc: OrTest | Refusal
    """Random readers, these cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrPair:
    """Modality a minus modality b, from these two modalities' data alone."""

    a: int
    """Index of the modality."""
    b: int
    difference: float
    components: OrComponents
    tests: OrTests
    readers: tuple[PairedComparison, ...]
    """Each reader's own difference, with random cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrSingle:
    """Mean over readers of one modality, from its own data alone."""

    modality: int
    rrrc: MeanEstimate | Refusal
    frrc: MeanEstimate | Refusal
    rrfc: MeanEstimate | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrAnalysis:
    """Everything one figure of merit of a fully crossed study gives.

    fom: (modality, reader). covariance: (modality x reader, modality x reader), modality-major.
    """

    fom: Floats
    covariance: Floats
    alpha: float
    components: OrComponents
    tests: OrTests | Refusal
    """All modalities together; refused when there is only one."""
    pairs: tuple[OrPair, ...]
    singles: tuple[OrSingle, ...]


def analyse(fom: ArrayLike, covariance: ArrayLike, alpha: float = 0.05) -> OrAnalysis | Refusal:
    """Analyse figures of merit of readers who read every case in every modality.

    fom: (modality, reader). covariance: its covariance matrix over modality-major entries, by any
    method. alpha: 1 minus the confidence of the intervals. Refused when a value is missing.
    """
    figures = np.asarray(fom, dtype=np.float64)
    matrix = np.asarray(covariance, dtype=np.float64)
    modalities, readers = figures.shape
    if matrix.shape != (figures.size, figures.size) or figures.size == 0:
        raise ValueError(f"covariance {matrix.shape} must be square over fom {figures.shape}")
    if not (np.isfinite(figures).all() and np.isfinite(matrix).all()):
        return Refusal(
            "A figure of merit or its covariance is undefined for some reader and modality.",
            "Check that every reader read every case, with at least two cases of each class; "
            "for unbalanced data use the U-statistics of iMRMC.",
        )
    blocks = matrix.reshape(modalities, readers, modalities, readers)
    components = or_components(figures, matrix)
    pairs = tuple(
        _pair(figures, blocks, a, b, alpha) for a, b in combinations(range(modalities), 2)
    )
    together: OrTests | Refusal = Refusal(
        "There is only one modality, so there is no difference to test.",
        "Use the mean over readers and its interval.",
    )
    if len(pairs) == 1:
        together = pairs[0].tests
    elif pairs:
        together = _tests(components, None, alpha)
    return OrAnalysis(
        fom=figures,
        covariance=matrix,
        alpha=alpha,
        components=components,
        tests=together,
        pairs=pairs,
        singles=tuple(_single(figures, blocks, i, alpha) for i in range(modalities)),
    )


def analyse_ratings(
    ratings: Ratings, method: CovarianceMethod, alpha: float = 0.05
) -> OrAnalysis | Refusal:
    """Analyse the areas under the ROC curves of a study; refused when it is not fully crossed."""
    refusal = refuse_ratings(ratings)
    if refusal:
        return refusal
    modalities, readers, cases = ratings.scores.shape
    scores = ratings.scores.reshape(modalities * readers, cases)
    areas = auc_of_all(scores, ratings.truth).reshape(modalities, readers)
    return analyse(areas, auc_covariance(scores, ratings.truth, method), alpha)


def refuse_ratings(ratings: Ratings) -> Refusal | None:
    """Why the factorial analysis does not hold for these readings, or None when it does."""
    if ratings.positives < 2 or ratings.negatives < 2:
        return Refusal(
            f"There are {ratings.positives} cases with and {ratings.negatives} without the "
            "disease; at least two of each are needed.",
            "Add cases of the missing class; no ROC analysis holds without them.",
        )
    if ratings.is_fully_crossed:
        return None
    missing = int(np.isnan(ratings.scores).sum())
    return Refusal(
        f"The readings are unbalanced: {missing} of {ratings.scores.size} are missing.",
        "Use the U-statistics of iMRMC, which hold when not every reader read every case.",
    )


def _pair(figures: Floats, blocks: Floats, a: int, b: int, alpha: float) -> OrPair:
    chosen = np.array([a, b])
    fom = figures[chosen]
    readers = fom.shape[1]
    matrix = blocks[chosen][:, :, chosen].reshape(2 * readers, 2 * readers)
    components = or_components(fom, matrix)
    difference = float(fom[0].mean() - fom[1].mean())
    return OrPair(
        a=a,
        b=b,
        difference=difference,
        components=components,
        tests=_tests(components, difference, alpha),
        readers=tuple(_reader(fom, matrix, j, alpha) for j in range(readers)),
    )


def _reader(fom: Floats, matrix: Floats, reader: int, alpha: float) -> PairedComparison:
    other = reader + fom.shape[1]
    variance = matrix[reader, reader] + matrix[other, other] - 2.0 * matrix[reader, other]
    se = math.sqrt(variance) if variance > 1e-20 else 0.0
    return paired_comparison(float(fom[0, reader] - fom[1, reader]), se, alpha)


def _tests(components: OrComponents, difference: float | None, alpha: float) -> OrTests:
    return OrTests(
        rrrc=rrrc(components, difference, alpha),
        frrc=frrc(components, difference, alpha),
        rrfc=rrfc(components, difference, alpha),
    )


def _single(figures: Floats, blocks: Floats, modality: int, alpha: float) -> OrSingle:
    fom, matrix = figures[modality], blocks[modality, :, modality]
    return OrSingle(
        modality=modality,
        rrrc=rrrc_mean(fom, matrix, alpha),
        frrc=frrc_mean(fom, matrix, alpha),
        rrfc=rrfc_mean(fom, alpha),
    )
