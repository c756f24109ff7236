"""Readers as one, what a second reading changed, and whether scores mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from published_tables import nyu
from scipy.stats import spearmanr
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from viewer.statistics.auc import auc, average_precision
from viewer.statistics.calibration import Binning, Reliability, reliability
from viewer.statistics.consensus import at_least, majority_vote, mean_score
from viewer.statistics.influence import score_influence, switch_table
from viewer.statistics.operating_points import calls_above, count_calls
from viewer.statistics.refusal import Refusal

NAN = np.nan


@pytest.fixture(scope="module")
def published(shared):
    return nyu(shared / "data/reader_studies")


@pytest.mark.parametrize(
    ("readers", "sensitivity", "specificity"), [(8, 0.607, 0.927), (7, 0.689, 0.898)]
)
def test_the_published_majorities(published, readers, sensitivity, specificity):
    votes = at_least(calls_above(published.readers, 0.02), readers)
    counts = count_calls(votes, published.truth)
    assert counts.sensitivity == pytest.approx(sensitivity, abs=5e-4)
    assert counts.specificity == pytest.approx(specificity, abs=5e-4)


def test_seven_of_fourteen_are_a_recall(published):
    calls = calls_above(published.readers, 0.02)
    np.testing.assert_array_equal(majority_vote(calls), at_least(calls, 7))


def test_the_published_mean_of_all_readers(published):
    mean = mean_score(published.readers)
    assert auc(mean, published.truth) == pytest.approx(0.894566, abs=5e-7)
    assert average_precision(mean, published.truth) == pytest.approx(0.514739, abs=5e-7)


def test_an_even_split_recalls_and_only_answers_count():
    calls = np.array([[1, 0, 1, NAN], [0, 0, NAN, NAN], [1, 1, 0, NAN], [0, NAN, 0, NAN]])
    assert majority_vote(calls) == pytest.approx([1, 0, 0, NAN], nan_ok=True)
    assert mean_score(calls) == pytest.approx([0.5, 1 / 3, 1 / 3, NAN], nan_ok=True)


def test_a_majority_of_more_readers_than_there_are_is_refused():
    with pytest.raises(ValueError, match="1 to 2"):
        at_least(np.zeros((2, 3)), 3)


FIRST = np.array([0, 1, 1, 0, NAN, 1, 0, 0, 1, 1])
SECOND = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, NAN])
TRUTH = np.array([True] * 5 + [False] * 5)
AI = np.array([1, 0, 1, 1, 1, 0, 1, 0, NAN, 1])


def test_the_switch_table_counts_what_changed_for_better_and_worse():
    table = switch_table(FIRST, SECOND, TRUTH, AI)
    positives, negatives = table.positives, table.negatives
    assert (positives.gained, positives.lost) == (1, 1)
    assert (positives.kept_right, positives.kept_wrong) == (1, 1)
    assert (negatives.gained, negatives.lost) == (1, 1)
    assert (negatives.kept_right, negatives.kept_wrong) == (1, 1)
    assert positives.lost_with_wrong_ai == 1
    assert negatives.lost_with_wrong_ai == 1
    assert positives.gained_with_right_ai == 1
    assert positives.test.p == 1.0


def test_switches_account_for_the_change_of_sensitivity_and_specificity(published):
    before = calls_above(published.readers[0], 0.02)
    after = calls_above((published.readers[0] + published.ai["GMIC_top5"]) / 2, 0.05)
    table = switch_table(before, after, published.truth)
    first, second = (count_calls(calls, published.truth) for calls in (before, after))
    assert table.positives.gained - table.positives.lost == second.found - first.found
    assert table.negatives.gained - table.negatives.lost == second.let_go - first.let_go
    assert table.positives.cases == 61
    assert table.negatives.cases == 1379


def test_all_readers_together_are_the_sum_of_the_readers():
    both = switch_table(np.stack([FIRST, SECOND]), np.stack([SECOND, FIRST]), TRUTH, AI)
    one, other = switch_table(FIRST, SECOND, TRUTH, AI), switch_table(SECOND, FIRST, TRUTH, AI)
    assert both.positives.lost == one.positives.lost + other.positives.lost
    assert both.negatives.cases == one.negatives.cases + other.negatives.cases


def test_without_changes_there_is_no_test_and_without_ai_no_bias():
    table = switch_table(FIRST, FIRST, TRUTH)
    assert table.positives.test is None
    assert table.positives.lost_with_wrong_ai is None


def test_a_reader_who_goes_half_way_to_the_ai_is_pulled_by_a_half():
    rng = np.random.default_rng(0)
    first, ai = rng.random((2, 30))
    truth = rng.random(30) < 0.5
    found = score_influence(first, (first + ai) / 2, truth, ai)
    assert found.pull == pytest.approx(0.5)
    assert found.rank_correlation == pytest.approx(1)
    assert found.mean_change_positives == pytest.approx(((ai - first) / 2)[truth].mean())


def test_the_rank_correlation_is_scipys_and_missing_scores_are_left_out():
    rng = np.random.default_rng(1)
    first, second, ai = rng.random((3, 20)).round(1)
    truth = np.arange(20) < 8
    known = score_influence(first, second, truth, ai)
    assert known.rank_correlation == pytest.approx(spearmanr(ai - first, second - first)[0])
    gaps = score_influence(
        np.append(first, NAN), np.append(second, 0.3), np.append(truth, True), np.append(ai, 0.1)
    )
    assert gaps.pull == known.pull
    assert np.isnan(gaps.change[-1])


def test_a_reader_whose_scores_stay_is_not_pulled():
    found = score_influence([0.1, 0.5], [0.1, 0.5], [True, True], [0.9, 0.2])
    assert found.pull == 0
    assert np.isnan(found.rank_correlation)
    assert np.isnan(found.mean_change_negatives)
    assert np.isnan(score_influence([0.1], [0.1], [True]).pull)


def test_reliability_is_scikit_learns(published):
    found = reliability(published.ai["GMIC_top5"], published.truth, binning=Binning.EQUAL_WIDTHS)
    assert isinstance(found, Reliability)
    observed, predicted = calibration_curve(published.truth, published.ai["GMIC_top5"], n_bins=10)
    assert found.observed == pytest.approx(observed)
    assert found.predicted == pytest.approx(predicted)
    assert found.brier == pytest.approx(
        brier_score_loss(published.truth, published.ai["GMIC_top5"])
    )
    assert found.prevalence == pytest.approx(61 / 1440)
    assert (found.observed_low <= found.observed).all()
    assert (found.observed <= found.observed_high).all()


def test_bins_of_equal_counts_hold_as_many_and_equal_scores_stay_together():
    scores = np.linspace(0, 1, 100)
    assert set(reliability(scores, scores > 0.5).counts) == {10}
    readers = np.repeat([0.0, 0.02, 0.5], [50, 30, 20])
    assert list(reliability(readers, readers > 0.1).counts) == [50, 30, 20]


def test_a_perfect_forecast_has_no_error_and_readers_count_together():
    truth = np.array([True, False, False])
    found = reliability(np.array([[1, 0, 0], [1, NAN, 0]]), truth)
    assert found.brier == found.expected_error == 0
    assert found.counts.sum() == 5


def test_ratings_that_are_no_probabilities_have_no_calibration():
    assert isinstance(reliability([1.0, 5.0], [False, True]), Refusal)
    assert isinstance(reliability([NAN], [False]), Refusal)
