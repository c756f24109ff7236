from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from viewer.statistics.binary import (
    Endpoint,
    analyse_calls,
    binary_figures,
    clopper_pearson_interval,
    mcnemar,
    mcnemar_of_counts,
    wilson_interval,
)
from viewer.statistics.obuchowski_rockette import OrAnalysis
from viewer.statistics.or_tests import OrTest
from viewer.statistics.refusal import Refusal

few = settings(max_examples=40, deadline=None)


@few
@given(st.integers(1, 60), st.data())
def test_intervals_are_those_of_an_independent_implementation(
    total: int, data: st.DataObject
) -> None:
    successes = data.draw(st.integers(0, total))
    found = binomtest(successes, total)
    wilson = wilson_interval(successes, total)
    exact = clopper_pearson_interval(successes, total)
    expected_wilson, expected_exact = found.proportion_ci(method="wilson"), found.proportion_ci()
    assert (wilson.ci_low, wilson.ci_high) == pytest.approx(tuple(expected_wilson), abs=1e-12)
    assert (exact.ci_low, exact.ci_high) == pytest.approx(tuple(expected_exact), abs=1e-9)
    assert wilson.ci_low <= wilson.share <= wilson.ci_high


def test_no_cases_have_no_share() -> None:
    for interval in (wilson_interval(0, 0), clopper_pearson_interval(0, 0)):
        assert math.isnan(interval.share)
        assert math.isnan(interval.ci_low)
    with pytest.raises(ValueError, match="successes must be"):
        wilson_interval(3, 2)


def test_none_and_all_reach_the_ends_of_the_scale() -> None:
    assert wilson_interval(0, 10).ci_low == 0.0
    assert wilson_interval(10, 10).ci_high == 1.0
    assert clopper_pearson_interval(0, 10).ci_high == pytest.approx(1 - 0.025 ** (1 / 10))


@few
@given(st.integers(0, 24), st.integers(0, 24))
def test_few_changed_cases_are_tested_exactly(only_a: int, only_b: int) -> None:
    result = mcnemar_of_counts(only_a, only_b)
    changed = only_a + only_b
    assert result.is_exact == (changed < 25)
    if changed == 0:
        assert result.p == 1.0
    elif result.is_exact:
        assert result.p == pytest.approx(binomtest(only_a, changed).pvalue)
        assert math.isnan(result.statistic)


def test_many_changed_cases_use_the_corrected_chi_square() -> None:
    result = mcnemar_of_counts(30, 15)
    assert result.statistic == pytest.approx(14**2 / 45)
    assert result.p == pytest.approx(2 * norm.sf(14 / math.sqrt(45)))
    assert mcnemar_of_counts(20, 20).p == 1.0


def test_calls_are_paired_by_case() -> None:
    a = np.array([True, True, False, False, True])
    b = np.array([True, False, False, True, False])
    result = mcnemar(a, b)
    assert (result.only_a, result.only_b) == (2, 1)
    with pytest.raises(ValueError, match="same cases"):
        mcnemar(a, b[:3])


def test_shares_have_the_unbiased_binomial_covariance() -> None:
    random = np.random.default_rng(5)
    truth = np.arange(50) < 20
    calls = random.integers(0, 2, (3, 50))
    sensitivity, covariance = binary_figures(calls, truth, Endpoint.SENSITIVITY)
    np.testing.assert_allclose(sensitivity, calls[:, truth].mean(axis=1))
    np.testing.assert_allclose(covariance, np.cov(calls[:, truth]) / 20, atol=1e-15)
    specificity, covariance = binary_figures(calls, truth, Endpoint.SPECIFICITY)
    np.testing.assert_allclose(specificity, 1 - calls[:, ~truth].mean(axis=1))
    np.testing.assert_allclose(covariance, np.cov(calls[:, ~truth]) / 30, atol=1e-15)


def test_sensitivity_is_analysed_like_any_figure_of_merit() -> None:
    random = np.random.default_rng(2)
    truth = np.arange(80) < 40
    hard = random.uniform(size=80)
    chance = np.array([0.5, 0.75])[:, None, None]
    calls = (random.uniform(size=(2, 4, 80)) + hard) / 2 < chance
    analysis = analyse_calls(calls, truth, Endpoint.SENSITIVITY)
    assert isinstance(analysis, OrAnalysis)
    np.testing.assert_allclose(analysis.fom, calls[:, :, truth].mean(axis=2))
    rrrc = analysis.pairs[0].tests.rrrc
    assert isinstance(rrrc, OrTest)
    assert rrrc.p < 0.01


def test_missing_calls_and_missing_classes_are_refused() -> None:
    calls = np.zeros((2, 3, 6))
    one_class = analyse_calls(calls, np.zeros(6), Endpoint.SENSITIVITY)
    assert isinstance(one_class, Refusal)
    calls[0, 0, 0] = math.nan
    missing = analyse_calls(calls, np.arange(6) < 3, Endpoint.SENSITIVITY)
    assert isinstance(missing, Refusal)
    assert "1 of 36" in missing.reason
