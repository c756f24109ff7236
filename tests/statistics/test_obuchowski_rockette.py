from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from viewer.statistics.mrmc_covariance import CovarianceMethod
from viewer.statistics.obuchowski_rockette import (
    OrAnalysis,
    analyse,
    analyse_ratings,
    refuse_ratings,
)
from viewer.statistics.or_components import or_components
from viewer.statistics.or_tests import MeanEstimate, OrTest
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


def simulated(modalities: int, readers: int, seed: int = 1, cases: int = 60) -> Ratings:
    """Readers who share the cases' difficulty; later modalities are better."""
    random = np.random.default_rng(seed)
    truth = np.arange(cases) < cases // 3
    common = random.normal(size=cases) + truth
    scores = np.stack(
        [
            [common * (1 + 0.3 * i) + random.normal(size=cases) for _ in range(readers)]
            for i in range(modalities)
        ]
    )
    names = tuple(f"C-{k:04d}" for k in range(cases))
    return Ratings(
        modalities=tuple(f"M{i}" for i in range(modalities)),
        readers=tuple(f"R{j}" for j in range(readers)),
        cases=names,
        truth=truth,
        scores=scores,
        patients=names,
    )


def analysed(ratings: Ratings) -> OrAnalysis:
    analysis = analyse_ratings(ratings, CovarianceMethod.DELONG)
    assert isinstance(analysis, OrAnalysis)
    return analysis


def a_covariance(size: int, seed: int) -> Floats:
    factor = np.random.default_rng(seed).normal(size=(size, size))
    return factor @ factor.T * 1e-3


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 4), st.integers(2, 5), st.integers(0, 1000))
def test_components_are_means_and_squares_by_their_definition(
    modalities: int, readers: int, seed: int
) -> None:
    fom = np.random.default_rng(seed).uniform(size=(modalities, readers))
    matrix = a_covariance(fom.size, seed)
    groups: dict[tuple[bool, bool], list[float]] = {}
    pairs = list(np.ndindex(modalities, readers))
    for row, (i, j) in enumerate(pairs):
        for column, (k, m) in enumerate(pairs):
            groups.setdefault((i == k, j == m), []).append(matrix[row, column])
    c = or_components(fom, matrix)
    expected = [np.mean(groups[key]) for key in ((True, True), (False, True), (True, False))]
    np.testing.assert_allclose([c.var, c.cov1, c.cov2], expected, rtol=1e-10)
    assert c.cov3 == pytest.approx(np.mean(groups[False, False]), rel=1e-9, abs=1e-15)
    total = np.square(fom - fom.mean()).sum()
    parts = c.ms_t * (modalities - 1) + c.ms_r * (readers - 1)
    parts += c.ms_tr * (modalities - 1) * (readers - 1)
    assert parts == pytest.approx(total)


def test_a_pair_is_analysed_from_its_own_modalities_alone() -> None:
    three = simulated(3, 5)
    first_two = Ratings(
        modalities=three.modalities[:2],
        readers=three.readers,
        cases=three.cases,
        truth=three.truth,
        scores=three.scores[:2],
        patients=three.patients,
    )
    together, alone = analysed(three), analysed(first_two)
    assert [(p.a, p.b) for p in together.pairs] == [(0, 1), (0, 2), (1, 2)]
    # Sums over arrays of another length differ in their last digit.
    one, other = together.pairs[0].tests.rrrc, alone.pairs[0].tests.rrrc
    assert isinstance(one, OrTest)
    assert isinstance(other, OrTest)
    assert one.p == pytest.approx(other.p, rel=1e-9)
    assert one.f == pytest.approx(other.f, rel=1e-9)
    assert together.pairs[0].components.cov2 == pytest.approx(alone.components.cov2, rel=1e-9)
    assert together.components.cov2 != alone.components.cov2


def test_three_modalities_together_have_a_test_without_an_interval() -> None:
    tests = analysed(simulated(3, 5)).tests
    assert not isinstance(tests, Refusal)
    for test in (tests.rrrc, tests.frrc, tests.rrfc):
        assert isinstance(test, OrTest)
        assert test.df1 == 2.0
        assert 0.0 <= test.p <= 1.0
        assert test.se is None
        assert test.ci_low is None


def test_swapping_the_modalities_turns_the_difference_around() -> None:
    ratings = simulated(2, 4)
    swapped = Ratings(
        modalities=ratings.modalities[::-1],
        readers=ratings.readers,
        cases=ratings.cases,
        truth=ratings.truth,
        scores=ratings.scores[::-1],
        patients=ratings.patients,
    )
    forth, back = analysed(ratings).pairs[0], analysed(swapped).pairs[0]
    assert forth.difference == pytest.approx(-back.difference)
    assert isinstance(forth.tests.rrrc, OrTest)
    assert isinstance(back.tests.rrrc, OrTest)
    assert forth.tests.rrrc.p == pytest.approx(back.tests.rrrc.p)
    assert forth.tests.rrrc.ci_low == pytest.approx(-np.float64(back.tests.rrrc.ci_high))


