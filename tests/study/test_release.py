"""When the AI's result and the truth may leave their seals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from journal_builders import chain, in_reading, make_planned, order, submitted

from viewer.study.event import EventKind, NewEvent
from viewer.study.planned_reading import PlannedReading
from viewer.study.projection import reading_states
from viewer.study.protocol import Phase
from viewer.study.reading_state import ReadingState
from viewer.study.release import why_not_ai, why_not_truth

ALONE, AIDED = (Phase.ALONE,), (Phase.AIDED,)
OPENED = in_reading(EventKind.READING_OPENED)
FINISHED = in_reading(EventKind.READING_FINISHED)
REQUESTED = in_reading(EventKind.AI_REQUESTED)
LOCKED = submitted(0, Phase.ALONE, client_uuid="a")
LOCKED_AIDED = submitted(0, Phase.AIDED, client_uuid="b")


def state_after(planned: PlannedReading, *events: NewEvent) -> ReadingState:
    return reading_states(chain([order([planned]), *events]))[planned.key]


def test_the_ai_stays_sealed_until_the_answer_alone_is_locked() -> None:
    planned = make_planned()
    assert why_not_ai(state_after(planned)) == "the reading is not open"
    assert why_not_ai(state_after(planned, OPENED)) == "the answer alone is not locked yet"
    assert why_not_ai(state_after(planned, OPENED, LOCKED)) is None


def test_a_request_before_the_lock_opens_nothing() -> None:
    planned = make_planned(ai_on_request=True)
    state = state_after(planned, OPENED, REQUESTED)
    assert why_not_ai(state) == "the answer alone is not locked yet"


def test_on_request_the_ai_needs_the_lock_and_the_request() -> None:
    planned = make_planned(ai_on_request=True)
    assert why_not_ai(state_after(planned, OPENED, LOCKED)) == "the AI was not asked for"
    assert why_not_ai(state_after(planned, OPENED, LOCKED, REQUESTED)) is None


def test_in_the_aided_half_of_a_crossover_the_ai_is_there_from_the_start() -> None:
    planned = make_planned(phases=AIDED)
    assert why_not_ai(state_after(planned)) == "the reading is not open"
    assert why_not_ai(state_after(planned, OPENED)) is None


@pytest.mark.parametrize("events", [(), (OPENED,), (OPENED, LOCKED), (OPENED, REQUESTED, LOCKED)])
def test_a_case_read_alone_never_gets_the_ai(events: tuple[NewEvent, ...]) -> None:
    assert why_not_ai(state_after(make_planned(phases=ALONE), *events)) is not None


def test_nothing_is_handed_out_after_the_end_of_a_reading() -> None:
    state = state_after(make_planned(), OPENED, LOCKED, LOCKED_AIDED, FINISHED)
    assert why_not_ai(state) == "this reading is complete"


def test_nothing_is_handed_out_of_an_excluded_reading() -> None:
    state = replace(state_after(make_planned(), OPENED, LOCKED), excluded_because="wrong exam")
    assert why_not_ai(state) == "this reading was excluded"
    training = replace(state, planned=replace(state.planned, training=True))
    assert why_not_truth(training) == "this reading was excluded"


def test_the_truth_of_a_study_case_is_never_shown() -> None:
    state = state_after(make_planned(), OPENED, LOCKED, LOCKED_AIDED, FINISHED)
    assert why_not_truth(state) == "the truth is shown for training cases only"


def test_the_truth_of_a_training_case_comes_after_the_last_answer() -> None:
    planned = replace(make_planned(), training=True)
    assert why_not_truth(state_after(planned)) == "the reading is not open"
    assert why_not_truth(state_after(planned, OPENED)) == "the last answer is not locked yet"
    assert (
        why_not_truth(state_after(planned, OPENED, LOCKED)) == "the last answer is not locked yet"
    )
    assert why_not_truth(state_after(planned, OPENED, LOCKED, LOCKED_AIDED)) is None


def test_without_a_request_the_answer_alone_is_the_last_one() -> None:
    planned = replace(make_planned(ai_on_request=True), training=True)
    assert why_not_truth(state_after(planned, OPENED, LOCKED)) is not None
    assert why_not_truth(state_after(planned, OPENED, LOCKED, FINISHED)) is None
