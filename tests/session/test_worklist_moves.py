"""Stepping through the worklist, waiting for an exam, and which exams are held open."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_image, make_prediction

from viewer.domain.ai_state import Done, Queued
from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.worklist import ReadingStatus, WorklistFilter, WorklistRow
from viewer.session.ai_results import ai_stands
from viewer.session.near import MOST_OPEN, near_exams, too_far
from viewer.session.readings import exams_renewed, opened
from viewer.session.state import SessionState
from viewer.session.worklist import (
    exam_wanted,
    list_filtered,
    list_shown,
    neighbour,
    place_in_list,
    put_away,
    read_toggled,
    row_failed,
    rows_added,
    seen,
    stepped_in_list,
)
from viewer.session.worklist_words import ai_text


def study(number: int, *, patient: str | None = None, day: str = "20240610") -> Exam:
    images = [make_image("RCC", image_id=f"{number}-RCC")]
    identity = PatientIdentity(patient_id=patient or f"P{number}", name="DOE", study_date=day)
    return replace(make_exam(str(number), images), identity=identity)


EXAMS = tuple(study(number) for number in range(12))


def with_list(*open_exams: Exam, rows: tuple[Exam, ...] = EXAMS) -> SessionState:
    state = opened(SessionState(), open_exams)
    return rows_added(state, [WorklistRow(title=e.alias, exam=e) for e in rows])


def test_next_hangs_an_open_exam_at_once_and_waits_for_another() -> None:
    state = stepped_in_list(with_list(EXAMS[0], EXAMS[1]), 1)
    assert state.exam is EXAMS[1]
    state = stepped_in_list(state, 1)
    assert state.exam is EXAMS[1]
    assert state.worklist.wanted == "id of 2"
    state = exam_wanted(exams_renewed(state, [EXAMS[2]]), "id of 2")
    assert state.exam is EXAMS[2]
    assert state.worklist.wanted is None


def test_the_list_has_two_ends() -> None:
    state = with_list(EXAMS[0])
    assert neighbour(state, -1) is None
    assert stepped_in_list(state, -1) is state
    assert neighbour(exam_wanted(state, "id of 11"), 1) is None


def test_steps_follow_the_filter_even_from_an_exam_that_it_hides() -> None:
    state = with_list(EXAMS[3])
    state = read_toggled(state)
    state = list_filtered(state, WorklistFilter(status=ReadingStatus.UNREAD))
    assert neighbour(state, 1) == "id of 4"
    assert neighbour(state, -1) == "id of 2"
    assert place_in_list(state) is None


def test_opening_a_line_leaves_the_list() -> None:
    state = list_shown(with_list(EXAMS[0], EXAMS[1]), visible=True)
    assert not exam_wanted(state, "id of 1").worklist.visible
    assert exam_wanted(state, "id of 5").worklist.visible
    assert exam_wanted(state, "no such exam") is state


def test_an_exam_was_seen_once_it_hung_and_is_read_when_the_reader_says_so() -> None:
    state = seen(with_list(EXAMS[0]))
    assert state.worklist.status("id of 0") is ReadingStatus.OPEN
    state = read_toggled(state)
    assert state.worklist.status("id of 0") is ReadingStatus.READ
    assert seen(state) is state
    assert read_toggled(state).worklist.status("id of 0") is ReadingStatus.OPEN


def test_a_line_that_cannot_be_read_says_why_and_is_not_waited_for() -> None:
    state = row_failed(exam_wanted(with_list(EXAMS[0]), "id of 5"), "id of 5", "no image")
    assert state.worklist.wanted is None
    assert state.worklist.rows[5].problem == "no image"
    assert neighbour(exam_wanted(state, "id of 4"), 1) == "id of 6"


def test_next_previous_and_priors_are_held_near() -> None:
    prior = study(20, patient="P4", day="20200101")
    later = study(21, patient="P6", day="20190101")
    rows = (*EXAMS[:3], prior, *EXAMS[3:], later)
    state = exam_wanted(with_list(EXAMS[0], EXAMS[5], rows=rows), "id of 5")
    assert near_exams(state) == ("id of 5", "id of 6", "id of 4", "id of 21")
    state = exam_wanted(state, "id of 4")
    assert near_exams(state)[:3] == ("id of 4", "id of 5", "id of 20")


def test_exams_far_from_the_reader_are_closed_and_what_the_ai_said_stays_in_words() -> None:
    state = with_list(*EXAMS)
    image = EXAMS[11].images[0]
    state = ai_stands(state, image.image_id, Done(make_prediction(image)))
    state = ai_stands(state, "10-RCC", Queued())
    gone = too_far(state)
    assert gone[0] == "id of 11"
    assert "id of 10" not in gone
    for exam_id in gone:
        state = put_away(state, exam_id)
    assert len(state.exams) == MOST_OPEN
    assert state.exam is EXAMS[0]
    assert ai_text(state, "id of 11") == "done"
    assert ai_text(state, "id of 10") == "queued"


def test_a_list_keeps_its_order_and_words_when_an_exam_is_read_anew() -> None:
    first = WorklistRow(title="a", exam=EXAMS[0], note="recall", priority="1")
    state = rows_added(SessionState(), [first, WorklistRow(title="b", exam=EXAMS[1])])
    state = rows_added(state, [WorklistRow(title="new", exam=EXAMS[0])])
    assert [(r.title, r.note) for r in state.worklist.rows] == [("new", "recall"), ("b", "")]


def test_an_exam_that_was_closed_because_it_is_far_comes_back_as_it_was_left() -> None:
    state = with_list(*EXAMS[:2])
    slot = state.active
    left = replace(state.panes[slot], inverted=True, slice_index=0)
    state = replace(state, panes={**state.panes, slot: left}, seen={"0-RCC": frozenset({0})})
    state = put_away(exam_wanted(state, "id of 1"), "id of 0")
    assert state.exams == (EXAMS[1],)
    state = exam_wanted(exams_renewed(state, [EXAMS[0]]), "id of 0")
    assert state.panes[slot] == left
    assert state.seen == {"0-RCC": frozenset({0})}
