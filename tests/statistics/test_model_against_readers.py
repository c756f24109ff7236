from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from viewer.statistics.auc import compare_two
from viewer.statistics.model_against_readers import (
    MeanDifference,
    ModelAgainstReaders,
    compare_model,
    model_against_readers,
)
from viewer.statistics.refusal import Refusal

TRUTH = np.arange(90) < 30


def scores(seed: int, readers: int, strength: float = 1.5) -> NDArray[np.float64]:
    """Model first, then readers."""
    random = np.random.default_rng(seed)
    common = random.normal(size=90)
    own = random.normal(size=(1 + readers, 90))
    return common + own + strength * TRUTH


def compared(rows: NDArray[np.float64], margin: float = 0.05) -> ModelAgainstReaders:
    result = model_against_readers(rows[0], rows[1:], TRUTH, margin=margin)
    assert isinstance(result, ModelAgainstReaders)
    return result


def difference_of(result: MeanDifference | Refusal) -> MeanDifference:
    assert isinstance(result, MeanDifference)
    return result


def test_the_analysis_follows_its_formulas() -> None:
    fom = np.array([0.90, 0.80, 0.85, 0.78, 0.83])
    factor = np.random.default_rng(4).normal(size=(5, 5))
    c = factor @ factor.T * 1e-4
    result = compare_model(fom, c, margin=0.02)
    assert isinstance(result, ModelAgainstReaders)
    d = fom[0] - fom[1:]
    spread = np.array(
        [[c[0, 0] - c[0, j] - c[0, k] + c[j, k] for k in range(1, 5)] for j in range(1, 5)]
    )
    off_diagonal = spread[~np.eye(4, dtype=bool)].mean()
    denominator = d.var(ddof=1) + 4 * max(off_diagonal, 0.0)
    random = difference_of(result.random_readers)
    assert random.difference.mean == pytest.approx(d.mean())
    assert random.difference.se == pytest.approx(math.sqrt(denominator / 4))
    assert random.difference.df == pytest.approx(3 * denominator**2 / d.var(ddof=1) ** 2)
    assert random.t == pytest.approx(d.mean() / math.sqrt(denominator / 4))


def test_each_reader_is_compared_by_delong() -> None:
    rows = scores(1, 4)
    result = compared(rows)
    for row, comparison in zip(rows[1:], result.readers, strict=True):
        expected = compare_two(rows[0], row, TRUTH)
        assert comparison.p == pytest.approx(expected.p)
        assert comparison.difference == pytest.approx(expected.difference)


def test_interval_and_tests_agree() -> None:
    for seed in range(20):
        random = difference_of(compared(scores(seed, 5), margin=0.05).random_readers)
        low, high = random.difference.ci_low, random.difference.ci_high
        assert (random.p < 0.05) == (not low <= 0.0 <= high)
        assert (random.non_inferiority_p < 0.025) == (low > -0.05)
        assert (random.superiority_p < 0.025) == (low > 0.0)


def test_without_a_margin_non_inferiority_is_superiority() -> None:
    random = difference_of(compared(scores(3, 5), margin=0.0).random_readers)
    assert random.non_inferiority_p == random.superiority_p


def test_a_good_model_is_not_inferior_and_a_bad_one_is_not_shown_to_be() -> None:
    good, bad = scores(7, 6), scores(7, 6)
    good[0] += 2.0 * TRUTH
    bad[0] -= 1.5 * TRUTH
    assert difference_of(compared(good).random_readers).non_inferiority_p < 0.01
    assert difference_of(compared(bad).random_readers).non_inferiority_p > 0.9


def test_two_readers_are_compared_as_these_readers_only() -> None:
    result = compared(scores(1, 2))
    assert isinstance(result.random_readers, Refusal)
    assert "FRRC" in result.random_readers.instead
    assert math.isinf(difference_of(result.fixed_readers).difference.df)


def test_missing_scores_are_refused() -> None:
    rows = scores(1, 3)
    rows[2, 5] = math.nan
    assert isinstance(model_against_readers(rows[0], rows[1:], TRUTH), Refusal)
    with pytest.raises(ValueError, match="margin"):
        compare_model([0.8, 0.7], np.eye(2), margin=-0.1)
