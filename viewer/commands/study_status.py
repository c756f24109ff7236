"""How far every reader is in every session, and when a washout ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Protocol
from viewer.study.reading_state import ReadingState
from viewer.study.schedule import NextSession, Turn, next_session

HEADER = ("reader_id", "session_id", "finished", "planned", "excluded", "amended", "state")


def status_rows(
    protocol: Protocol, states: Mapping[ReadingKey, ReadingState], now: datetime
) -> Iterator[tuple[str, ...]]:
    """One row for each reader and session, under HEADER; nothing of any answer.

    now: with a time zone.
    """
    for reader in protocol.readers:
        turn = next_session(protocol, reader.reader_id, states, now)
        is_past = True
        for session in protocol.sessions:
            is_next = session.session_id == turn.session_id
            is_past = is_past and not is_next
            own = [
                state
                for key, state in states.items()
                if (key.reader_id, key.session_id) == (reader.reader_id, session.session_id)
            ]
            yield (
                reader.reader_id,
                session.session_id,
                str(sum(state.is_finished for state in own)),
                str(len(own) or "-"),
                str(sum(state.excluded_because is not None for state in own)),
                str(sum(bool(state.amendments) for state in own)),
                _state(turn) if is_next else "done" if is_past else "later",
            )


def _state(turn: NextSession) -> str:
    if turn.turn is Turn.RESUME:
        return "begun"
    if turn.turn is Turn.TOO_EARLY and turn.not_before is not None:
        return f"from {turn.not_before:%Y-%m-%d %H:%M} UTC"
    return "may begin"
