from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from viewer.statistics.auc import auc
from viewer.statistics.froc import (
    FrocFigure,
    FrocMarks,
    analyse_marks,
    figures_and_left_out,
    figures_of_merit,
)
from viewer.statistics.froc_curves import froc_curve, lroc_curve, wafroc_curve
from viewer.statistics.obuchowski_rockette import OrAnalysis
from viewer.statistics.refusal import Refusal

few = settings(max_examples=25, deadline=None)


def study(seed: int, positives: int = 5, negatives: int = 6, levels: int = 4) -> FrocMarks:
    """2 modalities, 2 readers, one to three lesions a diseased case, ties, unmarked ones."""
    random = np.random.default_rng(seed)
    truth = random.permutation(np.arange(positives + negatives) < positives)
    lesions = random.integers(1, 4, positives)
    lesion_case = np.repeat(np.flatnonzero(truth), lesions)
    weight = random.uniform(0.1, 1.0, lesion_case.size)
    weight /= np.bincount(lesion_case, weights=weight, minlength=truth.size)[lesion_case]

    def ratings(count: int) -> NDArray[np.float64]:
        values = random.integers(0, levels, (2, 2, count)).astype(np.float64)
        return np.where(random.uniform(size=values.shape) < 0.3, -np.inf, values)

    return FrocMarks(
        lesion_ratings=ratings(lesion_case.size) + 1.0,
        lesion_case=lesion_case,
        lesion_weight=weight,
        highest_false=ratings(truth.size),
        truth=truth,
    )


def without_case(marks: FrocMarks, case: int) -> FrocMarks:
    lesion_kept = marks.lesion_case != case
    shifted = marks.lesion_case[lesion_kept]
    return FrocMarks(
        lesion_ratings=marks.lesion_ratings[:, :, lesion_kept],
        lesion_case=shifted - (shifted > case),
        lesion_weight=marks.lesion_weight[lesion_kept],
        highest_false=np.delete(marks.highest_false, case, axis=2),
        truth=np.delete(marks.truth, case),
    )


def wafroc_by_hand(marks: FrocMarks, place: tuple[int, int], all_cases: bool) -> float:
    opponents = [
        false
        for false, diseased in zip(marks.highest_false[place], marks.truth, strict=True)
        if all_cases or not diseased
    ]
    total = 0.0
    for rating, weight in zip(marks.lesion_ratings[place], marks.lesion_weight, strict=True):
        for false in opponents:
            total += weight * (1.0 if rating > false else 0.5 if rating == false else 0.0)
    return total / (len(opponents) * marks.positives)


@few
@given(st.integers(0, 10_000))
def test_wafroc_is_the_weighted_share_of_pairs_won(seed: int) -> None:
    marks = study(seed)
    for figure in (FrocFigure.WAFROC, FrocFigure.WAFROC1):
        merit = figures_of_merit(marks, figure)
        for place in np.ndindex(2, 2):
            expected = wafroc_by_hand(marks, place, figure is FrocFigure.WAFROC1)
            assert merit[place] == pytest.approx(expected, rel=1e-12)


@few
@given(st.integers(0, 10_000), st.sampled_from(list(FrocFigure)), st.sampled_from([0.0, 0.2, 0.5]))
def test_figures_without_one_case_equal_those_computed_without_it(
    seed: int, figure: FrocFigure, rate: float
) -> None:
    marks = study(seed)
    _, left_out = figures_and_left_out(marks, figure, rate)
    for case in range(marks.truth.size):
        expected = figures_of_merit(without_case(marks, case), figure, rate)
        np.testing.assert_allclose(left_out[:, :, case], expected, atol=1e-12)


@few
@given(st.integers(0, 10_000))
def test_the_area_of_the_wafroc_curve_is_its_figure_of_merit(seed: int) -> None:
    marks = study(seed)
    for figure in (FrocFigure.WAFROC, FrocFigure.WAFROC1):
        curve = wafroc_curve(marks, 1, 0, figure)
        assert curve is not None
        assert curve.area == pytest.approx(figures_of_merit(marks, figure)[1, 0], rel=1e-12)
        assert (curve.false_positives[-1], curve.found[-1]) == pytest.approx((1.0, 1.0))


def test_one_lesion_a_case_marked_everywhere_is_the_roc_area() -> None:
    random = np.random.default_rng(8)
    truth = np.arange(30) < 10
    scores = random.normal(size=(1, 1, 30)) + truth
    marks = FrocMarks(
        lesion_ratings=scores[:, :, :10],
        lesion_case=np.arange(10),
        lesion_weight=np.ones(10),
        highest_false=scores,
        truth=truth,
    )
    expected = auc(scores[0, 0], truth)
    assert figures_of_merit(marks, FrocFigure.WAFROC)[0, 0] == pytest.approx(expected)


