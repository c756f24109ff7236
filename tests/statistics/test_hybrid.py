"""Readers mixed with a model: the published figures, lambda, and its optimism."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_tables import nyu
from sklearn.isotonic import IsotonicRegression

from viewer.statistics.ai_scaling import (
    AiScale,
    isotonic_cross_fitted,
    rank_normalised,
    rescale,
)
from viewer.statistics.auc import auc, average_precision
from viewer.statistics.bootstrap import patient_codes
from viewer.statistics.curves import precision_recall_curve, roc_curve, trapezoid_area
from viewer.statistics.hybrid import HybridSweep, lambdas, mix, sweep
from viewer.statistics.hybrid_curves import HybridMixer, hybrid_mixer
from viewer.statistics.left_out_patients import LeftOutPatients
from viewer.statistics.refusal import Refusal


def _study(seed: int = 1, *, readers: int = 3, cases: int = 60):
    rng = np.random.default_rng(seed)
    truth = rng.random(cases) < 0.35
    truth[:2] = True, False
    scores = np.clip(0.3 + 0.2 * truth + 0.25 * rng.normal(size=(readers, cases)), 0, 1).round(1)
    model = np.clip(0.3 + 0.3 * truth + 0.2 * rng.normal(size=cases), 0, 1).round(2)
    names = tuple(f"patient {n}" for n in rng.integers(0, cases // 2, cases))
    return scores, model, truth, names


@pytest.fixture(scope="module")
def published(shared):
    return nyu(shared / "data/reader_studies")


@pytest.fixture(scope="module")
def published_sweep(published) -> HybridSweep:
    found = sweep(published.readers, published.ai["GMIC_top5"], published.truth, published.patients)
    assert isinstance(found, HybridSweep)
    return found


def test_the_published_hybrids_at_one_half(published_sweep):
    half = published_sweep.auc[:, 50]
    assert half.mean() == pytest.approx(0.8870524, abs=5e-8)
    assert half.std() == pytest.approx(0.0098, abs=5e-5)
    half = published_sweep.average_precision[:, 50]
    assert half.mean() == pytest.approx(0.4562, abs=5e-5)
    assert half.std() == pytest.approx(0.0352, abs=5e-5)


def test_the_published_sweep_ends_with_the_model_and_with_the_readers(published_sweep):
    ends = published_sweep.auc[:, [0, -1]]
    assert ends[:, 0] == pytest.approx(0.881174, abs=5e-7)
    assert ends[[0, 3, 13], 1] == pytest.approx([0.725555, 0.859021, 0.755715], abs=5e-7)


def test_the_published_best_lambda_is_near_the_papers(published_sweep):
    """The paper: 0.25 +- 0.15, AUC 0.898 +- 0.005, from a better model than the released one."""
    best = published_sweep.best_auc
    assert best.weight.mean() == pytest.approx(0.25, abs=0.05)
    assert best.value.mean() == pytest.approx(0.898, abs=0.01)
    assert (best.value == published_sweep.auc.max(axis=1)).all()


def test_leaving_patients_out_shows_that_the_best_lambda_is_optimistic(published_sweep):
    for best in (published_sweep.best_auc, published_sweep.best_average_precision):
        assert (best.optimism > 0).sum() >= 13
        assert 0.003 < best.optimism.mean() < 0.02


@pytest.mark.parametrize("measure", [auc, average_precision], ids=["auc", "average-precision"])
def test_the_left_out_value_equals_choosing_lambda_anew_without_each_patient(measure):
    scores, model, truth, patients = _study(readers=2, cases=40)
    found = sweep(scores, model, truth, patients)
    best = found.best_auc if measure is auc else found.best_average_precision
    codes, count = patient_codes(patients)
    for reader in range(2):
        mixed = np.array([mix(scores[reader], model, weight) for weight in lambdas()])
        chosen = np.empty(truth.size)
        for patient in range(count):
            rest = codes != patient
            values = np.round([measure(row[rest], truth[rest]) for row in mixed], 12)
            chosen[~rest] = mixed[values.argmax(), ~rest]
        assert best.left_out[reader] == pytest.approx(measure(chosen, truth), abs=1e-12)
        values = np.array([measure(row, truth) for row in mixed])
        assert best.value[reader] == pytest.approx(values.max(), abs=1e-12)
        assert best.weight[reader] == lambdas()[values.round(12).argmax()]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), patients=st.integers(3, 30))
def test_figures_without_a_patient_equal_those_of_the_remaining_cases(seed, patients):
    rng = np.random.default_rng(seed)
    truth = rng.random(40) < 0.3
    truth[:2] = True, False
    scores = np.round(rng.normal(size=(2, 40)) + truth, 1)
    _, codes = np.unique(rng.integers(0, patients, 40), return_inverse=True)
    left_out = LeftOutPatients(truth, codes)
    areas, precisions = left_out.auc(scores), left_out.average_precision(scores)
    for patient in range(codes.max() + 1):
        rest = codes != patient
        for row in range(2):
            if truth[rest].all() or not truth[rest].any():
                assert np.isnan(areas[row, patient])
                assert np.isnan(precisions[row, patient])
                continue
            own, diseased = scores[row, rest], truth[rest]
            assert areas[row, patient] == auc(own, diseased)
            assert precisions[row, patient] == pytest.approx(average_precision(own, diseased))


def test_a_reader_is_mixed_only_where_both_scored():
    scores, model, truth, patients = _study()
    gaps, gap = scores.copy(), model.copy()
    gaps[0, 3:9] = np.nan
    gap[20:25] = np.nan
    found = sweep(gaps, gap, truth, patients)
    both = ~np.isnan(gaps[0] + gap)
    assert found.auc[0, 30] == auc(mix(gaps[0, both], gap[both], 0.3), truth[both])


def test_a_reader_of_one_class_gets_no_figures_and_the_others_do():
    scores, model, truth, patients = _study()
    scores[1, truth] = np.nan
    found = sweep(scores, model, truth, patients)
    assert np.isnan(found.auc[1]).all()
    assert np.isnan(found.best_auc.weight[1])
    assert not np.isnan(found.auc[[0, 2]]).any()


def test_a_single_diseased_patient_leaves_the_optimism_unknown():
    truth = np.array([True, False, False, False])
    model = np.array([0.9, 0.1, 0.5, 0.95])
    found = sweep(model[None], model, truth, tuple("abcd"))
    assert found.best_auc.value[0] == pytest.approx(2 / 3)
    assert np.isnan(found.best_auc.left_out[0])


@pytest.mark.parametrize("scale", [5.0, -1.0], ids=["ratings-1-to-5", "negative"])
def test_scores_that_are_no_probabilities_are_refused(scale):
    scores, model, truth, patients = _study()
    for found in (
        sweep(scores * scale, model, truth, patients),
        sweep(scores, model * scale, truth, patients),
        hybrid_mixer(scores * scale, model, truth),
    ):
        assert isinstance(found, Refusal)
        assert "0 and 1" in found.reason


def test_a_lambda_beyond_its_range_is_refused():
    with pytest.raises(ValueError, match="lambda"):
        mix([0.1], [0.2], 1.01)


@pytest.mark.parametrize("weight", [0.0, 0.37, 0.5, 1.0])
def test_the_sliders_curves_are_the_curves_of_all_thresholds(weight):
    scores, model, truth, _ = _study(seed=3)
    mixer = hybrid_mixer(scores, model, truth)
    assert isinstance(mixer, HybridMixer)
    curves = mixer.at(weight)
    for reader in range(3):
        mixed = mix(scores[reader], model, weight)
        whole = roc_curve(mixed, truth)
        x, y = curves.false_positive_rate[reader], curves.sensitivity[reader]
        assert trapezoid_area(x, y) == pytest.approx(whole.area)
        assert curves.auc[reader] == pytest.approx(whole.area)
        corners = set(zip(x.round(9), y.round(9), strict=True))
        assert corners <= _points_of(whole.false_positive_rate, whole.sensitivity)
        pr = precision_recall_curve(mixed, truth)
        corners = zip(
            curves.recall[reader].round(9), curves.precision[reader].round(9), strict=True
        )
        assert set(corners) <= _points_of(pr.recall, pr.precision)
        assert curves.average_precision[reader] == pytest.approx(average_precision(mixed, truth))


def _points_of(x: np.ndarray, y: np.ndarray) -> set[tuple[float, float]]:
    return set(zip(x.round(9), y.round(9), strict=True))


def test_the_sliders_mean_curves_lie_amid_the_readers(published):
    mixer = hybrid_mixer(published.readers, published.ai["GMIC_top5"], published.truth)
    curves = mixer.at(0.5)
    rate, sensitivity = curves.mean_roc
    assert trapezoid_area(rate, sensitivity) == pytest.approx(0.8870524, abs=2e-3)
    recall, precision = curves.mean_precision_recall
    assert np.sum(np.diff(recall, prepend=0) * precision) == pytest.approx(0.4562, abs=5e-5)


def test_the_slider_refuses_cases_of_one_class():
    scores, model, truth, _ = _study()
    scores[0, truth] = np.nan
    assert isinstance(hybrid_mixer(scores, model, truth), Refusal)


def test_ranks_keep_the_order_and_spread_evenly():
    scores = np.array([0.2, 0.001, np.nan, 0.2, 0.9])
    assert rank_normalised(scores) == pytest.approx([0.5, 0.125, np.nan, 0.5, 0.875], nan_ok=True)


def test_no_case_calibrates_itself():
    _, model, truth, patients = _study(cases=80)
    fitted = isotonic_cross_fitted(model, truth, patients, folds=5, seed=1)
    codes, _ = patient_codes(patients)
    changed = truth.copy()
    own = codes == codes[10]
    # The folds deal diseased patients evenly, so the patient must stay one with or without.
    changed[np.flatnonzero(own)[1:]] ^= True
    changed[own] = truth[own] if truth[own].any() != changed[own].any() else changed[own]
    again = isotonic_cross_fitted(model, changed, patients, folds=5, seed=1)
    assert again[own] == pytest.approx(fitted[own])
    assert fitted.min() >= 0
    assert fitted.max() <= 1


def test_calibration_of_a_fold_is_the_isotonic_regression_of_the_others():
    _, model, truth, _ = _study(cases=80)
    patients = tuple(str(n) for n in range(80))
    fitted = isotonic_cross_fitted(model, truth, patients, folds=80)
    for case in (0, 17, 79):
        rest = np.arange(80) != case
        reference = IsotonicRegression(out_of_bounds="clip").fit(model[rest], truth[rest])
        assert fitted[case] == pytest.approx(reference.predict([model[case]])[0])


def test_mixing_on_another_scale_changes_the_hybrid_and_not_the_model(published):
    as_given = rescale(
        published.ai["GMIC_top5"], published.truth, published.patients, AiScale.AS_GIVEN
    )
    ranks = rescale(published.ai["GMIC_top5"], published.truth, published.patients, AiScale.RANKS)
    np.testing.assert_array_equal(as_given, published.ai["GMIC_top5"])
    assert auc(ranks, published.truth) == auc(published.ai["GMIC_top5"], published.truth)
    mixed = [auc(mix(r, ranks, 0.5), published.truth) for r in published.readers]
    assert np.mean(mixed) == pytest.approx(0.89087, abs=5e-6)
