"""How a study was really carried out: the frozen protocol, and what its events add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viewer.study.event import Event, EventKind
from viewer.study.projection import AdoptedProtocol, StudyProjection
from viewer.study.protocol import Protocol
from viewer.study.reading_state import ReadingState


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedReading:
    """A reading left out, by blind number, and why."""

    reader_id: str
    session_id: str
    alias: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRecord:
    """Facts for the methods section; everything is counted from events, nothing is assumed."""

    protocol: Protocol
    protocol_sha256: str
    versions: tuple[AdoptedProtocol, ...]
    """Versions adopted after the first answer was locked come with their reasons."""
    app_versions: tuple[str, ...]
    first_utc: str
    last_utc: str
    events: int
    head: str
    """Hash of the newest event: it stands for all of them."""
    planned: int
    """Readings in the realised orders, training left out."""
    finished: int
    training_finished: int
    locked_answers: int
    amendments: int
    excluded: tuple[ExcludedReading, ...]
    pauses: int
    crashes: int
    """How often a session was resumed after the program had been cut off."""
    clock_jumps: int
    ai_toggles: int
    ai_requests: int
    time_limits_reached: int
    repairs: int

    @property
    def unfinished(self) -> int:
        """Planned readings that were neither finished nor excluded."""
        return self.planned - self.finished - len(self.excluded)


def record_of(protocol: Protocol, protocol_sha256: str, events: Iterable[Event]) -> StudyRecord:
    """Count a study's events; raises JournalError naming an event that cannot be understood."""
    listed = tuple(events)
    projection = StudyProjection.of(listed)
    readings = [s for s in projection.readings().values() if not s.planned.training]
    sessions = projection.sessions().values()
    excluded = tuple(_excluded(state) for state in readings if state.excluded_because is not None)
    return StudyRecord(
        protocol=protocol,
        protocol_sha256=protocol_sha256,
        versions=projection.protocols,
        app_versions=_app_versions(listed),
        first_utc=listed[0].utc if listed else "",
        last_utc=listed[-1].utc if listed else "",
        events=len(listed),
        head=listed[-1].hash if listed else protocol_sha256,
        planned=len(readings),
        finished=sum(s.is_finished and s.excluded_because is None for s in readings),
        training_finished=sum(
            s.is_finished for s in projection.readings().values() if s.planned.training
        ),
        locked_answers=sum(len(state.locked) for state in readings),
        amendments=sum(len(state.amendments) for state in readings),
        excluded=excluded,
        pauses=sum(session.pauses for session in sessions),
        crashes=sum(session.crashes for session in sessions),
        clock_jumps=_count(listed, EventKind.CLOCK_WENT_BACK),
        ai_toggles=_count(listed, EventKind.AI_TOGGLED),
        ai_requests=_count(listed, EventKind.AI_REQUESTED),
        time_limits_reached=_count(listed, EventKind.TIME_LIMIT_REACHED),
        repairs=_count(listed, EventKind.REPAIRED),
    )


def _count(events: tuple[Event, ...], kind: EventKind) -> int:
    return sum(event.kind is kind for event in events)


def _app_versions(events: tuple[Event, ...]) -> tuple[str, ...]:
    found = (event.payload.get("app_version") for event in events)
    return tuple(dict.fromkeys(version for version in found if isinstance(version, str)))


def _excluded(state: ReadingState) -> ExcludedReading:
    key = state.planned.key
    return ExcludedReading(
        reader_id=key.reader_id,
        session_id=key.session_id,
        alias=state.planned.alias,
        reason=state.excluded_because or "",
    )
