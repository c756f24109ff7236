"""Calls at thresholds and at wanted sensitivities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_tables import nyu
from sklearn.metrics import matthews_corrcoef

from viewer.statistics.operating_points import (
    ThresholdPoint,
    at_sensitivity,
    calls_above,
    count_calls,
    sensitivities_and_specificities,
)
from viewer.statistics.refusal import Refusal


@pytest.fixture(scope="module")
def published(shared):
    return nyu(shared / "data/reader_studies")


def test_the_published_readers_at_two_percent(published):
    sensitivity, specificity = sensitivities_and_specificities(
        calls_above(published.readers, 0.02), published.truth
    )
    assert sensitivity == pytest.approx(
        [0.540984, 0.655738, 0.622951, 0.819672, 0.475410, 0.475410, 0.606557, 0.606557]
        + [0.622951, 0.590164, 0.704918, 0.606557, 0.737705, 0.639344],
        abs=5e-7,
    )
    assert sensitivity.mean() == pytest.approx(0.62178, abs=5e-6)
    assert specificity.mean() == pytest.approx(0.852740, abs=5e-7)


def test_the_published_model_at_the_mean_readers_sensitivity(published):
    point = at_sensitivity(published.ai["GMIC_top5"], published.truth, 0.6217799)
    assert isinstance(point, ThresholdPoint)
    assert point.threshold == pytest.approx(0.10995, abs=5e-6)
    assert point.counts.sensitivity == pytest.approx(0.62295, abs=5e-6)
    specificity = point.counts.specificity_interval()
    assert specificity.share == pytest.approx(0.893401, abs=5e-7)
    assert specificity.ci_low == pytest.approx(0.8760, abs=5e-5)
    assert specificity.ci_high == pytest.approx(0.9086, abs=5e-5)


def test_the_published_model_at_ninety_percent(published):
    point = at_sensitivity(published.ai["GMIC_top5"], published.truth, 0.9)
    assert point.threshold == pytest.approx(0.03685, abs=5e-6)
    assert point.counts.specificity == pytest.approx(0.640319, abs=5e-7)
    assert point.counts.matthews == pytest.approx(0.224588, abs=5e-7)


def test_the_published_hybrids_at_the_mean_readers_sensitivity(published):
    mixed = (published.readers + published.ai["GMIC_top5"]) / 2
    found = [at_sensitivity(row, published.truth, 0.6217799).counts.specificity for row in mixed]
    assert np.mean(found) == pytest.approx(0.9083, abs=5e-5)
    assert np.std(found) == pytest.approx(0.0184, abs=5e-5)


def test_two_percent_itself_is_no_recall():
    assert calls_above([0.02, 0.0201, np.nan], 0.02) == pytest.approx([0, 1, np.nan], nan_ok=True)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), wanted=st.floats(0, 1))
def test_no_threshold_comes_nearer_to_the_wanted_sensitivity(seed, wanted):
    rng = np.random.default_rng(seed)
    truth = rng.random(30) < 0.4
    truth[:2] = True, False
    scores = rng.random(30).round(1)
    point = at_sensitivity(scores, truth, wanted)
    assert point.threshold in scores[truth]
    recalled = scores >= point.threshold
    assert point.counts == count_calls(recalled.astype(float), truth)
    attainable = [(scores[truth] >= t).mean() for t in scores[truth]]
    own = abs(point.counts.sensitivity - wanted)
    assert own == pytest.approx(min(abs(a - wanted) for a in attainable), abs=1e-11)


def test_of_two_equally_near_the_one_with_fewer_false_positives_counts():
    truth = np.array([True, True, True, True, False, False])
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.75, 0.65])
    point = at_sensitivity(scores, truth, 0.625)
    assert point.threshold == 0.8
    assert point.counts.false == 0


def test_unread_cases_are_left_out():
    calls = np.array([1, 0, np.nan, 1, np.nan, 0])
    counts = count_calls(calls, np.array([True, True, True, False, False, False]))
    assert (counts.found, counts.missed, counts.false, counts.let_go) == (1, 1, 1, 1)
    scores = np.where(np.isnan(calls), np.nan, calls)
    point = at_sensitivity(scores, np.array([True, True, True, False, False, False]), 0.5)
    assert point.counts == counts


def test_matthews_correlation_is_scikit_learns():
    rng = np.random.default_rng(1)
    truth, calls = rng.random(50) < 0.3, (rng.random(50) < 0.4).astype(float)
    assert count_calls(calls, truth).matthews == pytest.approx(matthews_corrcoef(truth, calls))


def test_calls_that_are_all_alike_have_no_matthews_correlation():
    counts = count_calls(np.ones(4), np.array([True, False, True, False]))
    assert counts.sensitivity == 1
    assert np.isnan(counts.matthews)


def test_one_class_has_no_point_at_a_sensitivity():
    refusal = at_sensitivity([0.1, 0.2], np.array([True, True]), 0.9)
    assert isinstance(refusal, Refusal)
    counts = count_calls([1, 0], np.array([True, True]))
    assert np.isnan(counts.specificity)


def test_calls_other_than_one_and_zero_are_refused():
    with pytest.raises(ValueError, match="1, 0 or NaN"):
        count_calls([0.5], np.array([True]))
