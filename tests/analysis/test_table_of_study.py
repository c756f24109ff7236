"""A study's answers become rows and a table: aliases only, what counts, what is said."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from study_answers_builders import (
    RIGHT,
    SECRET,
    amended,
    case_id,
    changed,
    make_mark,
    make_study,
)

from viewer.analysis.complete_cases import complete_cases
from viewer.analysis.rows_of_study import StudyAnswers, case_aliases, rows_of_study
from viewer.analysis.table_of_rows import counted_marks
from viewer.analysis.table_of_study import table_of_study
from viewer.study.answer import BiRads, BreastAnswer
from viewer.study.errors import StudyError
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Design, Phase


@pytest.fixture(scope="module")
def study() -> StudyAnswers:
    return make_study()


def breast(study: StudyAnswers, number: int, side: str) -> str:
    return f"{case_aliases(study.protocol)[case_id(number)]}/{side}"


def key(reader: str, index: int) -> ReadingKey:
    return ReadingKey(reader, "S1", index)


def test_both_phases_of_every_reader_are_in_the_table(study: StudyAnswers) -> None:
    table = table_of_study(study)
    ratings = table.ratings
    assert ratings.modalities == ("unaided", "aided")
    assert ratings.readers == ("R1", "R2", "R3")
    assert len(ratings.cases) == 10
    assert ratings.is_fully_crossed
    state = study.readings[key("R2", 2)]
    place = ratings.cases.index(breast(study, 2, "R"))
    alone = state.locked[Phase.ALONE].answers[0]
    assert alone.pom_percent is not None
    assert ratings.scores[0, 1, place] == alone.pom_percent / 100
    assert ratings.truth[place]
    assert table.is_probability
    assert table.recall is not None
    assert table.recall[0, 1, place] == float(bool(alone.recall))
    assert table.active_seconds is not None
    assert table.active_seconds[0, 1, place] == 10.002
    assert table.ai["gmic"][place] == pytest.approx(0.702)


def test_both_breasts_of_a_patient_are_one_cluster(study: StudyAnswers) -> None:
    ratings = table_of_study(study).ratings
    patients = dict(zip(ratings.cases, ratings.patients, strict=True))
    assert patients[breast(study, 3, "R")] == patients[breast(study, 4, "L")]
    assert patients[breast(study, 2, "R")] != patients[breast(study, 3, "R")]


def test_training_is_never_analysed_and_said(study: StudyAnswers) -> None:
    table = table_of_study(study)
    assert breast(study, 0, "R") not in table.ratings.cases
    assert "3 readings were for training, and never analysed." in table.notes


def test_nothing_names_a_case_or_its_path(study: StudyAnswers) -> None:
    rows = rows_of_study(study)
    for row in (*rows.answers, *rows.marks, *rows.truth):
        assert SECRET not in repr(asdict(row))


def test_aliases_do_not_follow_the_protocols_order() -> None:
    many = make_study(cases=40)
    known = case_aliases(many.protocol)
    aliases = [known[case.case_id] for case in many.protocol.cases]
    assert sorted(aliases) == [f"E{n:04d}" for n in range(1, 41)]
    assert aliases != sorted(aliases)


def test_an_excluded_reading_is_missing_and_its_reason_said(study: StudyAnswers) -> None:
    found = table_of_study(changed(study, key("R1", 3), excluded_because="wrong exam shown"))
    assert not found.ratings.is_fully_crossed
    assert "1 reading was excluded: wrong exam shown." in found.notes
    assert "4 of 60 readings of the full cross are missing." in found.notes


def test_a_reading_counts_only_when_it_was_finished(study: StudyAnswers) -> None:
    found = table_of_study(changed(study, key("R1", 3), is_finished=False))
    place = found.ratings.cases.index(breast(study, 3, "L"))
    assert np.isnan(found.ratings.scores[:, 0, place]).all()
    assert "1 reading was not finished, and not analysed." in found.notes


def test_the_locked_answer_stays_unless_amendments_are_asked_for(study: StudyAnswers) -> None:
    state = study.readings[key("R1", 2)]
    new = BreastAnswer(laterality=RIGHT, pom_percent=1.0, recall=False)
    found = changed(study, key("R1", 2), **amended(state, new))
    place = table_of_study(found).ratings.cases.index(breast(study, 2, "R"))
    locked, after = table_of_study(found), table_of_study(found, with_amendments=True)
    was = state.locked[Phase.AIDED].answers[0].pom_percent
    assert was is not None
    assert locked.ratings.scores[1, 0, place] == was / 100
    assert after.ratings.scores[1, 0, place] == 0.01
    assert any("locked answers are analysed" in note for note in locked.notes)
    assert any("1 amended answers take the place" in note for note in after.notes)
    rows = [row for row in rows_of_study(found).answers if row.event_seq in (202, 9001)]
    assert [row.amended for row in rows if row.reader_id == "R1" and row.laterality == "R"] == [
        False,
        True,
    ]


def test_the_last_of_two_amendments_counts_with_its_marks(study: StudyAnswers) -> None:
    state = study.readings[key("R1", 2)]
    first = BreastAnswer(laterality=RIGHT, pom_percent=1.0, marks=(make_mark("x", 1.0),))
    last = BreastAnswer(laterality=RIGHT, pom_percent=2.0, marks=(make_mark("y", 2.0),))
    once = replace(state, **amended(state, first))  # type: ignore[arg-type]
    found = changed(study, key("R1", 2), **amended(once, last))
    rows = rows_of_study(found)
    assert [m.confidence for m in rows.marks if m.amended] == [0.02]
    table = table_of_study(found, with_amendments=True)
    place = table.ratings.cases.index(breast(study, 2, "R"))
    assert table.ratings.scores[1, 0, place] == 0.02


def test_a_planted_repeat_is_kept_apart(study: StudyAnswers) -> None:
    state = study.readings[key("R1", 2)]
    later = {p: replace(a, utc="2026-01-01T11:00:00.000000Z") for p, a in state.locked.items()}
    times = {
        p: replace(t, submitted_utc="2026-01-01T11:00:00.000000Z") for p, t in state.times.items()
    }
    again = replace(
        state,
        planned=replace(state.planned, key=key("R1", 99), repeat=1, alias="C-9"),
        locked=later,
        times=times,
    )
    readings = {**study.readings, key("R1", 99): again}
    table = table_of_study(replace(study, readings=readings))
    assert (table.ratings.scores == table_of_study(study).ratings.scores).all()
    # Both phases of both breasts.
    assert len(table.repeats) == 4
    assert all(first == second for *_, first, second in table.repeats)


def test_an_ai_never_asked_for_leaves_the_answer_alone_as_the_aided_one() -> None:
    study = make_study(design=Design.ON_REQUEST)
    state = study.readings[key("R1", 2)]
    alone = {Phase.ALONE: state.locked[Phase.ALONE]}
    table = table_of_study(changed(study, key("R1", 2), locked=alone))
    assert table.ratings.is_fully_crossed
    place = table.ratings.cases.index(breast(study, 2, "R"))
    assert table.ratings.scores[1, 0, place] == table.ratings.scores[0, 0, place]
    assert any("without the AI being asked for" in note for note in table.notes)


@pytest.mark.parametrize(
    ("row", "column", "slice_index", "is_on"),
    [
        (110.0, 200.0, 12, True),
        (249.0, 200.0, 10, True),
        (251.0, 200.0, 10, False),
        (100.0, 200.0, 25, True),
        (100.0, 200.0, 26, False),
    ],
)
def test_a_mark_counts_within_the_radius_in_millimetres_and_slices(
    study: StudyAnswers, row: float, column: float, slice_index: int, is_on: bool
) -> None:
    mark = make_mark("m", 50.0, row=row, column=column, slice_index=slice_index)
    state = study.readings[key("R1", 2)]
    answers = tuple(
        replace(a, marks=(mark,) if a.laterality is RIGHT else ())
        for a in state.locked[Phase.AIDED].answers
    )
    locked = {**state.locked, Phase.AIDED: replace(state.locked[Phase.AIDED], answers=answers)}
    rows = rows_of_study(changed(study, key("R1", 2), locked=locked))
    (found,) = (
        m for m in rows.marks if (m.reader_id, m.order_index, m.phase) == ("R1", 2, "aided")
    )
    assert found.matched_lesion_id == ("1" if is_on else "")
    assert found.distance_mm == pytest.approx(abs(row - 100.0) * 0.1)
    assert "at most 15 mm" in found.rule


def test_marks_make_a_free_response_table(study: StudyAnswers) -> None:
    table = table_of_study(study)
    assert table.froc is not None
    ratings = table.froc.lesion_ratings
    assert ratings.shape == (2, 3, 2)
    assert np.isfinite(ratings).all()
    assert not np.isfinite(table.froc.highest_false).any()
    marks = counted_marks(rows_of_study(study))
    assert {mark.lesion for mark in marks} == {"1"}
    assert len(marks) == 12


def test_marks_of_a_missing_reading_are_unknown_not_absent(study: StudyAnswers) -> None:
    table = table_of_study(changed(study, key("R1", 2), is_finished=False))
    assert table.froc is not None
    lesion = table.ratings.cases.index(breast(study, 2, "R"))
    place = table.froc.lesion_case.tolist().index(lesion)
    assert np.isnan(table.froc.lesion_ratings[:, 0, place]).all()
    whole = complete_cases(table)
    assert whole.froc is not None
    assert np.isfinite(whole.froc.lesion_ratings).all()
    assert whole.froc.lesion_case.tolist() == [whole.ratings.cases.index(breast(study, 4, "R"))]


def test_groups_of_cases_and_readers_come_along(study: StudyAnswers) -> None:
    table = table_of_study(study)
    assert set(table.case_groups) == {"density", "lesion kind"}
    kinds = dict(zip(table.ratings.cases, table.case_groups["lesion kind"], strict=True))
    assert kinds[breast(study, 2, "R")] == "mass"
    assert kinds[breast(study, 2, "L")] == ""
    assert table.reader_groups["experience"] == (
        "under 5 years",
        "5 to 14 years",
        "5 to 14 years",
    )


def test_birads_0_has_no_rank(study: StudyAnswers) -> None:
    state = study.readings[key("R1", 2)]
    answers = tuple(replace(a, birads=BiRads.INCOMPLETE) for a in state.locked[Phase.ALONE].answers)
    locked = {**state.locked, Phase.ALONE: replace(state.locked[Phase.ALONE], answers=answers)}
    table = table_of_study(changed(study, key("R1", 2), locked=locked))
    assert table.birads is not None
    assert np.isnan(table.birads).sum() == 2
    assert any("2 answers of BI-RADS 0" in note for note in table.notes)


def test_nothing_read_yet_is_said(study: StudyAnswers) -> None:
    with pytest.raises(StudyError, match="no locked answer to analyse"):
        table_of_study(replace(study, readings={}))


def test_a_case_without_truth_is_named_by_its_alias(study: StudyAnswers) -> None:
    truth = tuple(entry for entry in study.truth if entry.case_id != case_id(2))
    with pytest.raises(StudyError, match=f"2 cases have no truth: {breast(study, 2, 'L')}"):
        table_of_study(replace(study, truth=truth))


def test_one_class_so_far_is_said(study: StudyAnswers) -> None:
    kept = {k: s for k, s in study.readings.items() if s.planned.case_id == case_id(3)}
    with pytest.raises(StudyError, match="all cases read so far are without malignancy"):
        table_of_study(replace(study, readings=kept))


def test_without_probabilities_birads_is_scored(study: StudyAnswers) -> None:
    readings = {}
    for reading_key, state in study.readings.items():
        locked = {
            phase: replace(lock, answers=tuple(replace(a, pom_percent=None) for a in lock.answers))
            for phase, lock in state.locked.items()
        }
        readings[reading_key] = replace(state, locked=locked)
    table = table_of_study(replace(study, readings=readings))
    assert not table.is_probability
    assert set(np.unique(table.ratings.scores)) <= {0.0, 3.0}


def test_scores_of_augmented_passes_are_noted_with_their_model(study: StudyAnswers) -> None:
    assert not any("augmented" in note for note in table_of_study(study).notes)
    (model,) = study.models
    augmented = replace(model, passes="mean of 8 augmented passes")
    table = table_of_study(replace(study, models=(augmented,)))
    assert "Scores of gmic: mean of 8 augmented passes." in table.notes
    assert list(table.ai) == ["gmic"], "the analysis plan names the model as before"
