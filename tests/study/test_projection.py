"""Events -> readings, sessions, protocols."""

from __future__ import annotations

import time

import pytest
from journal_builders import (
    adopted,
    chain,
    in_reading,
    make_answer,
    make_planned,
    new,
    order,
    submitted,
)

from inference.types import Laterality
from viewer.study.answer_json import answer_to_json
from viewer.study.errors import JournalError
from viewer.study.event import EventKind
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import (
    SessionStatus,
    StudyProjection,
    adopted_protocols,
    reading_states,
    session_states,
)
from viewer.study.protocol import Phase

FIRST = ReadingKey("R1", "S1", 0)


def test_a_whole_reading_is_told_from_its_events() -> None:
    right = make_answer(Laterality.RIGHT, pom=40.0)
    changed = make_answer(Laterality.RIGHT, pom=70.0)
    events = chain(
        [
            adopted(),
            order([make_planned(0), make_planned(1)]),
            in_reading(EventKind.READING_OPENED),
            in_reading(EventKind.PHASE_OPENED, phase="unaided"),
            in_reading(EventKind.FIRST_VIEW, phase="unaided"),
            in_reading(EventKind.FIRST_MARK, phase="unaided"),
            in_reading(EventKind.ACTIVITY, phase="unaided", active_ms=1500, idle_ms=10),
            in_reading(EventKind.ACTIVITY, phase="unaided", active_ms=500, idle_ms=20),
            submitted(0, Phase.ALONE, right),
            in_reading(EventKind.AI_REVEALED, item_sha256="", models=[]),
            in_reading(EventKind.PHASE_OPENED, phase="aided"),
            submitted(0, Phase.AIDED, changed, ai_seen=True),
            in_reading(EventKind.READING_FINISHED),
            in_reading(
                EventKind.ANSWER_AMENDED,
                phase="aided",
                old=answer_to_json(changed),
                new=answer_to_json(right),
                reason="wrong breast",
            ),
        ]
    )
    state = reading_states(events)[FIRST]
    assert state.is_finished
    assert state.open_phase is None
    assert state.locked[Phase.ALONE].answers == (right,)
    assert state.locked[Phase.AIDED].answers == (changed,)
    assert state.locked[Phase.AIDED].ai_seen
    assert not state.locked[Phase.ALONE].ai_seen
    assert state.ai_revealed
    times = state.times[Phase.ALONE]
    assert (times.active_ms, times.idle_ms) == (2000, 30)
    assert times.opened_utc == events[3].utc
    assert times.first_view_utc == events[4].utc
    assert times.first_mark_utc == events[5].utc
    assert times.submitted_utc == events[8].utc
    (amendment,) = state.amendments
    assert (amendment.old, amendment.new, amendment.reason) == (changed, right, "wrong breast")


def test_a_planned_reading_without_events_is_not_opened() -> None:
    state = reading_states(chain([adopted(), order([make_planned(0)])]))[FIRST]
    assert not state.is_opened
    assert state.open_phase is Phase.ALONE


def test_all_phases_locked_is_not_finished_until_an_event_says_so() -> None:
    alone = make_planned(0, phases=[Phase.ALONE])
    state = reading_states(chain([adopted(), order([alone]), submitted(0)]))[FIRST]
    assert state.open_phase is None
    assert not state.is_finished


def test_a_second_submission_never_replaces_the_locked_answer() -> None:
    first, second = make_answer(pom=1.0), make_answer(pom=99.0)
    events = [adopted(), order([make_planned(0)])]
    events += [submitted(0, Phase.ALONE, first), submitted(0, Phase.ALONE, second)]
    assert reading_states(chain(events))[FIRST].locked[Phase.ALONE].answers == (first,)


def test_a_resumed_phase_keeps_the_time_it_was_first_opened() -> None:
    events = chain(
        [
            adopted(),
            order([make_planned(0)]),
            in_reading(EventKind.PHASE_OPENED, phase="unaided"),
            in_reading(EventKind.PHASE_OPENED, phase="unaided"),
        ]
    )
    assert reading_states(events)[FIRST].times[Phase.ALONE].opened_utc == events[2].utc