def test_interval_and_test_agree_on_significance() -> None:
    for seed in range(20):
        pair = analysed(simulated(2, 4, seed=seed)).pairs[0]
        for test in (pair.tests.rrrc, pair.tests.frrc, pair.tests.rrfc):
            assert isinstance(test, OrTest)
            assert test.ci_low is not None
            assert test.ci_high is not None
            assert (test.p < 0.05) == (not test.ci_low <= 0.0 <= test.ci_high)


@pytest.mark.parametrize("readers", [1, 2])
def test_one_or_two_readers_never_speak_for_readers_in_general(readers: int) -> None:
    analysis = analysed(simulated(2, readers))
    pair, single = analysis.pairs[0], analysis.singles[0]
    for refused in (pair.tests.rrrc, pair.tests.rrfc, single.rrrc, single.rrfc):
        assert isinstance(refused, Refusal)
        assert f"has {readers}" in refused.reason
        assert "DeLong" in refused.instead
        assert "FRRC" in refused.instead
    assert isinstance(pair.tests.frrc, OrTest)
    assert isinstance(single.frrc, MeanEstimate)
    assert len(pair.readers) == readers
    if readers == 1:
        # With one reader the fixed-reader analysis is that reader's DeLong test.
        assert pair.tests.frrc.p == pytest.approx(pair.readers[0].p)
        assert pair.tests.frrc.se == pytest.approx(pair.readers[0].se)
        assert math.isinf(pair.tests.frrc.df2)


def test_one_modality_alone_gives_its_mean_and_refuses_a_difference() -> None:
    analysis = analysed(simulated(1, 4))
    assert isinstance(analysis.tests, Refusal)
    assert "one modality" in analysis.tests.reason
    assert analysis.pairs == ()
    mean = analysis.singles[0].rrrc
    assert isinstance(mean, MeanEstimate)
    assert mean.ci_low < mean.mean < mean.ci_high


def test_a_missing_read_is_refused_and_what_serves_is_named() -> None:
    ratings = simulated(2, 3)
    ratings.scores[1, 2, 7] = math.nan
    refusal = analyse_ratings(ratings, CovarianceMethod.JACKKNIFE)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "The readings are unbalanced: 1 of 360 are missing."
    assert "iMRMC" in refusal.instead


def test_one_class_only_is_refused() -> None:
    ratings = simulated(2, 3)
    ratings.truth[:] = False
    refusal = refuse_ratings(ratings)
    assert refusal is not None
    assert "0 cases with" in refusal.reason
    undefined = analyse([[0.8, math.nan, 0.7]], np.eye(3))
    assert isinstance(undefined, Refusal)
    assert "undefined" in undefined.reason


def test_constant_readers_are_refused_instead_of_divided_by_zero() -> None:
    ratings = simulated(2, 3)
    ratings.scores[:] = 1.0
    pair = analysed(ratings).pairs[0]
    for test in (pair.tests.rrrc, pair.tests.frrc, pair.tests.rrfc):
        assert isinstance(test, Refusal)
        assert "zero" in test.reason
    assert all("no variance" in reader.why_undefined for reader in pair.readers)


def test_two_equal_modalities_are_refused_a_test() -> None:
    ratings = simulated(2, 4)
    ratings.scores[1] = ratings.scores[0]
    pair = analysed(ratings).pairs[0]
    assert pair.difference == 0.0
    assert isinstance(pair.tests.rrrc, Refusal)


def test_one_constant_reader_among_others_is_analysed() -> None:
    ratings = simulated(2, 4)
    ratings.scores[:, 1] = 0.5
    analysis = analysed(ratings)
    np.testing.assert_array_equal(analysis.fom[:, 1], 0.5)
    assert isinstance(analysis.pairs[0].tests.rrrc, OrTest)
    assert analysis.pairs[0].readers[1].why_undefined


def test_readers_without_spread_fall_back_to_the_normal_distribution() -> None:
    fom = np.array([[0.8, 0.8, 0.8], [0.9, 0.9, 0.9]])
    matrix = np.full((6, 6), 2e-4)
    matrix[:3, 3:] = matrix[3:, :3] = 1e-4
    analysis = analyse(fom, matrix)
    assert isinstance(analysis, OrAnalysis)
    rrrc = analysis.pairs[0].tests.rrrc
    assert isinstance(rrrc, OrTest)
    assert math.isinf(rrrc.df2)
    assert rrrc.se == pytest.approx(math.sqrt(2 * 3e-4 / 3))
    assert rrrc.ci_high == pytest.approx(-0.1 + 1.959963985 * math.sqrt(2e-4))
    assert isinstance(analysis.pairs[0].tests.rrfc, Refusal)


def test_a_covariance_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="square over fom"):
        analyse([[0.8, 0.7], [0.9, 0.8]], np.eye(3))
