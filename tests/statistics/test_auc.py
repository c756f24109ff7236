from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from viewer.statistics.auc import (
    auc,
    auc_estimate,
    auc_of_all,
    average_precision,
    average_precision_of_all,
    compare_two,
    delong_covariance,
    delong_interval,
    leave_one_out_auc,
    placements,
)
from viewer.statistics.jackknife import jackknife_covariance, leave_one_out
from viewer.statistics.mrmc_covariance import unbiased_covariance

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

few = settings(max_examples=30, deadline=None)


@st.composite
def readings(draw: st.DrawFn, smallest: int = 1) -> tuple[Floats, Bools]:
    """Two score lists with many ties on the same cases, both classes present."""
    positives = draw(st.integers(smallest, 6))
    negatives = draw(st.integers(smallest, 8))
    cases = positives + negatives
    scores = draw(hnp.arrays(np.float64, (2, cases), elements=st.integers(-3, 3).map(float)))
    return scores, np.arange(cases) < positives


def wins_by_hand(scores: Floats, truth: Bools) -> Floats:
    """(positive, negative): 1, half or 0."""
    return np.array(
        [
            [1.0 if high > low else 0.5 if high == low else 0.0 for low in scores[~truth]]
            for high in scores[truth]
        ]
    )


@few
@given(readings())
def test_the_area_is_the_share_of_pairs_won(given_readings: tuple[Floats, Bools]) -> None:
    scores, truth = given_readings
    expected = wins_by_hand(scores[0], truth).mean()
    assert auc(scores[0], truth) == pytest.approx(expected, rel=1e-13)
    assert auc(scores[0], truth) == pytest.approx(roc_auc_score(truth, scores[0]), rel=1e-12)


@few
@given(readings())
def test_the_area_does_not_change_under_rising_maps(given_readings: tuple[Floats, Bools]) -> None:
    scores, truth = given_readings
    mapped = np.exp(scores) * 7.0 - 2.0
    np.testing.assert_array_equal(auc_of_all(mapped, truth), auc_of_all(scores, truth))


@few
@given(readings())
def test_turning_the_scores_or_the_truth_around_turns_the_area_around(
    given_readings: tuple[Floats, Bools],
) -> None:
    scores, truth = given_readings
    area = auc_of_all(scores, truth)
    np.testing.assert_allclose(auc_of_all(-scores, truth), 1.0 - area, atol=1e-14)
    np.testing.assert_allclose(auc_of_all(scores, ~truth), 1.0 - area, atol=1e-14)


@few
@given(readings())
def test_placements_are_means_of_won_pairs(given_readings: tuple[Floats, Bools]) -> None:
    scores, truth = given_readings
    v10, v01 = placements(scores, truth)
    for row, high, low in zip(scores, v10, v01, strict=True):
        wins = wins_by_hand(row, truth)
        np.testing.assert_allclose(high, wins.mean(axis=1), atol=1e-14)
        np.testing.assert_allclose(low, wins.mean(axis=0), atol=1e-14)


@few
@given(readings(smallest=2))
def test_delongs_covariance_is_that_of_the_placements(
    given_readings: tuple[Floats, Bools],
) -> None:
    scores, truth = given_readings
    wins = np.stack([wins_by_hand(row, truth) for row in scores])
    by_positive, by_negative = np.cov(wins.mean(axis=2)), np.cov(wins.mean(axis=1))
    expected = by_positive / truth.sum() + by_negative / (~truth).sum()
    np.testing.assert_allclose(delong_covariance(scores, truth), expected, atol=1e-14)


@few
@given(readings(smallest=2))
def test_the_unbiased_covariance_is_that_of_the_pairs_without_shared_cases(
    given_readings: tuple[Floats, Bools],
) -> None:
    scores, truth = given_readings
    wins = np.stack([wins_by_hand(row, truth) for row in scores])
    positives, negatives = wins.shape[1:]
    expected = np.empty((2, 2))
    for a, b in np.ndindex(2, 2):
        apart = [
            wins[a, i, j] * wins[b, k, m]
            for i, j in np.ndindex(positives, negatives)
            for k, m in np.ndindex(positives, negatives)
            if i != k and j != m
        ]
        expected[a, b] = wins[a].mean() * wins[b].mean() - np.mean(apart)
    np.testing.assert_allclose(unbiased_covariance(scores, truth), expected, atol=1e-13)


