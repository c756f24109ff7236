"""Which session is a reader's next, and when the washout lets it begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from protocol_builders import make_cases, make_protocol

from viewer.study.order import plan_session
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Design, Protocol
from viewer.study.reading_state import LockedAnswer, PhaseTimes, ReadingState
from viewer.study.schedule import Turn, next_session

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = START + timedelta(days=400)


def read(
    protocol: Protocol, session_id: str, *, done: int | None = None, hours_apart: float = 0.1
) -> dict[ReadingKey, ReadingState]:
    """States of R1's session with so many readings done, one after the other from START on."""
    states = {}
    for planned in plan_session(protocol, "R1", session_id):
        place = planned.key.order_index
        utc = (START + timedelta(hours=place * hours_apart)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        state = ReadingState(planned=planned)
        if done is None or place < done:
            locked = {
                phase: LockedAnswer(phase=phase, answers=(), utc=utc, sequence=1, ai_seen=False)
                for phase in planned.phases
            }
            times = {phase: PhaseTimes(opened_utc=utc) for phase in planned.phases}
            state = replace(state, locked=locked, times=times, is_opened=True, is_finished=True)
        states[planned.key] = state
    return states


def test_the_first_session_may_begin_before_anything_happened() -> None:
    found = next_session(make_protocol(planted_repeats=0), "R1", {}, START)
    assert (found.turn, found.session_id, found.finished, found.planned) == (Turn.BEGIN, "S1", 0, 8)
    assert found.may_open


def test_the_number_of_readings_counts_planted_repeats() -> None:
    protocol = make_protocol(cases=make_cases(25, training=2), planted_repeats=3)
    assert next_session(protocol, "R1", {}, START).planned == 28
    states = read(protocol, "S1", done=0)
    assert next_session(protocol, "R1", states, START).planned == len(states) == 28


def test_a_session_that_was_begun_goes_on() -> None:
    protocol = make_protocol()
    found = next_session(protocol, "R1", read(protocol, "S1", done=3), LATER)
    assert (found.turn, found.finished) == (Turn.RESUME, 3)
    assert "3 of 8" in found.in_words()


def test_excluded_readings_are_not_waited_for() -> None:
    protocol = make_protocol()
    states = {
        key: state if state.is_finished else replace(state, excluded_because="screen failed")
        for key, state in read(protocol, "S1", done=5).items()
    }
    assert next_session(protocol, "R1", states, LATER).turn is Turn.ALL_DONE


def test_the_second_half_of_a_crossover_waits_for_the_washout_of_the_last_case() -> None:
    protocol = make_protocol(Design.CROSSOVER, washout_days=28)
    states = read(protocol, "S1", hours_apart=24)
    last = START + timedelta(days=7)
    early = next_session(protocol, "R1", states, last + timedelta(days=28, seconds=-1))
    assert (early.turn, early.session_id) == (Turn.TOO_EARLY, "S2")
    assert early.not_before == last + timedelta(days=28)
    assert not early.may_open
    assert "2026-04-06 09:00 UTC" in early.in_words()
    on_time = next_session(protocol, "R1", states, last + timedelta(days=28))
    assert on_time.turn is Turn.BEGIN


def test_the_washout_does_not_count_the_readings_of_others() -> None:
    protocol = make_protocol(Design.CROSSOVER)
    found = next_session(protocol, "R2", read(protocol, "S1"), START)
    assert (found.turn, found.session_id) == (Turn.BEGIN, "S1")


def test_training_has_no_washout() -> None:
    protocol = make_protocol(Design.CROSSOVER)
    states = read(protocol, "S1", hours_apart=24)
    only_training_late: Mapping[ReadingKey, ReadingState] = {
        key: _moved(state, days=300) if state.planned.training else state
        for key, state in states.items()
    }
    found = next_session(protocol, "R1", only_training_late, START + timedelta(days=36))
    assert found.turn is Turn.BEGIN


def _moved(state: ReadingState, *, days: int) -> ReadingState:
    utc = (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    locked = {phase: replace(answer, utc=utc) for phase, answer in state.locked.items()}
    return replace(state, locked=locked)


@pytest.mark.parametrize("washout_days", [0, 28])
def test_sequential_readings_have_no_washout(washout_days: int) -> None:
    protocol = make_protocol(Design.SEQUENTIAL, washout_days=washout_days)
    found = next_session(protocol, "R1", read(protocol, "S1"), START)
    assert found.turn is Turn.ALL_DONE
    assert found.in_words() == "All sessions are done."


def test_a_begun_second_half_goes_on_whatever_the_clock_says() -> None:
    protocol = make_protocol(Design.CROSSOVER)
    states = {**read(protocol, "S1"), **read(protocol, "S2", done=1)}
    found = next_session(protocol, "R1", states, START - timedelta(days=3000))
    assert (found.turn, found.session_id) == (Turn.RESUME, "S2")


def test_a_reader_that_is_not_in_the_study_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        next_session(make_protocol(), "R9", {}, START)
