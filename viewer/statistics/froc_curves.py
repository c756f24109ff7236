"""Curves of marks with locations: wAFROC, FROC and LROC points of one reader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.statistics.curves import trapezoid_area
from viewer.statistics.froc import FrocFigure, FrocMarks, localised_cases

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCurve:
    """Operating points by falling threshold; each (point,).

    false_positives: share of cases with a false mark (wAFROC, LROC), or false marks a case (FROC).
    found: share of lesions, weighted for wAFROC, or of diseased cases localised (LROC).
    """

    false_positives: Floats
    found: Floats
    threshold: Floats

    @property
    def area(self) -> float:
        """Area by trapezoids; for a wAFROC curve its figure of merit."""
        return trapezoid_area(self.false_positives, self.found)


def wafroc_curve(
    marks: FrocMarks, modality: int, reader: int, figure: FrocFigure = FrocFigure.WAFROC
) -> MarkCurve | None:
    """Weighted share of lesions marked against share of cases falsely marked.

    figure: WAFROC counts false marks of cases without the disease, WAFROC1 those of all cases.
    After the last mark the curve is a straight line to (1, 1), where everything counts.
    None without cases of both classes.
    """
    if marks.positives == 0 or marks.negatives == 0:
        return None
    lesions = marks.lesion_ratings[modality, reader]
    false = marks.highest_false[modality, reader]
    if figure is FrocFigure.WAFROC:
        false = false[~marks.truth]
    threshold = np.append(_thresholds(lesions, false), -np.inf)
    return MarkCurve(
        false_positives=_share_at(false, np.ones(false.size), threshold),
        found=_share_at(lesions, marks.lesion_weight, threshold),
        threshold=threshold,
    )


def froc_curve(lesion_ratings: Floats, false_ratings: Floats, cases: int) -> MarkCurve | None:
    """Share of lesions marked against false marks a case; ends at the last mark.

    lesion_ratings: (lesion,), -inf unmarked. false_ratings: (mark,), every mark on no lesion, all
    cases. None without lesions or cases.
    """
    if lesion_ratings.size == 0 or cases < 1:
        return None
    threshold = _thresholds(lesion_ratings, false_ratings)
    marks = _share_at(false_ratings, np.ones(false_ratings.size), threshold)
    return MarkCurve(
        false_positives=marks * false_ratings.size / cases,
        found=_share_at(lesion_ratings, np.ones(lesion_ratings.size), threshold),
        threshold=threshold,
    )


def lroc_curve(marks: FrocMarks, modality: int, reader: int) -> MarkCurve | None:
    """Share of diseased cases localised against share of normal cases marked; ends at the last."""
    if marks.positives == 0 or marks.negatives == 0:
        return None
    false = marks.highest_false[modality, reader]
    best, right = localised_cases(marks, marks.lesion_ratings[modality, reader], false)
    normal = false[~marks.truth]
    threshold = _thresholds(best, normal)
    counted = np.array([(right * (best >= t)).sum() for t in threshold])
    return MarkCurve(
        false_positives=_share_at(normal, np.ones(normal.size), threshold),
        found=counted / marks.positives,
        threshold=threshold,
    )


def _thresholds(first: Floats, second: Floats) -> Floats:
    """Infinity, then every rating given, falling."""
    ratings = np.unique(np.concatenate([first, second]))[::-1]
    return np.concatenate([[np.inf], ratings[np.isfinite(ratings)]])


def _share_at(ratings: Floats, weights: Floats, thresholds: Floats) -> Floats:
    """Weight of the ratings at or above each threshold, as a share of all: (threshold,)."""
    if ratings.size == 0:
        return np.zeros(thresholds.size)
    order = np.argsort(-ratings, kind="stable")
    weight = np.concatenate([[0.0], np.cumsum(weights[order])])
    count = np.searchsorted(-ratings[order], -thresholds, side="right")
    return np.asarray(weight[count] / weight[-1], dtype=np.float64)
