"""Events that are chained soundly but cannot have come about by reading as planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from journal_builders import (
    adopted,
    chain,
    in_reading,
    make_answer,
    make_planned,
    make_study,
    new,
    order,
    submitted,
)

from inference.types import Laterality
from viewer.study.answer_json import answer_to_json
from viewer.study.check_events import problems_of_events
from viewer.study.check_versions import problems_of_versions
from viewer.study.event import EventKind, NewEvent
from viewer.study.protocol import Phase
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.write_protocol import protocol_toml

RIGHT = make_answer(Laterality.RIGHT, pom=10.0)
CHANGED = make_answer(Laterality.RIGHT, pom=20.0)
BEGIN = [adopted(), order([make_planned(0), make_planned(1, ai_on_request=True)])]
ALONE = submitted(0, Phase.ALONE, RIGHT, client_uuid="a")
REVEALED = in_reading(EventKind.AI_REVEALED, item_sha256="", models=[])
AIDED = submitted(0, Phase.AIDED, CHANGED, client_uuid="b", ai_seen=True)
FINISHED = in_reading(EventKind.READING_FINISHED)


def amended(old: object = CHANGED, new_answer: object = RIGHT, reason: str = "slip") -> NewEvent:
    """The aided answer of the right breast changed."""
    return in_reading(
        EventKind.ANSWER_AMENDED,
        phase="aided",
        old=answer_to_json(old),  # type: ignore[arg-type]
        new=answer_to_json(new_answer),  # type: ignore[arg-type]
        reason=reason,
    )


def said(*events: NewEvent, begin: Sequence[NewEvent] = BEGIN) -> list[str]:
    """What is wrong with the events, by their number after the beginning."""
    problems = problems_of_events(chain([*begin, *events]))
    return [f"{each.sequence - len(begin)}: {each.problem}" for each in problems]


def test_a_whole_reading_as_planned_is_in_order() -> None:
    again = amended(RIGHT, CHANGED)
    assert said(ALONE, REVEALED, AIDED, FINISHED, amended(), again) == []


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ([ALONE, replace(ALONE, payload={**ALONE.payload, "client_uuid": "z"})],
         "2: the unaided answer was locked before: the first one counts"),
        ([ALONE, AIDED, submitted(1, Phase.ALONE, RIGHT, client_uuid="a")],
         "3: it was submitted before: it is there twice"),
        ([AIDED], "1: the aided answer was not due"),
        ([submitted(0, Phase.ALONE, RIGHT, CHANGED)], "1: it answers for one breast twice"),
        ([submitted(0, Phase.ALONE, RIGHT, ai_seen=True)],
         "1: the AI was seen before the answer alone was locked"),
        ([REVEALED], "1: the AI was shown before the answer alone was locked"),
        ([submitted(1, Phase.ALONE, RIGHT), in_reading(EventKind.AI_REVEALED, 1)],
         "2: the AI was shown without having been asked for"),
        ([ALONE, FINISHED], "2: the reading was finished without the aided answer"),
        ([ALONE, AIDED, amended(RIGHT, CHANGED)],
         "3: the answer it says it changes is not the one that stood"),
        ([ALONE, AIDED, amended(new_answer=make_answer(Laterality.LEFT))],
         "3: it moves an answer to the other breast"),
        ([ALONE, AIDED, amended(reason=" ")], "3: it gives no reason"),
        ([submitted(7, Phase.ALONE, RIGHT)], "1: no order names reading 7 of R1 S1"),
        ([order([make_planned(0), make_planned(0)])], "1: two of its readings have the same place"),
        ([new(EventKind.SESSION_FINISHED, head="f" * 64)],
         "1: the head it names is that of no event before it"),
        ([in_reading(EventKind.ANSWER_SUBMITTED, phase="unaided", ai_seen=False)],
         "1: it cannot be understood: 'answers' is missing"),
        ([new(EventKind.READING_EXCLUDED, "designer", "", reader_id="R1", session_id="S1",
              order_index=0, reason="")], "1: it gives no reason"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_named(events: list[NewEvent], problem: str) -> None:
    assert said(*events) == [problem]


def test_a_reading_on_request_may_end_without_the_ai() -> None:
    alone = submitted(1, Phase.ALONE, RIGHT)
    finished = in_reading(EventKind.READING_FINISHED, 1)
    asked = in_reading(EventKind.AI_REQUESTED, 1)
    assert said(alone, finished) == []
    assert said(alone, asked, finished) == ["3: the reading was finished without the aided answer"]


def test_a_time_that_goes_back_must_be_told_by_an_event() -> None:
    events = chain([*BEGIN, ALONE, AIDED])
    early = [*events[:3], replace(events[3], utc="2026-03-02T09:00:00.000000Z")]
    (problem,) = problems_of_events(early)
    assert problem.sequence == 4
    assert "before that of the event before it" in problem.problem
    told = chain([*BEGIN, new(EventKind.CLOCK_WENT_BACK, by_ms=1), ALONE])
    assert list(problems_of_events([*told[:2], replace(told[2], utc=told[0].utc)])) == []


def test_the_head_a_session_ends_with_must_be_one_before_it() -> None:
    events = chain(BEGIN)
    ending = new(EventKind.SESSION_FINISHED, head=events[1].hash)
    assert list(problems_of_events(chain([*BEGIN, ending]))) == []


def test_an_adopted_protocol_must_be_the_one_its_hash_names() -> None:
    study = make_study()
    sha256, toml = protocol_sha256(study), protocol_toml(study)
    assert list(problems_of_versions(chain([adopted(sha256, toml=toml)]))) == []
    other = protocol_toml(make_study(seed=8))
    (problem,) = problems_of_versions(chain([adopted(sha256, toml=other)]))
    assert "not the one its hash names" in problem.problem
    (problem,) = problems_of_versions(chain([adopted(sha256, toml="nonsense")]))
    assert "cannot be read" in problem.problem


def test_a_protocol_adopted_after_answers_must_be_a_new_version_with_a_reason() -> None:
    first, second = make_study(), make_study(seed=8)
    third = replace(second, version=2, reason="a case was withdrawn")

    def event(study: object) -> NewEvent:
        return adopted(
            protocol_sha256(study),  # type: ignore[arg-type]
            toml=protocol_toml(study),  # type: ignore[arg-type]
            version=study.version,  # type: ignore[attr-defined]
        )

    planned = order([make_planned(0)])
    assert list(problems_of_versions(chain([event(first), event(second), planned, ALONE]))) == []
    assert list(problems_of_versions(chain([event(first), planned, ALONE, event(third)]))) == []
    (problem,) = problems_of_versions(chain([event(first), planned, ALONE, event(second)]))
    assert problem.sequence == 4
    assert "should not have been adopted" in problem.problem
