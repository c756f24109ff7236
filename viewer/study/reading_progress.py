"""One planned reading while its events are being read; frozen into a ReadingState at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from viewer.study.answer_json import answer_from_json, answers_from_json, phase_from_json
from viewer.study.event import Event, EventKind, Json
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Phase
from viewer.study.reading_state import Amendment, LockedAnswer, PhaseTimes, ReadingState


class ReadingProgress:
    """What the events so far say of one reading; not thread-safe."""

    def __init__(self, planned: PlannedReading) -> None:
        self.planned = planned
        self.locked: dict[Phase, LockedAnswer] = {}
        self._times: dict[Phase, PhaseTimes] = {}
        self._activity_ms: dict[Phase, list[int]] = {}
        self._amendments: list[Amendment] = []
        self._opened = False
        self._ai_requested = False
        self._ai_revealed = False
        self._feedback_shown = False
        self._finished = False
        self._excluded_because: str | None = None

    def apply(self, event: Event) -> None:
        """Take in an event of this reading; raises ValueError or KeyError for a wrong payload."""
        # Most events of a reading are these two; the table costs more than their own work.
        if event.kind is EventKind.ACTIVITY:
            self._active(event)
        elif event.kind is not EventKind.LOOKED:
            step = _STEPS.get(event.kind)
            if step is not None:
                step(self, event)

    def state(self) -> ReadingState:
        """The reading as it stands."""
        return ReadingState(
            planned=self.planned,
            is_opened=self._opened,
            locked=MappingProxyType(dict(self.locked)),
            times=MappingProxyType(
                {phase: self._times_of(phase) for phase in (*self._times, *self._activity_ms)}
            ),
            amendments=tuple(self._amendments),
            ai_requested=self._ai_requested,
            ai_revealed=self._ai_revealed,
            feedback_shown=self._feedback_shown,
            is_finished=self._finished,
            excluded_because=self._excluded_because,
        )

    def _times_of(self, phase: Phase) -> PhaseTimes:
        active_ms, idle_ms = self._activity_ms.get(phase, (0, 0))
        times = self._times.get(phase, PhaseTimes())
        return replace(times, active_ms=active_ms, idle_ms=idle_ms)

    def _open(self, event: Event) -> None:
        self._opened = True

    def _open_phase(self, event: Event) -> None:
        phase = _phase(event)
        times = self._times.get(phase, PhaseTimes())
        # A resumed phase is opened again; it began when it was first opened.
        if times.opened_utc is None:
            self._times[phase] = replace(times, opened_utc=event.utc)

    def _first_view(self, event: Event) -> None:
        phase = _phase(event)
        times = self._times.get(phase, PhaseTimes())
        if times.first_view_utc is None:
            self._times[phase] = replace(times, first_view_utc=event.utc)

    def _first_mark(self, event: Event) -> None:
        phase = _phase(event)
        times = self._times.get(phase, PhaseTimes())
        if times.first_mark_utc is None:
            self._times[phase] = replace(times, first_mark_utc=event.utc)

    def _active(self, event: Event) -> None:
        payload = event.payload
        total = self._activity_ms.setdefault(_phase(event), [0, 0])
        total[0] += _milliseconds(payload["active_ms"])
        total[1] += _milliseconds(payload["idle_ms"])

    def _lock(self, event: Event) -> None:
        phase = _phase(event)
        if phase in self.locked:
            return
        self.locked[phase] = LockedAnswer(
            phase=phase,
            answers=answers_from_json(event.payload["answers"]),
            utc=event.utc,
            sequence=event.sequence,
            ai_seen=bool(event.payload["ai_seen"]),
        )
        self._times[phase] = replace(self._times.get(phase, PhaseTimes()), submitted_utc=event.utc)

    def _amend(self, event: Event) -> None:
        self._amendments.append(
            Amendment(
                phase=_phase(event),
                old=answer_from_json(event.payload["old"]),
                new=answer_from_json(event.payload["new"]),
                reason=str(event.payload["reason"]),
                utc=event.utc,
                sequence=event.sequence,
            )
        )

    def _request_ai(self, event: Event) -> None:
        self._ai_requested = True

    def _reveal_ai(self, event: Event) -> None:
        self._ai_revealed = True

    def _show_feedback(self, event: Event) -> None:
        self._feedback_shown = True

    def _finish(self, event: Event) -> None:
        self._finished = True

    def _exclude(self, event: Event) -> None:
        self._excluded_because = str(event.payload["reason"])


_STEPS: Mapping[EventKind, Callable[[ReadingProgress, Event], None]] = {
    EventKind.READING_OPENED: ReadingProgress._open,
    EventKind.PHASE_OPENED: ReadingProgress._open_phase,
    EventKind.FIRST_VIEW: ReadingProgress._first_view,
    EventKind.FIRST_MARK: ReadingProgress._first_mark,
    EventKind.ANSWER_SUBMITTED: ReadingProgress._lock,
    EventKind.ANSWER_AMENDED: ReadingProgress._amend,
    EventKind.AI_REQUESTED: ReadingProgress._request_ai,
    EventKind.AI_REVEALED: ReadingProgress._reveal_ai,
    EventKind.FEEDBACK_SHOWN: ReadingProgress._show_feedback,
    EventKind.READING_FINISHED: ReadingProgress._finish,
    EventKind.READING_EXCLUDED: ReadingProgress._exclude,
}


def _phase(event: Event) -> Phase:
    return phase_from_json(event.payload["phase"])


def _milliseconds(value: Json) -> int:
    if type(value) is int:
        return value
    if isinstance(value, float):
        return round(value)
    raise ValueError(f"a time must be a number of milliseconds, got {value!r}")
