"""Events in their places in a chain, made in memory, and answers, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from inference.types import Laterality
from viewer.study.answer import BreastAnswer
from viewer.study.answer_json import answer_to_json, planned_to_json
from viewer.study.event import Event, EventKind, Json, NewEvent, content_of, hash_of
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import (
    Arm,
    Design,
    Phase,
    Protocol,
    StudyCase,
    StudyReader,
    StudySession,
)

GENESIS = "9" * 64
START = datetime(2026, 3, 2, 10)
SEQUENTIAL = (Phase.ALONE, Phase.AIDED)


def make_answer(laterality: Laterality = Laterality.RIGHT, *, pom: float = 3.0) -> BreastAnswer:
    """A breast with a probability of malignancy in percent and nothing else."""
    return BreastAnswer(laterality=laterality, pom_percent=pom)


def make_planned(
    order_index: int = 0,
    *,
    reader: str = "R1",
    session: str = "S1",
    phases: Sequence[Phase] = SEQUENTIAL,
    ai_on_request: bool = False,
) -> PlannedReading:
    """A case in a reader's list."""
    return PlannedReading(
        key=ReadingKey(reader, session, order_index),
        alias=f"C-{order_index:04d}",
        case_id=f"case{order_index}",
        phases=tuple(phases),
        ai_on_request=ai_on_request,
    )


def new(kind: EventKind, reader: str = "R1", session: str = "S1", **payload: Json) -> NewEvent:
    """An event that has no place yet."""
    return NewEvent(kind=kind, actor=reader, session_id=session, payload=payload)


def order(planned: Sequence[PlannedReading]) -> NewEvent:
    """The list of one reader's session, as an event."""
    key = planned[0].key
    readings: list[Json] = [planned_to_json(reading) for reading in planned]
    return new(EventKind.ORDER_REALISED, key.reader_id, key.session_id, readings=readings)


def adopted(sha256: str = GENESIS, *, version: int = 1, toml: str = "") -> NewEvent:
    """The first event of a journal."""
    return NewEvent(
        kind=EventKind.PROTOCOL_ADOPTED,
        actor="program",
        payload={"sha256": sha256, "version": version, "reason": "", "toml": toml},
    )


def submitted(
    order_index: int = 0,
    phase: Phase = Phase.ALONE,
    *answers: BreastAnswer,
    client_uuid: str = "u",
    ai_seen: bool = False,
    reader: str = "R1",
) -> NewEvent:
    """A locked answer; of both breasts unless said."""
    both = answers or (make_answer(Laterality.RIGHT), make_answer(Laterality.LEFT))
    said: list[Json] = [answer_to_json(answer) for answer in both]
    return new(
        EventKind.ANSWER_SUBMITTED,
        reader,
        order_index=order_index,
        phase=phase.value,
        client_uuid=client_uuid,
        answers=said,
        ai_seen=ai_seen,
    )


def in_reading(kind: EventKind, order_index: int = 0, **payload: Json) -> NewEvent:
    """An event of reader R1's reading in session S1."""
    return new(kind, order_index=order_index, **payload)


def chain(events: Sequence[NewEvent], genesis: str = GENESIS) -> list[Event]:
    """Give events their places, one second apart."""
    chained: list[Event] = []
    previous = genesis
    for number, event in enumerate(events, start=1):
        placed = Event(
            sequence=number,
            utc=(START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            monotonic_ns=number * 10**9,
            kind=event.kind,
            actor=event.actor,
            session_id=event.session_id,
            payload=dict(event.payload),
            previous_hash=previous,
            hash="",
        )
        placed = replace(placed, hash=hash_of(previous, content_of(placed)))
        previous = placed.hash
        chained.append(placed)
    return chained


def make_study(*, database: str = "", second_copy: str = "", seed: int = 7) -> Protocol:
    """Four cases, readers R1 to R3, one session S1, alone and then with the AI."""
    return Protocol(
        study_id="pilot",
        title="A pilot",
        seed=seed,
        arms=(Arm(arm_id="A", design=Design.SEQUENTIAL),),
        readers=tuple(StudyReader(reader_id=f"R{n}", arm_id="A") for n in (1, 2, 3)),
        cases=tuple(
            StudyCase(case_id=f"case{n}", path=f"exams/{n}", patient=f"W{n}") for n in range(4)
        ),
        sessions=(StudySession(session_id="S1"),),
        database=database,
        second_copy=second_copy,
    )