def localised(positive: list[float], normal: list[float], rate: float) -> float:
    """PCL of cases that are all localised right."""
    count = len(positive)
    marks = FrocMarks(
        lesion_ratings=np.array([[positive]]),
        lesion_case=np.arange(count),
        lesion_weight=np.ones(count),
        highest_false=np.array([[[-math.inf] * count + normal]]),
        truth=np.arange(count + len(normal)) < count,
    )
    return float(figures_of_merit(marks, FrocFigure.PCL, rate)[0, 0])


def test_pcl_counts_cases_at_or_above_the_rated_normal_case() -> None:
    positive, normal = [9.0, 7.0, 5.0, 3.0], [8.0, 6.0, 5.0, 2.0]
    expected = {0.0: 1 / 4, 0.25: 1 / 4, 0.5: 2 / 4, 0.75: 3 / 4, 1.0: 4 / 4}
    for rate, share in expected.items():
        assert localised(positive, normal, rate) == pytest.approx(share)
    assert localised(positive, normal, 0.625) == pytest.approx(2.5 / 4)


def test_pcl_shares_tied_normal_cases_out() -> None:
    # 3 of 4 normal cases lie at 5: half of the rate up to them gives half of the cases at 5.
    assert localised([9.0, 5.0], [5.0, 5.0, 5.0, 1.0], 0.375) == pytest.approx(0.75)


def test_pcl_counts_every_mark_when_fewer_normal_cases_are_marked_than_allowed() -> None:
    assert localised([0.5, -math.inf], [2.0, -math.inf], 0.8) == 0.5
    assert localised([0.5, -math.inf], [-math.inf, -math.inf], 0.0) == 0.5


def test_a_case_whose_highest_mark_is_elsewhere_is_not_localised() -> None:
    marks = FrocMarks(
        lesion_ratings=np.array([[[3.0, 3.0, 3.0]]]),
        lesion_case=np.arange(3),
        lesion_weight=np.ones(3),
        highest_false=np.array([[[4.0, 3.0, 2.0, 1.0, 1.0]]]),
        truth=np.arange(5) < 3,
    )
    assert figures_of_merit(marks, FrocFigure.PCL, 0.0)[0, 0] == pytest.approx(1.5 / 3)
    curve = lroc_curve(marks, 0, 0)
    assert curve is not None
    assert curve.found[-1] == pytest.approx(0.5)


def test_a_froc_curve_counts_every_false_mark() -> None:
    curve = froc_curve(np.array([5.0, 3.0, -math.inf, -math.inf]), np.array([4.0, 4.0, 1.0]), 6)
    assert curve is not None
    np.testing.assert_array_equal(curve.threshold, [math.inf, 5.0, 4.0, 3.0, 1.0])
    np.testing.assert_allclose(curve.false_positives, [0, 0, 2 / 6, 2 / 6, 3 / 6])
    np.testing.assert_allclose(curve.found, [0, 0.25, 0.25, 0.5, 0.5])
    silent = froc_curve(np.array([5.0]), np.array([]), 6)
    assert silent is not None
    np.testing.assert_array_equal(silent.false_positives, [0.0, 0.0])
    assert froc_curve(np.array([]), np.array([4.0]), 6) is None


def test_marks_are_analysed_for_readers_in_general_from_three_readers_on() -> None:
    marks = study(1)
    for figure in FrocFigure:
        analysis = analyse_marks(marks, figure)
        assert isinstance(analysis, OrAnalysis)
        assert isinstance(analysis.pairs[0].tests.rrrc, Refusal)


def test_marks_of_one_class_only_are_refused() -> None:
    marks = study(1, positives=5, negatives=0)
    assert np.isnan(figures_of_merit(marks, FrocFigure.WAFROC)).all()
    assert wafroc_curve(marks, 0, 0) is None
    refusal = analyse_marks(marks, FrocFigure.WAFROC)
    assert isinstance(refusal, Refusal)
    assert "0 without lesions" in refusal.reason


def test_a_missing_rating_leaves_that_reader_undefined() -> None:
    marks = study(1)
    marks.highest_false[0, 1, 2] = math.nan
    merit = figures_of_merit(marks, FrocFigure.WAFROC)
    assert np.isnan(merit[0, 1])
    assert np.isfinite(merit[[0, 1, 1], [0, 0, 1]]).all()
    assert isinstance(analyse_marks(marks, FrocFigure.WAFROC), Refusal)


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    marks = study(1)
    with pytest.raises(ValueError, match="sum to 1"):
        dataclasses.replace(marks, lesion_weight=marks.lesion_weight * 2)
    with pytest.raises(ValueError, match="false_positive_rate"):
        figures_of_merit(marks, FrocFigure.PCL, 1.5)
