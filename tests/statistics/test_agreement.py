"""Agreement coefficients against textbook examples and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from viewer.statistics.agreement import (
    Metric,
    Weighting,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    pairwise_kappas,
)
from viewer.statistics.intraclass import (
    IntraclassCorrelation,
    RepeatedReadings,
    icc_2_1,
    repeated_readings,
)
from viewer.statistics.refusal import Refusal

NAN = np.nan
KRIPPENDORFF_2011 = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)
SHROUT_FLEISS_1979 = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
).T
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), weighting=st.sampled_from(list(Weighting)))
def test_cohens_kappa_is_scikit_learns(seed, weighting):
    first, second = np.random.default_rng(seed).integers(0, 5, (2, 25))
    weights = None if weighting is Weighting.NONE else weighting.value
    expected = cohen_kappa_score(first, second, labels=range(5), weights=weights)
    assert cohen_kappa(first, second, weighting) == pytest.approx(expected)


def test_ranks_that_nobody_gave_keep_their_distance():
    """From 0 to 3 is three steps, also when nobody gave 1 or 2."""
    first, second = np.array([0, 0, 3, 3, 4]), np.array([0, 3, 3, 4, 4])
    kappa = cohen_kappa(first, second, Weighting.QUADRATIC)
    observed = np.mean((first - second) ** 2)
    expected = np.mean((first[:, None] - second[None, :]) ** 2)
    assert kappa == pytest.approx(1 - observed / expected)


def test_cases_one_reader_missed_do_not_count():
    whole = cohen_kappa([0, 1, 1, 0], [0, 1, 0, 0])
    assert cohen_kappa([0, 1, 1, 0, NAN, 1], [0, 1, 0, 0, 1, NAN]) == whole


def test_readers_who_always_say_the_same_have_no_kappa():
    assert np.isnan(cohen_kappa([0, 0, 0], [0, 0, 0]))
    assert np.isnan(fleiss_kappa(np.zeros((3, 5))))
    assert np.isnan(krippendorff_alpha(np.zeros((3, 5))))
    assert cohen_kappa([0, 0, 0], [1, 1, 1]) == 0


def test_readers_who_share_no_case_have_no_kappa():
    apart = np.array([[1, 0, NAN, NAN], [NAN, NAN, 1, 0]])
    assert np.isnan(cohen_kappa(*apart))
    assert np.isnan(fleiss_kappa(apart))
    assert np.isnan(krippendorff_alpha(apart))


def test_every_pair_of_readers_has_a_kappa():
    answers = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]])
    assert pairwise_kappas(answers) == pytest.approx([1, -1, -1])


def test_fleiss_kappa_of_the_textbook():
    counts = np.array(FOURTEEN_RATERS)
    answers = np.array([np.repeat(np.arange(5), row) for row in counts]).T
    assert fleiss_kappa(answers) == pytest.approx(0.210, abs=5e-4)


def test_fleiss_kappa_is_one_when_all_agree_also_with_gaps():
    assert fleiss_kappa([[0, 1, 2, NAN], [0, 1, NAN, 1], [0, NAN, 2, 1]]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("metric", "alpha"),
    [(Metric.NOMINAL, 0.743), (Metric.ORDINAL, 0.815), (Metric.INTERVAL, 0.849)],
)
def test_krippendorffs_alpha_of_his_own_example(metric, alpha):
    assert krippendorff_alpha(KRIPPENDORFF_2011, metric) == pytest.approx(alpha, abs=5e-4)


def test_categories_must_be_ranks():
    with pytest.raises(ValueError, match="whole numbers"):
        cohen_kappa([0.5, 1], [0, 1])
    with pytest.raises(ValueError, match="one row a reader"):
        fleiss_kappa([0, 1, 1])


def test_the_intraclass_correlation_of_the_textbook():
    found = icc_2_1(SHROUT_FLEISS_1979)
    assert isinstance(found, IntraclassCorrelation)
    assert found.value == pytest.approx(0.29, abs=5e-3)
    assert found.ci_low == pytest.approx(0.019, abs=5e-4)
    assert found.ci_high == pytest.approx(0.761, abs=5e-4)
    assert (found.readers, found.cases) == (4, 6)


def test_a_reader_who_is_always_higher_lowers_absolute_agreement():
    scores = np.random.default_rng(0).random(50)
    assert icc_2_1(np.stack([scores, scores])).value == pytest.approx(1)
    assert icc_2_1(np.stack([scores, scores + 0.5])).value < 0.6


def test_only_cases_read_by_all_count_for_the_intraclass_correlation():
    gaps = np.concatenate([SHROUT_FLEISS_1979, np.full((4, 2), NAN)], axis=1).astype(float)
    gaps[:2, -1] = 5
    assert icc_2_1(gaps) == icc_2_1(SHROUT_FLEISS_1979)


@pytest.mark.parametrize("scores", [np.ones((1, 9)), np.full((3, 4), NAN)], ids=["one", "none"])
def test_too_few_readers_or_cases_are_refused(scores):
    refusal = icc_2_1(scores)
    assert isinstance(refusal, Refusal)
    assert "Krippendorff" in refusal.instead


def test_constant_scores_have_no_intraclass_correlation():
    assert np.isnan(icc_2_1(np.full((3, 5), 0.2)).value)


def test_planted_repeats_give_the_limits_of_agreement():
    found = repeated_readings([0.1, 0.2, 0.3, NAN], [0.2, 0.2, 0.2, 0.9])
    assert isinstance(found, RepeatedReadings)
    assert found.repeats == 3
    assert found.mean_difference == pytest.approx(0)
    assert found.limit_high == pytest.approx(1.96 * 0.1)
    assert found.mean_absolute_difference == pytest.approx(0.2 / 3)


def test_one_repeat_has_no_limits_and_none_is_refused():
    assert np.isnan(repeated_readings([0.1], [0.2]).limit_low)
    assert isinstance(repeated_readings([], []), Refusal)
