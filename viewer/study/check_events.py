"""Whether events that are chained soundly also make sense: locks, order, amendments, clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inference.types import Laterality
from viewer.study.answer import BreastAnswer
from viewer.study.answer_json import answer_from_json, answers_from_json, phase_from_json
from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind
from viewer.study.projection import StudyProjection, key_of, planned_of
from viewer.study.protocol import Phase
from viewer.study.reading_state import ReadingState

_SKEW = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class EventProblem:
    """An event that should not be as it is."""

    sequence: int
    problem: str


def problems_of_events(events: Iterable[Event]) -> Iterator[EventProblem]:
    """Every event that cannot have come about by reading as planned, in order.

    Stops at the first event whose payload cannot be understood.
    """
    check = _Check()
    for event in events:
        try:
            yield from (EventProblem(event.sequence, said) for said in check.take(event))
        except (JournalError, KeyError, ValueError, TypeError) as error:
            cause = str(error)
            if isinstance(error, KeyError):
                cause = f"{error} is missing"
            yield EventProblem(event.sequence, f"it cannot be understood: {cause}")
            return


class _Check:
    def __init__(self) -> None:
        self._projection = StudyProjection()
        self._hashes: set[str] = set()
        self._uuids: set[str] = set()
        self._utc: datetime | None = None

    def take(self, event: Event) -> Iterator[str]:
        """What is wrong with the next event, given those before it."""
        yield from self._about_time(event)
        yield from self._about_submission(event)
        if event.kind is EventKind.ORDER_REALISED:
            yield from _about_order(event)
        elif event.kind is EventKind.SESSION_FINISHED:
            yield from self._about_head(event)
        elif "order_index" in event.payload:
            yield from self._about_reading(event)
        self._hashes.add(event.hash)
        self._projection.apply(event)

    def _about_time(self, event: Event) -> Iterator[str]:
        now = datetime.fromisoformat(event.utc)
        is_late = self._utc is not None and self._utc - now > _SKEW
        if is_late and event.kind is not EventKind.CLOCK_WENT_BACK:
            yield "its time is before that of the event before it, and no event says so"
        self._utc = now

    def _about_submission(self, event: Event) -> Iterator[str]:
        uuid = event.payload.get("client_uuid")
        if not isinstance(uuid, str):
            return
        if uuid in self._uuids:
            yield "it was submitted before: it is there twice"
        self._uuids.add(uuid)

    def _about_head(self, event: Event) -> Iterator[str]:
        head = event.payload.get("head")
        if head and head not in self._hashes:
            yield "the head it names is that of no event before it"

    def _about_reading(self, event: Event) -> Iterator[str]:
        rule = _RULES.get(event.kind)
        key = key_of(event)
        if rule is None:
            return
        state = self._projection.reading(key)
        if state is None:
            yield f"no order names reading {key.order_index} of {key.reader_id} {key.session_id}"
            return
        yield from rule(event, state)


def _about_order(event: Event) -> Iterator[str]:
    indexes = [planned.key.order_index for planned in planned_of(event)]
    if len(set(indexes)) != len(indexes):
        yield "two of its readings have the same place"


def _about_answer(event: Event, state: ReadingState) -> Iterator[str]:
    phase = phase_from_json(event.payload["phase"])
    answers = answers_from_json(event.payload["answers"])
    if phase in state.locked:
        yield f"the {phase.value} answer was locked before: the first one counts"
        return
    if state.is_finished:
        yield "the reading was finished before"
    if phase is not state.open_phase:
        yield f"the {phase.value} answer was not due"
    if len({answer.laterality for answer in answers}) != len(answers):
        yield "it answers for one breast twice"
    if phase is Phase.ALONE and event.payload["ai_seen"]:
        yield "the AI was seen before the answer alone was locked"


def _about_reveal(event: Event, state: ReadingState) -> Iterator[str]:
    if state.planned.ai_needs_lock and Phase.ALONE not in state.locked:
        yield "the AI was shown before the answer alone was locked"
    elif state.planned.ai_on_request and state.planned.ai_needs_lock and not state.ai_requested:
        yield "the AI was shown without having been asked for"


def _about_finish(event: Event, state: ReadingState) -> Iterator[str]:
    unasked = state.planned.ai_on_request and not state.ai_requested
    due = state.open_phase
    if due is not None and not (unasked and due is Phase.AIDED):
        yield f"the reading was finished without the {due.value} answer"


def _about_amendment(event: Event, state: ReadingState) -> Iterator[str]:
    phase = phase_from_json(event.payload["phase"])
    old, new = (answer_from_json(event.payload[key]) for key in ("old", "new"))
    if old != _answer_now(state, phase, old.laterality):
        yield "the answer it says it changes is not the one that stood"
    if new.laterality is not old.laterality:
        yield "it moves an answer to the other breast"
    if not str(event.payload["reason"]).strip():
        yield "it gives no reason"


def _answer_now(state: ReadingState, phase: Phase, side: Laterality) -> BreastAnswer | None:
    for amendment in reversed(state.amendments):
        if amendment.phase is phase and amendment.new.laterality is side:
            return amendment.new
    locked = state.locked.get(phase)
    if locked is None:
        return None
    return next((answer for answer in locked.answers if answer.laterality is side), None)


def _about_exclusion(event: Event, state: ReadingState) -> Iterator[str]:
    if not str(event.payload["reason"]).strip():
        yield "it gives no reason"


_RULES: Mapping[EventKind, Callable[[Event, ReadingState], Iterator[str]]] = {
    EventKind.ANSWER_SUBMITTED: _about_answer,
    EventKind.AI_REVEALED: _about_reveal,
    EventKind.READING_FINISHED: _about_finish,
    EventKind.ANSWER_AMENDED: _about_amendment,
    EventKind.READING_EXCLUDED: _about_exclusion,
}
