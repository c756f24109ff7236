"""Marks with locations: wAFROC and LROC figures of merit, with and without each case.

A lesion or case that was not marked has the rating -inf, which ties with another -inf.
Sources: Chakraborty and Zhai 2016 (weighted AFROC); Swensson 1996 (LROC).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from viewer.statistics.jackknife import jackknife_covariance
from viewer.statistics.lroc import localised_share
from viewer.statistics.obuchowski_rockette import OrAnalysis, analyse
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrocMarks:
    """Highest ratings on lesions and elsewhere, of every reader in every modality.

    lesion_ratings: (modality, reader, lesion). lesion_case: (lesion,) index of its case.
    lesion_weight: (lesion,), summing to 1 in every case with the disease.
    highest_false: (modality, reader, case), marks on no lesion. truth: (case,).
    """

    lesion_ratings: Floats
    lesion_case: NDArray[np.intp]
    lesion_weight: Floats
    highest_false: Floats
    truth: NDArray[np.bool_]

    def __post_init__(self) -> None:
        lesions, cases = self.lesion_case.size, self.truth.size
        if self.lesion_ratings.shape[2:] != (lesions,) or self.lesion_weight.size != lesions:
            raise ValueError(f"ratings and weights must be of {lesions} lesions")
        if self.highest_false.shape != (*self.lesion_ratings.shape[:2], cases):
            raise ValueError(f"highest_false must be of {cases} cases and of the same readers")
        if lesions and not (self.lesion_case.min() >= 0 and self.lesion_case.max() < cases):
            raise ValueError(f"lesions must lie in cases 0..{cases - 1}")
        weight = np.bincount(self.lesion_case, weights=self.lesion_weight, minlength=cases)
        if (self.lesion_weight < 0).any() or not np.allclose(weight, self.truth, atol=1e-6):
            raise ValueError("lesion weights must sum to 1 in cases with the disease, 0 elsewhere")

    @property
    def positives(self) -> int:
        """How many cases have the disease."""
        return int(self.truth.sum())

    @property
    def negatives(self) -> int:
        """How many cases do not."""
        return self.truth.size - self.positives


class FrocFigure(StrEnum):
    """Figure of merit of marks with locations."""

    WAFROC = "wafroc"
    """Lesions against the highest false marks of cases without the disease."""
    WAFROC1 = "wafroc1"
    """Lesions against the highest false marks of all cases."""
    PCL = "pcl"
    """Share of diseased cases localised at a false positive rate."""


def analyse_marks(
    marks: FrocMarks,
    figure: FrocFigure,
    *,
    false_positive_rate: float = 0.1,
    alpha: float = 0.05,
) -> OrAnalysis | Refusal:
    """MRMC analysis with jackknife covariance. false_positive_rate: for PCL only."""
    if marks.positives < 2 or marks.negatives < 2:
        return Refusal(
            f"There are {marks.positives} cases with and {marks.negatives} without lesions; "
            "at least two of each are needed.",
            "Add cases of the missing class.",
        )
    merit, left_out = figures_and_left_out(marks, figure, false_positive_rate)
    return analyse(merit, jackknife_covariance(left_out.reshape(merit.size, -1)), alpha)


def figures_of_merit(
    marks: FrocMarks, figure: FrocFigure, false_positive_rate: float = 0.1
) -> Floats:
    """Figure of merit of every reader: (modality, reader); NaN without cases of both classes."""
    return figures_and_left_out(marks, figure, false_positive_rate)[0]


def figures_and_left_out(
    marks: FrocMarks, figure: FrocFigure, false_positive_rate: float = 0.1
) -> tuple[Floats, Floats]:
    """Figures (modality, reader) and those without each case, (modality, reader, case)."""
    if not 0.0 <= false_positive_rate <= 1.0:
        raise ValueError(f"false_positive_rate must be 0..1, got {false_positive_rate}")
    one_reader: dict[FrocFigure, Callable[[Floats, Floats], tuple[float, Floats]]] = {
        FrocFigure.WAFROC: lambda lesions, false: _wafroc(marks, lesions, false),
        FrocFigure.WAFROC1: lambda lesions, false: _wafroc1(marks, lesions, false),
        FrocFigure.PCL: lambda lesions, false: _pcl(marks, lesions, false, false_positive_rate),
    }
    modalities, readers, cases = marks.highest_false.shape
    merit = np.full((modalities, readers), np.nan)
    left_out = np.full((modalities, readers, cases), np.nan)
    if marks.positives == 0 or marks.negatives == 0:
        return merit, left_out
    for place in np.ndindex(modalities, readers):
        lesions, false = marks.lesion_ratings[place], marks.highest_false[place]
        if not (np.isnan(lesions).any() or np.isnan(false).any()):
            merit[place], left_out[place] = one_reader[figure](lesions, false)
    return merit, left_out


def _wafroc(marks: FrocMarks, lesions: Floats, false: Floats) -> tuple[float, Floats]:
    positives, negatives = marks.positives, marks.negatives
    by_case = _weighted_wins(marks, lesions, false[~marks.truth])
    by_false = _lesion_weight_above(marks, lesions, false[~marks.truth])
    wins = by_case.sum()
    left = np.full(marks.truth.size, np.nan)
    if positives > 1:
        left[marks.truth] = (wins - by_case[marks.truth]) / (negatives * (positives - 1))
    if negatives > 1:
        left[~marks.truth] = (wins - by_false) / ((negatives - 1) * positives)
    return float(wins / (negatives * positives)), left


def _wafroc1(marks: FrocMarks, lesions: Floats, false: Floats) -> tuple[float, Floats]:
    positives, cases = marks.positives, marks.truth.size
    by_case = _weighted_wins(marks, lesions, false)
    by_false = _lesion_weight_above(marks, lesions, false)
    own = np.zeros(cases)
    beaten = _psi(lesions, false[marks.lesion_case])
    np.add.at(own, marks.lesion_case, marks.lesion_weight * beaten)
    wins = by_case.sum()
    # A case left out takes its lesions and its false mark along; their meeting is in both sums.
    remaining = wins - by_case - by_false + own
    left = np.full(cases, np.nan)
    if positives > 1:
        left[marks.truth] = remaining[marks.truth] / ((cases - 1) * (positives - 1))
    left[~marks.truth] = remaining[~marks.truth] / ((cases - 1) * positives)
    return float(wins / (cases * positives)), left


def _pcl(marks: FrocMarks, lesions: Floats, false: Floats, rate: float) -> tuple[float, Floats]:
    best, right = localised_cases(marks, lesions, false)
    value, without_positive, without_normal = localised_share(
        best, right, false[~marks.truth], rate
    )
    left = np.empty(marks.truth.size)
    left[marks.truth] = without_positive
    left[~marks.truth] = without_normal
    return value, left


def localised_cases(marks: FrocMarks, lesions: Floats, false: Floats) -> tuple[Floats, Floats]:
    """Highest lesion mark of each diseased case, and whether it is above its false marks.

    lesions: (lesion,), false: (case,), of one reader. Returns two (positives,) arrays; the second
    is 1, or half where a false mark is as high, or 0.
    """
    best = np.full(marks.truth.size, -np.inf)
    np.maximum.at(best, marks.lesion_case, lesions)
    best = best[marks.truth]
    right = np.where(np.isneginf(best), 0.0, _psi(best, false[marks.truth]))
    return best, right


def _weighted_wins(marks: FrocMarks, lesions: Floats, false: Floats) -> Floats:
    """Weighted count of false marks below the lesions of each case: (case,); ties half."""
    ranked = np.sort(false)
    below = np.searchsorted(ranked, lesions, side="left")
    not_above = np.searchsorted(ranked, lesions, side="right")
    wins = marks.lesion_weight * (below + not_above) / 2
    total = np.bincount(marks.lesion_case, weights=wins, minlength=marks.truth.size)
    return np.asarray(total, dtype=np.float64)


def _lesion_weight_above(marks: FrocMarks, lesions: Floats, false: Floats) -> Floats:
    """Weight of all lesions rated above each false mark, (mark,); ties half."""
    order = np.argsort(lesions)
    ranked = lesions[order]
    weight = np.concatenate([[0.0], np.cumsum(marks.lesion_weight[order])])
    below = weight[np.searchsorted(ranked, false, side="left")]
    not_above = weight[np.searchsorted(ranked, false, side="right")]
    return np.asarray(weight[-1] - (below + not_above) / 2, dtype=np.float64)


def _psi(high: Floats, low: Floats) -> Floats:
    """1 where the first is higher, half where equal, else 0."""
    return np.asarray((high > low) + 0.5 * (high == low), dtype=np.float64)
