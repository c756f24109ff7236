"""An evaluation's figures: equal to independent ones, with intervals or with the reason why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import average_precision_score, matthews_corrcoef, roc_auc_score

from viewer.analysis.evaluation import evaluate
from viewer.analysis.evaluation_results import (
    AUC,
    AVERAGE_PRECISION,
    MATTHEWS,
    MEAN_SENSITIVITY,
    SENSITIVITY_AT,
    SOFT_DICE,
    SPECIFICITY,
    Difference,
    EvaluationOptions,
    EvaluationResults,
    Measure,
)
from viewer.analysis.evaluation_table import (
    PATCH_ON_LESION,
    EvaluationTable,
    Level,
    LocatedDetections,
    MapAgreement,
    PatchHits,
    ScoredCases,
)
from viewer.statistics.bootstrap import draw_counts, patient_codes
from viewer.statistics.detection import Detections, LesionBoxes

FEW = EvaluationOptions(bootstraps=200, seed=3)
MALIGNANT = 1


def scored(
    malignant: list[int],
    scores: list[list[float]],
    *,
    patients: tuple[str, ...] | None = None,
    benign: list[float] | None = None,
) -> ScoredCases:
    """One score list a series, the same for both classes."""
    cases = len(malignant)
    values = np.array(scores, dtype=np.float64)
    return ScoredCases(
        level=Level.BREAST,
        series=tuple("abc"[: len(scores)]),
        patients=patients or tuple(f"p{case}" for case in range(cases)),
        scores=np.repeat(values[:, None], 2, axis=1),
        truth=np.array([benign or [np.nan] * cases, malignant], dtype=np.float64),
    )


def random_cases(cases: int = 60, series: int = 2, seed: int = 5) -> ScoredCases:
    rng = np.random.default_rng(seed)
    truth = (rng.random(cases) < 0.4).astype(int)
    scores = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2, (series, cases)), 0, 1)
    return scored(
        truth.tolist(),
        scores.tolist(),
        patients=tuple(f"p{case // 2}" for case in range(cases)),
    )


def measure(
    results: EvaluationResults, name: str, *, series: str = "a", finding: str = "malignant"
) -> Measure:
    (found,) = [
        m for m in results.measures if (m.series, m.name, m.finding) == (series, name, finding)
    ]
    return found


def difference(results: EvaluationResults, name: str) -> Difference:
    (found,) = [d for d in results.differences if (d.name, d.finding) == (name, "malignant")]
    return found


def of_cases(cases: ScoredCases, options: EvaluationOptions = FEW) -> EvaluationResults:
    return evaluate(EvaluationTable(cases=(cases,)), options)


def test_figures_agree_with_scikit_learn() -> None:
    cases = random_cases()
    truth, scores = cases.truth[MALIGNANT] == 1, cases.scores[0, MALIGNANT]
    results = of_cases(cases)
    assert measure(results, AUC).value == pytest.approx(roc_auc_score(truth, scores))
    assert measure(results, AVERAGE_PRECISION).value == pytest.approx(
        average_precision_score(truth, scores)
    )
    thresholds = np.unique(scores[truth])
    attained = np.array([(scores[truth] >= t).mean() for t in thresholds])
    threshold = thresholds[np.abs(attained - 0.9).round(12)[::-1].argmin() * -1 - 1]
    assert measure(results, SPECIFICITY).value == pytest.approx((scores[~truth] < threshold).mean())
    assert measure(results, MATTHEWS).value == pytest.approx(
        matthews_corrcoef(truth, scores >= threshold)
    )


def test_intervals_are_percentiles_over_repeated_patients() -> None:
    cases = random_cases()
    truth, scores = cases.truth[MALIGNANT] == 1, cases.scores[0, MALIGNANT]
    codes, count = patient_codes(cases.patients)
    drawn = draw_counts(np.random.Generator(np.random.PCG64(3)), count, 200)[codes].astype(int)
    areas = [
        roc_auc_score(np.repeat(truth, copies), np.repeat(scores, copies)) for copies in drawn.T
    ]
    interval = measure(of_cases(cases), AUC).interval
    assert interval is not None
    assert_allclose((interval.low, interval.high), np.quantile(areas, [0.025, 0.975]))


def test_dropped_resamples_are_counted() -> None:
    """Ten positives attain 0.9; a resample with 7 attains nothing within 0.025 of it, and so on."""
    cases = random_cases(cases=24, series=1, seed=2)
    found = measure(of_cases(cases), SPECIFICITY)
    assert found.interval is not None
    assert found.dropped > 0
    assert found.draws + found.dropped == 200
    assert "sensitivity 0." in found.detail


def test_a_seed_gives_the_same_results_and_another_does_not() -> None:
    cases = random_cases()
    first = measure(of_cases(cases), AUC).interval
    assert first == measure(of_cases(cases), AUC).interval
    assert (
        first != measure(of_cases(cases, EvaluationOptions(bootstraps=200, seed=4)), AUC).interval
    )


def test_a_difference_is_paired_on_the_same_resamples() -> None:
    cases = random_cases()
    results = of_cases(cases)
    found = difference(results, AUC)
    a, b = measure(results, AUC, series="a"), measure(results, AUC, series="b")
    assert a.value is not None
    assert b.value is not None
    assert found.value == pytest.approx(a.value - b.value)
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high
    same = np.repeat(cases.scores[:1], 2, axis=0)
    twins = ScoredCases(
        level=Level.BREAST, series=("a", "b"), patients=cases.patients, scores=same,
        truth=cases.truth,
    )  # fmt: skip
    assert difference(of_cases(twins), AUC).value == 0.0


def test_series_are_compared_on_the_cases_both_scored() -> None:
    cases = random_cases()
    scores = cases.scores.copy()
    scores[1, :, :10] = np.nan
    partial = ScoredCases(
        level=Level.BREAST, series=("a", "b"), patients=cases.patients, scores=scores,
        truth=cases.truth,
    )  # fmt: skip
    results = of_cases(partial)
    truth = cases.truth[MALIGNANT][10:]
    areas = [roc_auc_score(truth, scores[series, MALIGNANT, 10:]) for series in range(2)]
    found = difference(results, AUC)
    assert found.cases == 50
    assert found.value == pytest.approx(areas[0] - areas[1])
    assert measure(results, AUC, series="b").cases == 50
    assert measure(results, AUC, series="a").cases == 60


@pytest.mark.parametrize(
    ("malignant", "reason"),
    [
        ([0] * 12, "no case with the finding"),
        ([1] * 12, "no case without the finding"),
        ([1] + [0] * 11, "too few cases: 1 with and 11 without"),
    ],
)
def test_one_class_and_a_single_positive_are_refused(malignant: list[int], reason: str) -> None:
    results = of_cases(scored(malignant, [np.linspace(0, 1, 12).tolist()]))
    for name in (AUC, AVERAGE_PRECISION, SPECIFICITY, MATTHEWS):
        found = measure(results, name)
        assert (found.value, found.interval) == (None, None)
        assert reason in found.reason
    assert not [c for c in results.curves if c.finding == "malignant"]


def test_unknown_labels_of_one_class_leave_the_other() -> None:
    results = of_cases(random_cases())
    assert measure(results, AUC, finding="benign").value is None
    assert "no case has both a score and a label" in measure(results, AUC, finding="benign").reason
    assert measure(results, AUC).value is not None


def test_few_patients_give_a_value_without_an_interval() -> None:
    found = measure(of_cases(scored([1, 0, 1, 0, 1, 0], [[0.9, 0.2, 0.5, 0.6, 0.8, 0.1]])), AUC)
    assert found.value is not None
    assert found.interval is None
    assert "3 patients with the finding" in found.reason


def test_a_sensitivity_that_no_threshold_attains_is_refused() -> None:
    """Three positives attain 1/3, 2/3 and 1: none is 90 %."""
    found = measure(
        of_cases(scored([1, 0, 1, 0, 1, 0], [[0.9, 0.2, 0.5, 0.6, 0.8, 0.1]])), SPECIFICITY
    )
    assert found.value is None
    assert "3 cases with the finding attain is 1.000" in found.reason


def test_a_value_that_every_resample_repeats_has_no_interval() -> None:
    truth = [0, 1] * 10
    found = measure(of_cases(scored(truth, [[0.1 + 0.8 * t for t in truth]])), AUC)
    assert found.value == 1.0
    assert found.interval is None
    assert "every resample gives the same value" in found.reason


def test_means_over_images_ignore_what_a_series_lacks() -> None:
    values = np.array([[0.2, 0.4, 0.6, 0.8, 0.5, 0.1], [np.nan, 0.4, 0.2, np.nan, 0.1, 0.3]])
    maps = MapAgreement(
        finding_class=1,
        series=("a", "b"),
        images=tuple("ijklmn"),
        patients=tuple("pqrstu"),
        soft_dice=values,
        dice=values,
        average_precision=values,
    )
    results = evaluate(EvaluationTable(maps=(maps,)), FEW)
    assert measure(results, SOFT_DICE).value == pytest.approx(np.mean(values[0]))
    second = measure(results, SOFT_DICE, series="b")
    assert second.value == pytest.approx(0.25)
    assert second.cases == 4
    assert second.interval is None
    assert "4 patients" in second.reason
    assert difference(results, SOFT_DICE).value == pytest.approx((0.0 + 0.4 + 0.4 - 0.2) / 4)


def test_the_share_of_hits_comes_with_an_interval() -> None:
    hits = PatchHits(
        finding_class=1,
        rule=PATCH_ON_LESION,
        series=("a",),
        breasts=tuple(f"b{n}" for n in range(10)),
        patients=tuple(f"p{n}" for n in range(10)),
        hit=np.array([[1.0] * 9 + [0.0]]),
    )
    found = measure(evaluate(EvaluationTable(hits=(hits,)), FEW), PATCH_ON_LESION)
    assert found.value == pytest.approx(0.9)
    assert found.interval is not None
    assert found.interval.low < 0.9 < found.interval.high


def _located(scores: list[float]) -> LocatedDetections:
    """Six volumes of six patients with a lesion each; the first detections hit, the rest do not."""
    volume = np.arange(len(scores)) % 6
    on_lesion = np.arange(len(scores)) < 6
    middle = np.full(len(scores), 300.0)
    return LocatedDetections(
        series="a",
        finding="malignant",
        detections=Detections(
            volume=volume,
            row=np.where(on_lesion, 300.0, 900.0),
            column=middle,
            slice_index=np.full(len(scores), 10.0),
            score=np.array(scores),
        ),
        lesions=LesionBoxes(
            volume=np.arange(6),
            row=np.full(6, 300.0),
            column=np.full(6, 300.0),
            diagonal=np.full(6, 50.0),
            slice_index=np.full(6, 10.0),
        ),
        volume_slices=np.full(6, 40.0),
        volumes=tuple(f"v{n}" for n in range(6)),
        patients=tuple(f"p{n}" for n in range(6)),
    )


def test_sensitivities_at_the_published_rates() -> None:
    """Hits at 0.9, 0.8, 0.7, then six false ones at 0.6 (one a volume), then hits at 0.5.

    Three of six are found without a false positive, and all six at one a volume.
    """
    located = _located([0.9, 0.8, 0.7, 0.5, 0.5, 0.5] + [0.6] * 6)
    results = evaluate(EvaluationTable(detections=(located,)), FEW)
    assert measure(results, SENSITIVITY_AT.format(rate=1.0)).value == 1.0
    assert measure(results, MEAN_SENSITIVITY).value == 1.0
    assert measure(results, MEAN_SENSITIVITY).detail.startswith("6 of 6")
    (curve,) = results.froc
    assert curve.positive_volumes.y.max() == 1.0
    assert np.interp(0.0, curve.positive_volumes.x, curve.positive_volumes.y) == 0.5


def test_detections_without_lesions_are_refused() -> None:
    located = _located([0.5] * 6)
    empty = LesionBoxes(
        volume=np.empty(0, np.intp), row=np.empty(0), column=np.empty(0), diagonal=np.empty(0),
        slice_index=np.empty(0),
    )  # fmt: skip
    without = LocatedDetections(
        series="a", finding="malignant", detections=located.detections, lesions=empty,
        volume_slices=located.volume_slices, volumes=located.volumes, patients=located.patients,
    )  # fmt: skip
    found = measure(evaluate(EvaluationTable(detections=(without,)), FEW), MEAN_SENSITIVITY)
    assert found.value is None
    assert found.reason == "no volume has a lesion"


def test_detections_of_two_models_on_the_same_volumes_are_compared() -> None:
    """The second model finds three of six and nothing false."""
    first, few = _located([0.9, 0.8, 0.7, 0.5, 0.5, 0.5] + [0.6] * 6), _located([0.9, 0.8, 0.7])
    second = replace(few, series="b")
    results = evaluate(EvaluationTable(detections=(first, second)), FEW)
    found = difference(results, MEAN_SENSITIVITY)
    assert (found.a, found.b, found.value) == ("a", "b", 0.5)
    assert found.interval is not None
    assert found.interval.low < 0.5 < found.interval.high
    elsewhere = replace(second, volumes=tuple("uvwxyz"))
    apart = evaluate(EvaluationTable(detections=(first, elsewhere)), FEW)
    assert not apart.differences


def test_a_model_that_marks_nothing_has_a_sensitivity_of_0() -> None:
    """Marks only in other volumes say nothing at all."""
    nothing = _located([])
    results = evaluate(EvaluationTable(detections=(nothing,)), FEW)
    assert measure(results, MEAN_SENSITIVITY).value == 0.0
    elsewhere = replace(nothing, elsewhere=3)
    refused = evaluate(EvaluationTable(detections=(elsewhere,)), FEW)
    assert measure(refused, MEAN_SENSITIVITY).value is None


def test_truth_must_be_0_or_1() -> None:
    with pytest.raises(ValueError, match="0, 1 or NaN"):
        scored([2, 0], [[0.1, 0.2]])
