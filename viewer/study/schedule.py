"""Which session a reader may begin now, and from when on where it is too early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from viewer.study.crossover import session_cases
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Design, Protocol, StudySession
from viewer.study.reading_state import ReadingState


class Turn(Enum):
    """Whether a reader may read now."""

    BEGIN = "begin"
    RESUME = "resume"
    TOO_EARLY = "too early"
    """The washout is not over."""
    ALL_DONE = "all done"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSession:
    """The session that is a reader's next, and whether it may be opened now."""

    turn: Turn
    session_id: str = ""
    """Empty when all sessions are done."""
    not_before: datetime | None = None
    """UTC; when the washout ends, where the session has one."""
    finished: int = 0
    """Readings of the session that are done."""
    planned: int = 0
    """Readings of the session in all."""

    @property
    def may_open(self) -> bool:
        """Whether the window may open now."""
        return self.turn in (Turn.BEGIN, Turn.RESUME)

    def in_words(self) -> str:
        """One sentence for the reader."""
        if self.turn is Turn.ALL_DONE:
            return "All sessions are done."
        if self.turn is Turn.TOO_EARLY and self.not_before is not None:
            return (
                f"Session {self.session_id} may begin from {self.not_before:%Y-%m-%d %H:%M} UTC "
                "on: the washout between two readings of a case is not over."
            )
        verb = "goes on" if self.turn is Turn.RESUME else "may begin"
        return f"Session {self.session_id} {verb}: {self.finished} of {self.planned} cases done."


def next_session(
    protocol: Protocol,
    reader_id: str,
    states: Mapping[ReadingKey, ReadingState],
    now: datetime,
) -> NextSession:
    """The reader's first session that is not done; sessions follow each other.

    states: what the events say (viewer/study/projection.py). now: with a time zone.
    Raises KeyError when the protocol has no such reader.
    """
    protocol.reader(reader_id)
    for session in protocol.sessions:
        of_session = _of_session(states, reader_id, session.session_id)
        done = sum(_is_done(state) for state in of_session)
        if of_session and done == len(of_session):
            continue
        not_before = washout_ends(protocol, reader_id, session.session_id, states)
        return NextSession(
            turn=_turn(of_session, not_before, now),
            session_id=session.session_id,
            not_before=not_before,
            finished=done,
            planned=len(of_session) or _number_of_readings(protocol, session),
        )
    return NextSession(turn=Turn.ALL_DONE)


def washout_ends(
    protocol: Protocol,
    reader_id: str,
    session_id: str,
    states: Mapping[ReadingKey, ReadingState],
) -> datetime | None:
    """When the reader may meet every case of a session again; None where no washout holds.

    Of a crossover: so many days after the reader last saw any case of the session in another
    one. Training cases have no washout: their truth is shown.
    """
    arm = protocol.arm_of(reader_id)
    if arm.design is not Design.CROSSOVER:
        return None
    earlier = _earlier_sessions(protocol, session_id)
    wanted = {
        case.case_id
        for case in session_cases(protocol, protocol.session(session_id))
        if not case.training
    }
    seen = [
        moment
        for key, state in states.items()
        if key.reader_id == reader_id
        and key.session_id in earlier
        and state.planned.case_id in wanted
        for moment in _moments(state)
    ]
    return max(seen) + timedelta(days=arm.washout_days) if seen else None


def _turn(states: list[ReadingState], not_before: datetime | None, now: datetime) -> Turn:
    if any(state.is_opened for state in states):
        return Turn.RESUME
    if not_before is not None and now < not_before:
        return Turn.TOO_EARLY
    return Turn.BEGIN


def _of_session(
    states: Mapping[ReadingKey, ReadingState], reader_id: str, session_id: str
) -> list[ReadingState]:
    return [
        state
        for key, state in states.items()
        if (key.reader_id, key.session_id) == (reader_id, session_id)
    ]


def _is_done(state: ReadingState) -> bool:
    return state.is_finished or state.excluded_because is not None


def _number_of_readings(protocol: Protocol, session: StudySession) -> int:
    cases = session_cases(protocol, session)
    repeats = protocol.planted_repeats if any(not case.training for case in cases) else 0
    return len(cases) + repeats


def _earlier_sessions(protocol: Protocol, session_id: str) -> frozenset[str]:
    ids = [session.session_id for session in protocol.sessions]
    return frozenset(ids[: ids.index(session_id)])


def _moments(state: ReadingState) -> Iterator[datetime]:
    """When the case was certainly on the reader's screen."""
    for times in state.times.values():
        for utc in (times.opened_utc, times.first_view_utc, times.submitted_utc):
            if utc is not None:
                yield _moment(utc)
    for answer in state.locked.values():
        yield _moment(answer.utc)


def _moment(utc: str) -> datetime:
    return datetime.fromisoformat(utc).astimezone(UTC)
