from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from viewer.statistics.auc import auc, auc_of_all, average_precision_of_all
from viewer.statistics.curves import (
    PrecisionRecallCurve,
    RocCurve,
    diagonal_average,
    mean_precision_at_recall,
    precision_recall_curve,
    roc_curve,
    vertical_average,
)

few = settings(max_examples=30, deadline=None)


def readers(seed: int, readers: int = 4, levels: int = 8) -> tuple[NDArray[np.float64], np.ndarray]:
    """Scores with ties of several readers and the truth of 45 cases."""
    random = np.random.default_rng(seed)
    truth = np.arange(45) < 15
    scores = random.integers(0, levels, (readers, 45)) + truth * random.integers(0, 5, 45)
    return scores.astype(np.float64), truth


def roc_curves(scores: NDArray[np.float64], truth: np.ndarray) -> list[RocCurve]:
    curves = [roc_curve(row, truth) for row in scores]
    return [curve for curve in curves if curve is not None]


def pr_curves(scores: NDArray[np.float64], truth: np.ndarray) -> list[PrecisionRecallCurve]:
    curves = [precision_recall_curve(row, truth) for row in scores]
    return [curve for curve in curves if curve is not None]


@few
@given(st.integers(0, 10_000))
def test_roc_points_are_those_of_an_independent_count(seed: int) -> None:
    scores, truth = readers(seed, readers=1)
    (curve,) = roc_curves(scores, truth)
    rates, sensitivity, threshold = metrics.roc_curve(truth, scores[0], drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, rates)
    np.testing.assert_allclose(curve.sensitivity, sensitivity)
    np.testing.assert_array_equal(curve.threshold, threshold)
    assert curve.area == pytest.approx(auc(scores[0], truth))


@few
@given(st.integers(0, 10_000))
def test_precision_recall_points_are_those_of_an_independent_count(seed: int) -> None:
    scores, truth = readers(seed, readers=1)
    (curve,) = pr_curves(scores, truth)
    precision, recall, threshold = metrics.precision_recall_curve(truth, scores[0])
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1])
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1])
    np.testing.assert_array_equal(curve.threshold, threshold[::-1])


@few
@given(st.integers(0, 10_000))
def test_average_curves_have_the_mean_area(seed: int) -> None:
    scores, truth = readers(seed)
    mean_area = auc_of_all(scores, truth).mean()
    curves = roc_curves(scores, truth)
    for average in (vertical_average(curves), diagonal_average(curves)):
        assert average.area == pytest.approx(mean_area, rel=1e-12)
        assert np.all(np.diff(average.false_positive_rate) >= -1e-12)
        assert np.all(np.diff(average.sensitivity) >= -1e-12)
        first = average.false_positive_rate[0], average.sensitivity[0]
        assert first == pytest.approx((0.0, 0.0), abs=1e-12)
        last = average.false_positive_rate[-1], average.sensitivity[-1]
        assert last == pytest.approx((1.0, 1.0))


@few
@given(st.integers(0, 10_000))
def test_the_mean_precision_curve_has_the_mean_average_precision(seed: int) -> None:
    scores, truth = readers(seed)
    average = mean_precision_at_recall(pr_curves(scores, truth))
    assert average.area == pytest.approx(average_precision_of_all(scores, truth).mean())
    assert average.recall[-1] == 1.0


def test_the_average_of_one_curve_is_that_curve() -> None:
    scores, truth = readers(3, readers=1)
    curves = roc_curves(scores, truth)
    average = diagonal_average(curves)
    np.testing.assert_allclose(
        average.false_positive_rate, curves[0].false_positive_rate, atol=1e-12
    )
    np.testing.assert_allclose(average.sensitivity, curves[0].sensitivity, atol=1e-12)


def test_the_vertical_average_is_the_mean_sensitivity_at_a_rate() -> None:
    truth = np.array([True, True, False, False])
    curves = roc_curves(np.array([[4.0, 2.0, 3.0, 1.0], [4.0, 3.0, 2.0, 1.0]]), truth)
    average = vertical_average(curves)
    np.testing.assert_array_equal(average.false_positive_rate, [0.0, 0.0, 0.5, 0.5, 1.0, 1.0])
    np.testing.assert_array_equal(average.sensitivity, [0.0, 0.75, 0.75, 1.0, 1.0, 1.0])


def test_a_constant_reader_is_the_chance_line() -> None:
    curve = roc_curve(np.ones(6), np.arange(6) < 2)
    assert curve is not None
    np.testing.assert_array_equal(curve.false_positive_rate, [0.0, 1.0])
    np.testing.assert_array_equal(curve.sensitivity, [0.0, 1.0])
    assert curve.area == 0.5


def test_curves_are_undefined_without_a_class_or_a_score() -> None:
    scores = np.array([0.1, 0.2, 0.3])
    assert roc_curve(scores, np.ones(3)) is None
    assert roc_curve(scores, np.zeros(3)) is None
    assert precision_recall_curve(scores, np.zeros(3)) is None
    assert roc_curve(np.array([0.1, np.nan, 0.3]), np.array([0, 1, 1])) is None
    assert roc_curve(np.array([]), np.array([])) is None


def test_an_average_of_no_curves_is_refused() -> None:
    for average in (vertical_average, diagonal_average, mean_precision_at_recall):
        with pytest.raises(ValueError, match="at least one curve"):
            average([])
