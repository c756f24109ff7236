"""What comes next in a session: decided by the events so far and by what is on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Phase
from viewer.study.reading_state import ReadingState


class Step(Enum):
    """The next thing to do in a reading; after each, its event is in the journal."""

    OPEN_READING = "open the reading"
    REVEAL_AI = "fetch the AI's result and show it"
    OFFER_AI = "the reader may ask for the AI, or go on without it"
    OPEN_PHASE = "open the phase"
    ANSWER = "the reader answers"
    GIVE_FEEDBACK = "fetch the truth and show it"
    FINISH = "say that the reading is complete"
    GO_ON = "the reader may go to the next case"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScreen:
    """What this run of the program shows of a reading; events know nothing of screens."""

    phase: Phase | None = None
    """The phase this run has opened."""
    ai: bool = False
    feedback: bool = False


def step_of(state: ReadingState, on_screen: OnScreen, *, gives_feedback: bool) -> Step:
    """The next step of a reading.

    gives_feedback: whether the protocol shows the truth after training cases.
    A phase cut off by a crash is opened again, and the AI fetched again if it was shown.
    """
    if state.is_finished or state.excluded_because is not None:
        return Step.GO_ON
    if not state.is_opened:
        return Step.OPEN_READING
    phase = state.open_phase
    if phase is None:
        wants_feedback = gives_feedback and state.planned.training
        return Step.GIVE_FEEDBACK if wants_feedback and not on_screen.feedback else Step.FINISH
    if phase is Phase.AIDED and not on_screen.ai:
        asks = state.planned.ai_on_request and state.planned.ai_needs_lock
        return Step.OFFER_AI if asks and not state.ai_requested else Step.REVEAL_AI
    return Step.ANSWER if on_screen.phase is phase else Step.OPEN_PHASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a reader is in a session."""

    number: int
    """Of the reading on screen, from 1, among training cases or among the study's cases."""
    total: int
    finished: int
    """Finished or excluded readings of this kind."""
    training: bool

    @property
    def words(self) -> str:
        """Such as "case 12 of 40"."""
        kind = "training case" if self.training else "case"
        return f"{kind} {self.number} of {self.total}"


def is_over(state: ReadingState | None) -> bool:
    """Whether a reading needs nothing more of its reader."""
    return state is not None and (state.is_finished or state.excluded_because is not None)


def next_reading(
    plan: Sequence[PlannedReading], states: Mapping[ReadingKey, ReadingState]
) -> PlannedReading | None:
    """The first reading that is not over; None when all are."""
    return next((p for p in plan if not is_over(states.get(p.key))), None)


def reading_after(
    plan: Sequence[PlannedReading],
    states: Mapping[ReadingKey, ReadingState],
    current: PlannedReading,
) -> PlannedReading | None:
    """The reading that will follow the current one; None when it is the last."""
    others = [planned for planned in plan if planned.key != current.key]
    return next_reading(others, states)


def progress_of(
    plan: Sequence[PlannedReading],
    states: Mapping[ReadingKey, ReadingState],
    current: PlannedReading,
) -> Progress:
    """Where the current reading stands among those of its kind."""
    same = [planned for planned in plan if planned.training == current.training]
    return Progress(
        number=[planned.key for planned in same].index(current.key) + 1,
        total=len(same),
        finished=sum(is_over(states.get(planned.key)) for planned in same),
        training=current.training,
    )


def leaves_training(previous: PlannedReading | None, following: PlannedReading) -> bool:
    """Whether the gate between training and study lies between two readings."""
    return previous is not None and previous.training and not following.training
