"""What comes next in a reading, from its events and from what is on screen."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from inference.types import Laterality
from viewer.session.study_events import ReadingEvents
from viewer.session.study_steps import (
    OnScreen,
    Step,
    leaves_training,
    next_reading,
    progress_of,
    reading_after,
    step_of,
)
from viewer.study.answer import BreastAnswer
from viewer.study.event import Event, NewEvent
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Phase
from viewer.study.reading_progress import ReadingProgress
from viewer.study.reading_state import ReadingState

BOTH = (Phase.ALONE, Phase.AIDED)


def planned(index: int = 0, phases: tuple[Phase, ...] = BOTH, **changes: object) -> PlannedReading:
    key = ReadingKey("r1", "s1", index)
    return PlannedReading(
        key=key, alias=f"C-{index:04d}", case_id=f"case{index}", phases=phases, **changes
    )


class Walk:
    """Walks through a reading: does each step, as the window does."""

    def __init__(self, reading: PlannedReading, *, feedback: bool = False) -> None:
        self.progress = ReadingProgress(reading)
        self.events = ReadingEvents(reading.key)
        self.screen = OnScreen()
        self.feedback = feedback
        self._numbers = count(1)

    @property
    def state(self) -> ReadingState:
        return self.progress.state()

    @property
    def step(self) -> Step:
        return step_of(self.state, self.screen, gives_feedback=self.feedback)

    def write(self, new: NewEvent) -> None:
        number = next(self._numbers)
        self.progress.apply(
            Event(
                sequence=number,
                utc=f"2026-01-01T00:00:{number:02d}.000000Z",
                monotonic_ns=number,
                kind=new.kind,
                actor=new.actor,
                session_id=new.session_id,
                payload=new.payload,
                previous_hash="",
                hash="",
            )
        )

    def open(self, phase: Phase) -> None:
        self.write(self.events.phase_opened(phase))
        self.screen = replace(self.screen, phase=phase)

    def submit(self, phase: Phase) -> None:
        answer = BreastAnswer(laterality=Laterality.RIGHT, pom_percent=1.0)
        self.write(self.events.submitted(phase, [answer], client_uuid=phase.value, ai_seen=False))

    def reveal(self) -> None:
        self.write(self.events.ai_revealed(item_sha256="0", models=["m"]))
        self.screen = replace(self.screen, ai=True)


def alone_locked(walk: Walk) -> Walk:
    walk.write(walk.events.opened())
    walk.open(Phase.ALONE)
    walk.submit(Phase.ALONE)
    return walk


def test_a_sequential_reading_goes_alone_locked_then_with_the_ai() -> None:
    walk = Walk(planned())
    assert walk.step is Step.OPEN_READING
    walk.write(walk.events.opened())
    assert walk.step is Step.OPEN_PHASE
    walk.open(Phase.ALONE)
    assert walk.step is Step.ANSWER
    walk.submit(Phase.ALONE)
    assert walk.step is Step.REVEAL_AI
    walk.reveal()
    assert walk.step is Step.OPEN_PHASE
    walk.open(Phase.AIDED)
    assert walk.step is Step.ANSWER
    walk.submit(Phase.AIDED)
    assert walk.step is Step.FINISH
    walk.write(walk.events.finished())
    assert walk.step is Step.GO_ON


def test_on_request_the_ai_waits_until_it_is_asked_for() -> None:
    walk = alone_locked(Walk(planned(ai_on_request=True)))
    assert walk.step is Step.OFFER_AI
    walk.write(walk.events.ai_requested())
    assert walk.step is Step.REVEAL_AI


def test_on_request_the_reading_can_end_without_the_ai() -> None:
    walk = alone_locked(Walk(planned(ai_on_request=True)))
    walk.write(walk.events.finished())
    assert walk.step is Step.GO_ON


def test_an_aided_half_has_the_ai_before_its_phase_opens() -> None:
    walk = Walk(planned(phases=(Phase.AIDED,)))
    walk.write(walk.events.opened())
    assert walk.step is Step.REVEAL_AI
    walk.reveal()
    assert walk.step is Step.OPEN_PHASE


def test_after_a_crash_the_phase_opens_again_and_the_ai_is_fetched_again() -> None:
    walk = alone_locked(Walk(planned()))
    walk.reveal()
    walk.open(Phase.AIDED)
    walk.screen = OnScreen()
    assert walk.step is Step.REVEAL_AI
    walk.screen = OnScreen(ai=True)
    assert walk.step is Step.OPEN_PHASE


def test_training_ends_with_feedback_where_the_protocol_gives_it() -> None:
    for feedback, expected in ((True, Step.GIVE_FEEDBACK), (False, Step.FINISH)):
        reading = planned(phases=(Phase.ALONE,), training=True)
        walk = alone_locked(Walk(reading, feedback=feedback))
        assert walk.step is expected
    walk.screen = replace(walk.screen, feedback=True)
    assert walk.step is Step.FINISH


@pytest.mark.parametrize("lost", ["first", "second"])
def test_what_comes_next_passes_over_finished_and_excluded_readings(lost: str) -> None:
    plan = [planned(0, training=True), planned(1), planned(2)]
    states = {p.key: ReadingState(planned=p) for p in plan}
    states[plan[0].key] = replace(states[plan[0].key], is_finished=True)
    assert next_reading(plan, states) is plan[1]
    if lost == "second":
        states[plan[1].key] = replace(states[plan[1].key], excluded_because="cannot be shown")
        assert next_reading(plan, states) is plan[2]
        return
    assert reading_after(plan, states, plan[1]) is plan[2]
    assert progress_of(plan, states, plan[1]).words == "case 1 of 2"
    assert progress_of(plan, states, plan[0]).words == "training case 1 of 1"
    assert leaves_training(plan[0], plan[1])
    assert not leaves_training(plan[1], plan[2])