def test_a_designer_excludes_the_reading_of_a_reader() -> None:
    exclusion = new(
        EventKind.READING_EXCLUDED,
        "designer",
        "",
        reader_id="R1",
        session_id="S1",
        order_index=1,
        reason="images incomplete",
    )
    states = reading_states(
        chain([adopted(), order([make_planned(0), make_planned(1)]), exclusion])
    )
    assert states[FIRST].excluded_because is None
    assert states[ReadingKey("R1", "S1", 1)].excluded_because == "images incomplete"


def test_a_new_order_replaces_readings_without_locked_answers_only() -> None:
    events = [adopted(), order([make_planned(0), make_planned(1)]), submitted(0)]
    again = [make_planned(0, phases=[Phase.AIDED]), make_planned(1, phases=[Phase.AIDED])]
    states = reading_states(chain([*events, order(again)]))
    assert states[FIRST].planned.phases == (Phase.ALONE, Phase.AIDED)
    assert states[ReadingKey("R1", "S1", 1)].planned.phases == (Phase.AIDED,)


def test_two_readers_do_not_share_a_reading() -> None:
    states = reading_states(
        chain([adopted(), order([make_planned(0)]), order([make_planned(0, reader="R2")])])
    )
    assert set(states) == {FIRST, ReadingKey("R2", "S1", 0)}


def test_sessions_are_started_paused_resumed_and_finished() -> None:
    events = [
        new(EventKind.SESSION_STARTED),
        new(EventKind.SESSION_PAUSED),
        new(EventKind.SESSION_RESUMED, after_crash=False),
        new(EventKind.SESSION_RESUMED, after_crash=True),
        new(EventKind.SESSION_FINISHED, head=""),
    ]
    seen = []
    for count in range(len(events) + 1):
        projection = StudyProjection.of(chain(events[:count]))
        seen.append(projection.session("R1", "S1").status)
    assert seen == [
        SessionStatus.NOT_STARTED,
        SessionStatus.RUNNING,
        SessionStatus.PAUSED,
        SessionStatus.RUNNING,
        SessionStatus.RUNNING,
        SessionStatus.FINISHED,
    ]
    state = session_states(chain(events))["R1", "S1"]
    assert (state.pauses, state.crashes) == (1, 1)
    assert state.started_utc is not None


def test_a_session_with_an_order_is_known_before_it_starts() -> None:
    states = session_states(chain([adopted(), order([make_planned(0)])]))
    assert states["R1", "S1"].status is SessionStatus.NOT_STARTED


def test_adopted_versions_are_listed_oldest_first() -> None:
    versions = adopted_protocols(chain([adopted("a", toml="x"), adopted("b", version=2)]))
    assert [(v.sha256, v.version, v.sequence) for v in versions] == [("a", 1, 1), ("b", 2, 2)]


def test_answers_freeze_the_design() -> None:
    assert not StudyProjection.of(chain([adopted(), order([make_planned(0)])])).has_answers
    assert StudyProjection.of(chain([adopted(), order([make_planned(0)]), submitted()])).has_answers


def test_a_payload_that_makes_no_sense_is_named() -> None:
    wrong = in_reading(EventKind.ANSWER_SUBMITTED, phase="unaided", answers=[{}], ai_seen=False)
    with pytest.raises(JournalError, match=r"event 3 \(answer_submitted\).*laterality is missing"):
        reading_states(chain([adopted(), order([make_planned(0)]), wrong]))


def test_a_missing_key_is_named() -> None:
    with pytest.raises(JournalError, match=r"event 1 \(protocol_adopted\).*'version' is missing"):
        adopted_protocols(chain([new(EventKind.PROTOCOL_ADOPTED, sha256="a")]))


def test_events_of_a_reading_that_no_order_names_are_passed_over() -> None:
    assert reading_states(chain([adopted(), submitted(7)])) == {}


def test_a_hundred_thousand_events_are_told_in_under_a_second() -> None:
    active = in_reading(EventKind.ACTIVITY, phase="unaided", active_ms=1, idle_ms=0)
    few = chain([adopted(), order([make_planned(0)]), active])
    events = few[:2] + few[2:] * 100_000
    begin = time.perf_counter()
    state = reading_states(events)[FIRST]
    assert time.perf_counter() - begin < 1.0
    assert state.times[Phase.ALONE].active_ms == 100_000
