"""Resampled patients give what repeating their cases gives, only faster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_tables import nyu
from sklearn.metrics import average_precision_score, matthews_corrcoef, roc_auc_score

from viewer.statistics.auc import auc
from viewer.statistics.bootstrap import (
    bootstrap_p,
    bootstrap_patients,
    draw_counts,
    patient_codes,
    percentile_interval,
    resample_readers,
)


def _study(seed: int, *, series: int = 3, cases: int = 40, patients: int = 25):
    """Scores with many ties, patients of one to a few cases."""
    rng = np.random.default_rng(seed)
    truth = rng.random(cases) < 0.3
    truth[:2] = True, False
    scores = np.round(rng.normal(size=(series, cases)) + truth, 1)
    names = tuple(f"patient {n}" for n in rng.integers(0, patients, cases))
    return scores, truth, names


def _repeated(patients: tuple[str, ...], *, resamples: int, seed: int) -> list[np.ndarray]:
    """Indices of the cases of every resample, repeated as often as drawn."""
    codes, count = patient_codes(patients)
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = draw_counts(rng, count, resamples)[codes].astype(int)
    return [np.repeat(np.arange(len(codes)), drawn[:, k]) for k in range(resamples)]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), series=st.integers(1, 4))
def test_areas_equal_those_of_the_repeated_cases(seed, series):
    scores, truth, patients = _study(seed, series=series)
    found = bootstrap_patients(scores, truth, patients, resamples=10, seed=seed)
    for resample, cases in enumerate(_repeated(patients, resamples=10, seed=seed)):
        for row in range(series):
            if truth[cases].all() or not truth[cases].any():
                assert np.isnan(found.auc[row, resample])
                continue
            own = scores[row, cases]
            assert found.auc[row, resample] == pytest.approx(
                roc_auc_score(truth[cases], own), abs=1e-12
            )
            assert found.average_precision[row, resample] == pytest.approx(
                average_precision_score(truth[cases], own), abs=1e-12
            )


def test_the_area_is_the_same_number_to_the_last_bit():
    scores, truth, patients = _study(3, cases=200, patients=90)
    found = bootstrap_patients(scores, truth, patients, resamples=30, seed=9)
    repeated = _repeated(patients, resamples=30, seed=9)
    expected = [[auc(row[cases], truth[cases]) for cases in repeated] for row in scores]
    np.testing.assert_array_equal(found.auc, expected)


def test_points_at_a_sensitivity_equal_those_of_the_repeated_cases():
    scores, truth, patients = _study(4, series=1, cases=300, patients=200)
    found = bootstrap_patients(scores, truth, patients, resamples=25, seed=2, sensitivity=0.8)
    for resample, cases in enumerate(_repeated(patients, resamples=25, seed=2)):
        own, diseased = scores[0, cases], truth[cases]
        thresholds = np.unique(own[diseased])[::-1]
        attained = np.array([(own[diseased] >= t).mean() for t in thresholds])
        nearest = np.abs(attained - 0.8).round(12).argmin()
        if abs(attained[nearest] - 0.8) > 0.025:
            assert np.isnan(found.specificity[0, resample])
            continue
        recalled = own >= thresholds[nearest]
        assert found.specificity[0, resample] == pytest.approx(1 - recalled[~diseased].mean())
        assert found.matthews[0, resample] == pytest.approx(matthews_corrcoef(diseased, recalled))


def test_cases_a_reader_did_not_read_count_for_the_other_readers_only():
    scores, truth, patients = _study(5)
    gaps = scores.copy()
    gaps[0, 5:15] = np.nan
    whole = bootstrap_patients(scores, truth, patients, resamples=50, seed=1)
    found = bootstrap_patients(gaps, truth, patients, resamples=50, seed=1)
    np.testing.assert_array_equal(found.auc[1:], whole.auc[1:])
    for resample, cases in enumerate(_repeated(patients, resamples=50, seed=1)):
        own = cases[~np.isnan(gaps[0, cases])]
        expected = roc_auc_score(truth[own], gaps[0, own]) if 0 < truth[own].sum() < own.size else 0
        if expected:
            assert found.auc[0, resample] == pytest.approx(expected)


def test_resamples_of_one_class_are_skipped_and_counted():
    truth = np.array([True] + [False] * 9)
    patients = tuple(f"patient {n}" for n in range(10))
    found = bootstrap_patients(np.arange(10.0), truth, patients, resamples=200, seed=6)
    without = sum(not truth[cases].any() for cases in _repeated(patients, resamples=200, seed=6))
    assert without > 0
    assert found.skipped[0] == without == np.isnan(found.average_precision[0]).sum()
    assert percentile_interval(found.auc[0]) == (0.0, 0.0)


@pytest.mark.parametrize("truth", [np.zeros(4, bool), np.ones(4, bool)], ids=["normal", "diseased"])
def test_one_class_gives_no_interval(truth):
    found = bootstrap_patients(np.arange(4.0), truth, tuple("abcd"), resamples=10, seed=0)
    assert found.skipped[0] == 10
    assert np.isnan(percentile_interval(found.auc[0])).all()
    assert np.isnan(bootstrap_p(found.auc[0]))


def test_a_constant_reader_has_area_one_half_in_every_resample():
    _, truth, patients = _study(7)
    found = bootstrap_patients(np.full(40, 0.3), truth, patients, resamples=40, seed=0)
    assert set(found.auc[0][~np.isnan(found.auc[0])]) == {0.5}
    assert np.isnan(found.matthews[0]).all()


def test_both_breasts_of_a_patient_are_drawn_together():
    patients = tuple(f"patient {n // 2}" for n in range(20))
    for cases in _repeated(patients, resamples=20, seed=8):
        drawn = np.bincount(cases, minlength=20)
        assert drawn.sum() == 20
        np.testing.assert_array_equal(drawn[0::2], drawn[1::2])


def test_the_same_seed_gives_the_same_resamples_and_another_seed_others():
    scores, truth, patients = _study(10)
    first, same, other = (
        bootstrap_patients(scores, truth, patients, resamples=300, seed=seed).auc
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other, equal_nan=True)


def test_resampled_readers_are_weighted_as_often_as_they_are_drawn():
    samples = np.random.default_rng(0).random((2, 4, 500))
    found = resample_readers(samples, seed=3)
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([3, 1])))
    drawn = draw_counts(stream, 4, 500).astype(int)
    for resample in range(0, 500, 50):
        readers = np.repeat(np.arange(4), drawn[:, resample])
        expected = samples[:, readers, resample].mean(axis=1)
        np.testing.assert_allclose(found[:, resample], expected)


def test_a_missing_value_of_a_reader_who_was_not_drawn_does_no_harm():
    samples = np.ones((3, 200))
    samples[2] = np.nan
    found = resample_readers(samples, seed=0)
    assert set(found[~np.isnan(found)]) == {1.0}
    assert 0 < np.isnan(found).sum() < 200


def test_a_difference_that_never_changes_sign_has_a_small_p():
    assert bootstrap_p(np.full(999, 0.1)) == pytest.approx(2 / 1000)
    assert bootstrap_p(np.zeros(99)) == 1.0


def test_wrong_shapes_and_numbers_are_refused():
    with pytest.raises(ValueError, match="same cases"):
        bootstrap_patients(np.zeros(3), np.zeros(4, bool), tuple("abcd"), resamples=5, seed=0)
    with pytest.raises(ValueError, match="at least 1"):
        bootstrap_patients(np.zeros(4), np.zeros(4, bool), tuple("abcd"), resamples=0, seed=0)


def test_the_published_studys_intervals(shared):
    study = nyu(shared / "data/reader_studies")
    scores = np.concatenate(
        [study.readers, (study.readers + study.ai["GMIC_top5"]) / 2, study.ai["GMIC_top5"][None]]
    )
    found = bootstrap_patients(
        scores, study.truth, study.patients, resamples=2000, seed=20200801, sensitivity=0.9
    )
    assert found.patients == 720
    assert found.skipped.sum() == 0
    low, high = percentile_interval(found.auc[28])
    assert low == pytest.approx(0.838, abs=0.0025)
    assert high == pytest.approx(0.919, abs=0.0025)
    low, high = percentile_interval(found.specificity[28])
    assert low < 0.640319 < high
    gain = found.auc[14:28] - found.auc[:14]
    fixed, random = (
        percentile_interval(gain.mean(0)),
        percentile_interval(resample_readers(gain, seed=20200801)),
    )
    assert random[0] < fixed[0] < 0.8870524 - 0.7787959 < fixed[1] < random[1]
