"""Events -> where a study stands: its readings, its sessions, the protocols it was read under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from viewer.study.answer_json import planned_from_json
from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind, Json
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.reading_progress import ReadingProgress
from viewer.study.reading_state import ReadingState


class SessionStatus(Enum):
    """Where a reader's session stands."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    """Started or resumed; found so at the program's start, it was cut off by a crash."""
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """One reader's session; times are UTC, None where it did not come to that."""

    reader_id: str
    session_id: str
    status: SessionStatus = SessionStatus.NOT_STARTED
    started_utc: str | None = None
    finished_utc: str | None = None
    pauses: int = 0
    crashes: int = 0
    """How often it was resumed after a crash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedProtocol:
    """A version of the protocol, from the event on that adopted it."""

    sha256: str
    version: int
    reason: str
    toml: str
    utc: str
    sequence: int


SessionKey = tuple[str, str]
"""Reader and session."""


class StudyProjection:
    """What the events say, taken in one after the other; not thread-safe.

    A locked answer is never replaced: a second submission of the same phase changes nothing here
    (check_events names it). A new order of a session replaces the readings of the old one that
    have no locked answer. Events of readings that no order names are passed over.
    """

    def __init__(self) -> None:
        self._readings: dict[ReadingKey, ReadingProgress] = {}
        self._sessions: dict[SessionKey, SessionState] = {}
        self._protocols: list[AdoptedProtocol] = []
        self._has_answers = False
        # The same readings by plain values: making a ReadingKey for every event takes longer than
        # all else that is done with it.
        self._places: dict[tuple[str, str, int], ReadingProgress] = {}

    @classmethod
    def of(cls, events: Iterable[Event]) -> StudyProjection:
        """Take in all events; raises JournalError naming the first that cannot be understood."""
        projection = cls()
        for event in events:
            projection.apply(event)
        return projection

    def apply(self, event: Event) -> None:
        """Take in the next event; raises JournalError when its payload cannot be understood."""
        try:
            self._apply(event)
        except (KeyError, ValueError, TypeError) as error:
            cause = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise JournalError(
                f"event {event.sequence} ({event.kind.value}) cannot be understood: {cause}",
                "tomolens study verify tells whether the journal is whole",
            ) from error

    def readings(self) -> dict[ReadingKey, ReadingState]:
        """Every planned reading, in the order of the plan."""
        return {key: progress.state() for key, progress in self._readings.items()}

    def reading(self, key: ReadingKey) -> ReadingState | None:
        """One reading; None when no order names it."""
        progress = self._readings.get(key)
        return None if progress is None else progress.state()

    def sessions(self) -> dict[SessionKey, SessionState]:
        """Every session that has an order or was started, by reader and session."""
        return dict(self._sessions)

    def session(self, reader_id: str, session_id: str) -> SessionState:
        """One reader's session; NOT_STARTED when the events do not know it."""
        empty = SessionState(reader_id=reader_id, session_id=session_id)
        return self._sessions.get((reader_id, session_id), empty)

    @property
    def protocols(self) -> tuple[AdoptedProtocol, ...]:
        """The adopted versions, oldest first."""
        return tuple(self._protocols)

    @property
    def has_answers(self) -> bool:
        """Whether any answer was submitted, training included; it freezes the design."""
        return self._has_answers

    def _apply(self, event: Event) -> None:
        if "order_index" in event.payload:
            self._apply_to_reading(event)
        elif event.kind is EventKind.PROTOCOL_ADOPTED:
            self._protocols.append(_adopted(event))
        elif event.kind is EventKind.ORDER_REALISED:
            self._take_order(event)
        elif event.kind in _SESSION_KINDS:
            key = (event.actor, event.session_id)
            self._sessions[key] = _session_after(self.session(*key), event)

    def _apply_to_reading(self, event: Event) -> None:
        if event.kind is EventKind.ANSWER_SUBMITTED:
            self._has_answers = True
        progress = self._places.get(_place_of(event))
        if progress is not None:
            progress.apply(event)

    def _take_order(self, event: Event) -> None:
        planned = planned_of(event)
        reader, session = order_owner(event)
        self._sessions.setdefault((reader, session), self.session(reader, session))
        before = {
            key: progress
            for key, progress in self._readings.items()
            if (key.reader_id, key.session_id) == (reader, session)
        }
        for key in before:
            del self._readings[key]
        kept = {key: progress for key, progress in before.items() if progress.locked}
        for reading in planned:
            old = before.get(reading.key)
            is_same = old is not None and old.planned == reading
            if old is None or not (is_same or old.locked):
                old = ReadingProgress(reading)
            self._readings[reading.key] = old
            kept.pop(reading.key, None)
        self._readings.update(kept)
        self._places = {
            (key.reader_id, key.session_id, key.order_index): progress
            for key, progress in self._readings.items()
        }


