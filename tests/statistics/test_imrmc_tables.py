"""iMRMC's tables of its own example, and of designs that are not fully crossed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from viewer.loading.read_imrmc import read_imrmc
from viewer.statistics.auc import auc
from viewer.statistics.imrmc import ImrmcTables, VarianceDecomposition, imrmc_tables
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal


def _ratings(scores: np.ndarray, truth: np.ndarray) -> Ratings:
    modalities, readers, cases = scores.shape
    names = tuple(f"case {i}" for i in range(cases))
    return Ratings(
        modalities=tuple("AB"[:modalities]),
        readers=tuple(f"reader {i}" for i in range(readers)),
        cases=names,
        truth=truth,
        scores=scores,
        patients=names,
    )


def _random(seed: int = 5, *, readers: int = 4, cases: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 3 == 0
    skill = rng.normal(1.0, 0.3, (2, readers, 1))
    scores = rng.normal(size=(2, readers, cases)) + skill * truth + rng.normal(size=cases)
    return np.round(scores, 1), truth


@pytest.fixture(scope="module")
def example(shared: Path) -> ImrmcTables:
    text = (shared / "data/reader_studies/imrmc/input.imrmc").read_text()
    tables = imrmc_tables(read_imrmc(text, title="example").ratings)
    assert isinstance(tables, ImrmcTables)
    return tables


def _printed(shared: Path, name: str) -> list[dict[str, str]]:
    path = shared / f"data/reader_studies/imrmc/expected_saveResult_{name}.csv"
    with path.open() as lines:
        return list(csv.DictReader(lines))


def _assert_as_printed(found, expected, *, digits: int) -> None:
    """Equal to the last printed digit."""
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert list(row) == list(wanted)
        for column, text in wanted.items():
            value = row[column]
            if text == "":
                assert value is None, column
            elif isinstance(value, str):
                assert value == text
            else:
                one = 10.0 ** (np.floor(np.log10(abs(float(text)) or 1.0)) - digits + 1)
                assert value == pytest.approx(float(text), abs=0.5001 * one), column


@pytest.mark.parametrize(
    ("name", "rows"), [("Ustat", "u_statistics"), ("MLEstat", "maximum_likelihood")]
)
def test_the_example_gives_imrmcs_own_table(shared, example, name, rows):
    _assert_as_printed(getattr(example, rows), _printed(shared, name), digits=9)


def test_the_example_gives_imrmcs_own_values_of_each_reader(shared, example):
    _assert_as_printed(example.per_reader, _printed(shared, "perReader"), digits=6)


def _of(decompositions, pair: str) -> VarianceDecomposition:
    return next(d for d in decompositions if f"{d.modality_a}.{d.modality_b}" == pair)


@pytest.mark.parametrize("pair", ["testA.NO_MOD", "testB.NO_MOD", "testA.testB"])
@pytest.mark.parametrize(
    ("file", "which", "part"),
    [
        ("BCK_Ustat_comp", "decompositions_u", "components"),
        ("BCK_Ustat_coeff", "decompositions_u", "coefficients"),
        ("BCK_MLE_comp", "decompositions_ml", "components"),
        ("BCK_MLE_coeff", "decompositions_ml", "coefficients"),
        ("BDG_MLE_comp", "decompositions_ml", "moments"),
    ],
)
def test_the_example_gives_imrmcs_own_decompositions(shared, example, pair, file, which, part):
    found = getattr(_of(getattr(example, which), pair), part)
    _assert_as_printed(found, _printed(shared, f"varDecomp_{file}_{pair}"), digits=6)


def test_readers_of_different_cases_keep_equal_weight(shared):
    text = (shared / "data/reader_studies/viper_screeningLowP.imrmc.csv").read_text()
    tables = imrmc_tables(read_imrmc(text, title="VIPER").ratings)
    assert isinstance(tables, ImrmcTables)
    assert not tables.is_fully_crossed
    rows = {(row["modalityA"], row["modalityB"]): row for row in tables.u_statistics}
    assert rows["FFDM", "NO_MOD"]["AUCA"] == pytest.approx(0.679768, abs=5e-7)
    assert rows["SFM", "NO_MOD"]["AUCA"] == pytest.approx(0.689311, abs=5e-7)
    both = next(row for pair, row in rows.items() if set(pair) == {"FFDM", "SFM"})
    assert abs(both["AUCAminusAUCB"]) == pytest.approx(0.689311 - 0.679768, abs=1e-6)
    assert both["varAUCAminusAUCB"] > 0
    assert 0.5 < both["pValueBDG"] < 1
    assert both["dfHillis"] is None


def test_the_unbiased_variance_is_the_same_sum_over_single_pairs():
    """By definition: AUC squared less the mean product of successes with nothing in common."""
    scores, truth = _random(cases=14, readers=3)
    scores[0, 1, [1, 3]] = np.nan
    scores[0, 2, [0, 5]] = np.nan
    tables = imrmc_tables(_ratings(scores[:1], truth))
    successes = []
    for reader in range(3):
        read = ~np.isnan(scores[0, reader])
        pairs = [
            (reader, i, j)
            for i in np.flatnonzero(~truth & read)
            for j in np.flatnonzero(truth & read)
        ]
        successes += [
            (r, i, j, float(np.sign(scores[0, r, j] - scores[0, r, i]) + 1) / 2 / len(pairs) / 3)
            for r, i, j in pairs
        ]
    weights = {(r, i, j): 1 / 3 / sum(s[0] == r for s in successes) for r, i, j, _ in successes}
    products = weight = 0.0
    for r, i, j, value in successes:
        for q, k, m, other in successes:
            if r != q and i != k and j != m:
                products += value * other
                weight += weights[r, i, j] * weights[q, k, m]
    area = sum(value for *_, value in successes)
    assert tables.u_statistics[0]["AUCA"] == pytest.approx(area)
    assert tables.u_statistics[0]["varAUCA"] == pytest.approx(area**2 - products / weight)


def test_every_modality_with_readers_of_its_own_is_compared_without_covariance_of_readers():
    scores, truth = _random()
    scores[0, 2:] = np.nan
    scores[1, :2] = np.nan
    tables = imrmc_tables(_ratings(scores, truth))
    pair = tables.u_statistics[2]
    assert pair["NR"] == 4
    assert pair["varAUCAminusAUCB"] > 0
    coefficients = tables.decompositions_u[2].coefficients[2]
    assert coefficients["R"] == 0
    assert coefficients["N"] > 0
    assert not any(row["modalityB"] == "B" for row in tables.per_reader)


def test_a_reader_without_a_class_counts_in_no_mean():
    scores, truth = _random()
    scores[0, 3, truth] = np.nan
    row = imrmc_tables(_ratings(scores, truth)).u_statistics[0]
    assert row["NR"] == 3
    assert row["AUCA"] == pytest.approx(np.mean([auc(scores[0, r], truth) for r in range(3)]))


def test_one_reader_is_refused_with_what_serves():
    scores, truth = _random()
    refusal = imrmc_tables(_ratings(scores[:, :1], truth))
    assert isinstance(refusal, Refusal)
    assert "one reader" in refusal.reason
    assert "DeLong" in refusal.instead


def test_one_class_is_refused():
    scores, truth = _random()
    refusal = imrmc_tables(_ratings(scores, np.zeros_like(truth)))
    assert isinstance(refusal, Refusal)


def test_readers_who_always_give_the_same_score_get_no_test():
    scores, truth = _random()
    row = imrmc_tables(_ratings(np.zeros_like(scores), truth)).u_statistics[2]
    assert row["AUCAminusAUCB"] == 0
    assert row["pValueBDG"] is None
    assert row["pValueNormal"] is None


def test_van_dyke_agrees_with_obuchowski_and_rockette_on_unbiased_covariances(shared):
    """Published: D = .0010682810 and 15.03418 degrees of freedom; both methods are one there."""
    text = (shared / "data/reader_studies/vandyke.imrmc").read_text()
    single, _, pair = imrmc_tables(read_imrmc(text, title="Van Dyke").ratings).u_statistics
    assert pair["AUCAminusAUCB"] == pytest.approx(-0.04380032, abs=5e-9)
    assert pair["varAUCAminusAUCB"] == pytest.approx(2 * 0.0010682810 / 5, rel=1e-6)
    assert pair["dfHillis"] == pytest.approx(15.03418, abs=5e-6)
    half = stats.t.ppf(0.975, single["dfHillis"]) * np.sqrt(single["varAUCA"])
    assert single["AUCA"] - half == pytest.approx(0.8253526, abs=5e-8)
    assert single["AUCA"] + half == pytest.approx(0.9687214, abs=5e-8)