@few
@given(readings(smallest=2))
def test_areas_without_one_case_equal_those_computed_without_it(
    given_readings: tuple[Floats, Bools],
) -> None:
    scores, truth = given_readings
    expected = leave_one_out(auc_of_all, scores, truth)
    np.testing.assert_allclose(leave_one_out_auc(scores, truth), expected, atol=1e-13)


@few
@given(readings())
def test_average_precision_is_the_step_sum(given_readings: tuple[Floats, Bools]) -> None:
    scores, truth = given_readings
    for row, value in zip(scores, average_precision_of_all(scores, truth), strict=True):
        assert value == pytest.approx(average_precision_score(truth, row), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(40, 80))
def test_delong_and_jackknife_agree_within_the_factor_of_the_class_sizes(
    seed: int, negatives: int
) -> None:
    random = np.random.default_rng(seed)
    truth = np.arange(40 + negatives) < 40
    scores = random.normal(size=(2, truth.size)) + truth
    delong = delong_covariance(scores, truth)
    jackknife = jackknife_covariance(leave_one_out_auc(scores, truth))
    # A jackknifed class of n cases weighs n / (n - 1) of DeLong's.
    assert np.all(np.diagonal(jackknife) >= np.diagonal(delong))
    assert np.all(np.diagonal(jackknife) <= np.diagonal(delong) * (40 / 39) * 1.01)
    np.testing.assert_allclose(jackknife, delong, atol=0.05 * np.diagonal(delong).max())


@few
@given(readings(smallest=2))
def test_comparing_the_other_way_round_turns_the_sign(
    given_readings: tuple[Floats, Bools],
) -> None:
    scores, truth = given_readings
    forth, back = compare_two(*scores, truth), compare_two(*scores[::-1], truth)
    assert forth.difference == -back.difference
    assert forth.se == pytest.approx(back.se, abs=1e-12)
    if not forth.why_undefined:
        assert forth.z == pytest.approx(-back.z)
        assert forth.p == pytest.approx(back.p)
        assert forth.ci_low == pytest.approx(-back.ci_high)


def test_one_class_only_has_no_area_and_says_why() -> None:
    estimate = delong_interval([0.1, 0.5, 0.7], [True, True, True])
    assert math.isnan(estimate.auc)
    assert math.isnan(estimate.ci_low)
    assert "both classes" in estimate.why_undefined
    assert math.isnan(average_precision([0.1, 0.5], [False, False]))
    assert np.isnan(leave_one_out_auc([0.1, 0.5], [False, False])).all()


def test_a_missing_score_has_no_area_instead_of_a_wrong_one() -> None:
    scores = np.array([[0.1, math.nan, 0.7], [0.1, 0.2, 0.7]])
    truth = np.array([False, False, True])
    np.testing.assert_array_equal(auc_of_all(scores, truth), [math.nan, 1.0])
    np.testing.assert_array_equal(average_precision_of_all(scores, truth), [math.nan, 1.0])


def test_a_single_diseased_case_has_an_area_without_an_error() -> None:
    estimate = delong_interval([0.1, 0.5, 0.3], [False, False, True])
    assert estimate.auc == 0.5
    assert math.isnan(estimate.se)
    assert "two cases" in estimate.why_undefined


def test_a_perfect_reader_has_no_interval_and_says_why() -> None:
    estimate = delong_interval([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    assert (estimate.auc, estimate.se) == (1.0, 0.0)
    assert math.isnan(estimate.ci_high)
    assert math.isnan(estimate.logit_ci_high)
    assert "standard error is 0" in estimate.why_undefined


def test_a_constant_reader_sees_nothing_and_has_no_test() -> None:
    truth = np.array([False, False, True, True])
    assert auc(np.ones(4), truth) == 0.5
    assert delong_interval(np.ones(4), truth).se == 0.0
    assert math.isnan(delong_interval(np.ones(4), truth).ci_low)
    compared = compare_two(np.ones(4), np.zeros(4), truth)
    assert math.isnan(compared.p)
    assert "no variance" in compared.why_undefined


def test_intervals_stay_within_zero_and_one() -> None:
    estimate = auc_estimate(0.98, 0.05)
    assert estimate.ci_high == 1.0
    assert 0.0 < estimate.logit_ci_low < 0.98 < estimate.logit_ci_high < 1.0
    wide = auc_estimate(0.999999, 0.4)
    assert 0.0 <= wide.logit_ci_low < wide.logit_ci_high <= 1.0


def test_a_case_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="cases of truth"):
        auc([0.1, 0.2, 0.3], [True, False])