def reading_states(events: Iterable[Event]) -> Mapping[ReadingKey, ReadingState]:
    """Every planned reading as the events say; raises JournalError naming a wrong event."""
    return StudyProjection.of(events).readings()


def session_states(events: Iterable[Event]) -> Mapping[SessionKey, SessionState]:
    """Every session by (reader, session); raises JournalError naming a wrong event."""
    return StudyProjection.of(events).sessions()


def adopted_protocols(events: Iterable[Event]) -> tuple[AdoptedProtocol, ...]:
    """The protocol's adopted versions, oldest first; raises JournalError naming a wrong event."""
    return StudyProjection.of(events).protocols


def key_of(event: Event) -> ReadingKey:
    """The reading an event belongs to; raises KeyError or ValueError when it names none.

    The reader is the actor, unless the payload names one: a designer excludes a reader's reading.
    """
    return ReadingKey(*_place_of(event))


def _place_of(event: Event) -> tuple[str, str, int]:
    payload = event.payload
    order_index = payload["order_index"]
    if type(order_index) is not int:
        raise ValueError(f"order_index must be a whole number, got {order_index!r}")
    return (
        str(payload.get("reader_id", event.actor)),
        str(payload.get("session_id", event.session_id)),
        order_index,
    )


def order_owner(event: Event) -> SessionKey:
    """Whose order an order_realised event is: reader and session."""
    payload = event.payload
    return (
        str(payload.get("reader_id", event.actor)),
        str(payload.get("session_id", event.session_id)),
    )


def planned_of(event: Event) -> tuple[PlannedReading, ...]:
    """The readings of an order_realised event; raises KeyError or ValueError."""
    reader, session = order_owner(event)
    readings = event.payload["readings"]
    if not isinstance(readings, list):
        raise ValueError(f"readings must be a list, got {readings!r}")
    return tuple(
        planned_from_json(reading, reader_id=reader, session_id=session) for reading in readings
    )


_SESSION_KINDS = frozenset(
    {
        EventKind.SESSION_STARTED,
        EventKind.SESSION_PAUSED,
        EventKind.SESSION_RESUMED,
        EventKind.SESSION_FINISHED,
    }
)


def _session_after(state: SessionState, event: Event) -> SessionState:
    if event.kind is EventKind.SESSION_PAUSED:
        return replace(state, status=SessionStatus.PAUSED, pauses=state.pauses + 1)
    if event.kind is EventKind.SESSION_FINISHED:
        return replace(state, status=SessionStatus.FINISHED, finished_utc=event.utc)
    crashed = event.kind is EventKind.SESSION_RESUMED and bool(event.payload.get("after_crash"))
    return replace(
        state,
        status=SessionStatus.RUNNING,
        started_utc=state.started_utc or event.utc,
        crashes=state.crashes + crashed,
    )


def _adopted(event: Event) -> AdoptedProtocol:
    payload: Mapping[str, Json] = event.payload
    version = payload["version"]
    if not isinstance(version, int) or isinstance(version, bool):
        raise ValueError(f"version must be a whole number, got {version!r}")
    return AdoptedProtocol(
        sha256=str(payload["sha256"]),
        version=version,
        reason=str(payload["reason"]),
        toml=str(payload["toml"]),
        utc=event.utc,
        sequence=event.sequence,
    )
