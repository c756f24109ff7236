"""What an analysis of a table finds, against plain counting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, matthews_corrcoef, roc_auc_score

from viewer.analysis.analyse import analyse
from viewer.analysis.complete_cases import complete_cases
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import StudyResults
from viewer.analysis.study_table import StudyTable
from viewer.statistics.ratings import Ratings
from viewer.study.errors import StudyError

QUICK = AnalysisOptions(bootstraps=0)
READERS, CASES = 4, 60


def make_table(
    *,
    seed: int = 1,
    modalities: tuple[str, ...] = ("unaided", "aided"),
    readers: int = READERS,
    missing: int = 0,
    with_ai: bool = True,
) -> StudyTable:
    """Two breasts an exam, a third of the breasts diseased, probabilities in percent steps."""
    chance = np.random.default_rng(seed)
    truth = np.arange(CASES) % 3 == 0
    shape = (len(modalities), readers, CASES)
    scores = np.clip(0.2 + 0.25 * truth + chance.normal(0, 0.15, shape), 0, 1).round(2)
    scores.reshape(-1)[:missing] = np.nan
    sides = "RL"
    ratings = Ratings(
        modalities=modalities,
        readers=tuple(f"R{n}" for n in range(readers)),
        cases=tuple(f"E{n // 2}/{sides[n % 2]}" for n in range(CASES)),
        truth=truth,
        scores=scores,
        patients=tuple(f"E{n // 2}" for n in range(CASES)),
    )
    ai = np.clip(0.1 + 0.4 * truth + chance.normal(0, 0.2, CASES), 0, 1)
    return StudyTable(
        title="made",
        ratings=ratings,
        recall_threshold=0.3,
        ai={"net": ai} if with_ai else {},
        active_seconds=np.repeat(chance.uniform(5, 50, (*shape[:2], CASES // 2)), 2, axis=2),
        case_groups={
            "density": tuple("abab"[n % 4] for n in range(CASES)),
            "lesion kind": tuple(
                "mass" if t and n % 2 else "calc" if t else "" for n, t in enumerate(truth)
            ),
        },
        reader_groups={"experience": tuple("some" if n < 2 else "" for n in range(readers))},
        repeats=((0, readers // 2, 4, 0.1, 0.4), (0, readers // 2, 5, 0.5, 0.5)),
    )


@pytest.fixture(scope="module")
def table() -> StudyTable:
    return make_table()


@pytest.fixture(scope="module")
def results(table: StudyTable) -> StudyResults:
    return analyse(table, AnalysisOptions(bootstraps=100))


def test_areas_and_precisions_are_those_of_scikit_learn(
    table: StudyTable, results: StudyResults
) -> None:
    truth = table.ratings.truth
    for i, modality in enumerate(table.ratings.modalities):
        for j, reader in enumerate(table.ratings.readers):
            found = results.by_modality[modality].readers[reader]
            scores = table.ratings.scores[i, j]
            assert found.auc == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
            assert found.ap == pytest.approx(average_precision_score(truth, scores), abs=1e-12)
            assert np.trapezoid(found.roc.y, found.roc.x) == pytest.approx(found.auc, abs=1e-12)
            assert found.ci_bootstrap is not None
            assert found.ci_bootstrap.low < found.auc < found.ci_bootstrap.high


def test_average_curves_have_the_mean_area(results: StudyResults) -> None:
    for modality in results.by_modality.values():
        for curve in (modality.roc_vertical, modality.roc_diagonal):
            assert np.trapezoid(curve.y, curve.x) == pytest.approx(modality.mean_auc, abs=1e-12)


def test_recalls_are_scores_above_the_threshold(table: StudyTable, results: StudyResults) -> None:
    truth = table.ratings.truth
    calls = table.ratings.scores[0, 2] > 0.3
    point = results.by_modality["unaided"].readers["R2"].at_recall
    assert point is not None
    assert point.rule == "score > 0.3"
    assert (point.true_positive, point.false_positive) == (
        int((calls & truth).sum()),
        int((calls & ~truth).sum()),
    )
    assert point.matthews == pytest.approx(matthews_corrcoef(truth, calls))


def test_recorded_recalls_go_before_the_threshold_unless_one_is_asked_for(
    table: StudyTable,
) -> None:
    recorded = replace(table, recall=np.zeros_like(table.ratings.scores))
    point = analyse(recorded, QUICK).by_modality["unaided"].readers["R0"].at_recall
    assert point is not None
    assert (point.sensitivity, point.threshold, point.rule) == (0.0, None, "recall as recorded")
    asked = analyse(recorded, replace(QUICK, recall_threshold=0.3))
    point = asked.by_modality["unaided"].readers["R0"].at_recall
    assert point is not None
    assert point.threshold == 0.3


@pytest.mark.parametrize(("weight", "modality"), [(1.0, "unaided"), (0.0, "ai")])
def test_the_ends_of_lambda_are_the_reader_and_the_ai(
    table: StudyTable, weight: float, modality: str
) -> None:
    found = analyse(table, replace(QUICK, hybrid_lambda=weight))
    hybrid = found.by_modality["hybrid"].readers["R1"].auc
    one = (
        found.ai["net"].scores.auc
        if modality == "ai"
        else found.by_modality[modality].readers["R1"].auc
    )
    assert hybrid == one
    assert found.hybrid is not None
    assert found.hybrid.auc_sweep[1, 0 if weight == 0.0 else -1] == pytest.approx(one, abs=1e-12)


def test_the_best_lambda_is_not_better_on_cases_it_did_not_see(results: StudyResults) -> None:
    hybrid = results.hybrid
    assert hybrid is not None
    for reader in results.readers:
        assert hybrid.auc_star[reader] == hybrid.auc_sweep[results.readers.index(reader)].max()
        assert hybrid.optimism[reader] == pytest.approx(
            hybrid.auc_star[reader] - hybrid.auc_left_out[reader]
        )


def test_ratings_on_another_scale_allow_no_hybrid(table: StudyTable) -> None:
    scaled = replace(table.ratings, scores=table.ratings.scores * 5)
    found = analyse(replace(table, ratings=scaled, is_probability=False), QUICK)
    assert found.hybrid is None
    refusal = found.refusal_of("hybrid")
    assert refusal is not None
    assert "different scales" in refusal.reason
    assert found.modalities == ("unaided", "aided", "ai")


def test_switches_are_counted_as_by_hand(table: StudyTable, results: StudyResults) -> None:
    truth = table.ratings.truth
    first, second = (table.ratings.scores[i, 0] > 0.3 for i in (0, 1))
    found = next(count for count in results.switches if count.reader == "R0")
    assert found.positives_gained == int((truth & ~first & second).sum())
    assert found.positives_lost == int((truth & first & ~second).sum())
    assert found.negatives_gained == int((~truth & first & ~second).sum())
    assert found.negatives_lost == int((~truth & ~first & second).sum())
    everyone = next(count for count in results.switches if not count.reader)
    assert everyone.positives_gained == sum(
        count.positives_gained for count in results.switches if count.reader
    )
    assert everyone.p_sensitivity is None


def test_both_breasts_of_an_exam_are_one_reading_time(
    table: StudyTable, results: StudyResults
) -> None:
    assert table.active_seconds is not None
    found = next(t for t in results.times if (t.modality, t.reader) == ("aided", "R3"))
    own = table.active_seconds[1, 3, ::2]
    assert found.readings == CASES // 2
    assert found.total_s == pytest.approx(own.sum())
    assert found.median_s == pytest.approx(np.median(own))


def test_repeats_measure_a_reader_against_themselves(results: StudyResults) -> None:
    (found,) = results.intra_reader
    assert (found.reader, found.modality, found.repeats) == ("R2", "unaided", 2)
    assert found.mean_difference == pytest.approx(0.15)
    assert found.kappa_recall is not None


def test_subgroups_of_cases_are_analysed_apart(table: StudyTable, results: StudyResults) -> None:
    found = next(s for s in results.subgroups if (s.attribute, s.value) == ("density", "a"))
    chosen = np.array([value == "a" for value in table.case_groups["density"]])
    scores, truth = table.ratings.scores[0, 1, chosen], table.ratings.truth[chosen]
    assert found.auc["unaided"]["R1"] == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    assert set(found.auc) == {"unaided", "aided", "hybrid", "ai"}


def test_a_lesion_kind_is_compared_with_every_normal_case(
    table: StudyTable, results: StudyResults
) -> None:
    found = next(s for s in results.subgroups if s.value == "mass")
    masses = sum(value == "mass" for value in table.case_groups["lesion kind"])
    assert (found.positives, found.cases) == (masses, masses + table.ratings.negatives)


def test_a_subgroup_of_one_class_says_so(table: StudyTable) -> None:
    groups = {"odd": tuple("x" if t else "y" for t in table.ratings.truth)}
    found = analyse(replace(table, case_groups=groups), QUICK).subgroups
    assert all(s.refusal for s in found if s.attribute == "odd")


def test_subgroups_of_readers_are_analysed_apart(results: StudyResults) -> None:
    found = next(s for s in results.subgroups if s.of_readers)
    assert found.readers == ("R0", "R1")
    assert set(found.auc["unaided"]) == {"R0", "R1"}
    assert "ai" not in found.auc


def test_unbalanced_readings_are_refused_and_u_statistics_given() -> None:
    found = analyse(make_table(missing=7), QUICK)
    assert found.mrmc_of("auc", "delong") is None
    refusal = found.refusal_of("delong")
    assert refusal is not None
    assert "U-statistics" in refusal.instead
    assert found.u_statistics is not None
    assert found.by_modality["unaided"].readers["R0"].cases == CASES - 7


def test_complete_cases_make_an_unbalanced_table_whole() -> None:
    table = make_table(missing=7)
    whole = complete_cases(table)
    assert whole.ratings.is_fully_crossed
    assert whole.ratings.cases == table.ratings.cases[7:]
    assert whole.notes[-1] == ("7 of 60 cases were left out, because someone has not read them.")
    assert [place for _, _, place, *_ in whole.repeats] == []
    found = analyse(whole, QUICK)
    assert found.mrmc_of("auc", "delong") is not None
    truth = table.ratings.truth[7:]
    scores = table.ratings.scores[1, 2, 7:]
    assert found.by_modality["aided"].readers["R2"].auc == pytest.approx(
        roc_auc_score(truth, scores), abs=1e-12
    )
    assert complete_cases(whole) is whole


def test_complete_cases_of_one_class_are_refused() -> None:
    with pytest.raises(StudyError, match="not of both classes"):
        complete_cases(make_table(missing=CASES - 1))


def test_one_reader_is_analysed_without_claims_about_readers() -> None:
    found = analyse(make_table(readers=1), QUICK)
    analysis = found.mrmc_of("auc", "delong")
    assert analysis is not None
    assert analysis.pairs[0].rrrc is None
    assert not analysis.singles
    (difference,) = found.reader_differences
    assert analysis.pairs[0].frrc is not None
    assert difference.p == pytest.approx(analysis.pairs[0].frrc.p)
    assert found.refusal_of("rrrc") is not None
    assert found.agreement == ()
    assert not found.ai_against_readers[0].generalises_to_readers


def test_the_ai_is_compared_with_the_readers_of_every_modality(results: StudyResults) -> None:
    assert [(c.model, c.modality) for c in results.ai_against_readers] == [
        ("net", "unaided"),
        ("net", "aided"),
    ]
    for comparison in results.ai_against_readers:
        mean = results.by_modality[comparison.modality].mean_auc
        assert comparison.difference == pytest.approx(results.ai["net"].scores.auc - mean)


def test_both_breasts_in_one_patient_are_said(results: StudyResults) -> None:
    assert any("60 cases are of 30 patients" in note for note in results.notes)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    readers=st.integers(1, 4),
    missing=st.integers(0, 100),
    levels=st.integers(1, 5),
    with_ai=st.booleans(),
)
def test_any_table_is_analysed_without_an_error(
    seed: int, readers: int, missing: int, levels: int, with_ai: bool
) -> None:
    table = make_table(seed=seed, readers=readers, with_ai=with_ai)
    scores = (table.ratings.scores * levels).round() / levels
    chance = np.random.default_rng(seed)
    places = chance.choice(scores.size, min(missing, scores.size), replace=False)
    scores.reshape(-1)[places] = np.nan
    found = analyse(replace(table, ratings=replace(table.ratings, scores=scores)), QUICK)
    assert found.cases == CASES
    for refusal in found.refusals:
        assert refusal.reason
