"""The orders of a study as a table for its designer: the cases behind the blind numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from viewer.study.order import plan_session
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Protocol

HEADER = (
    "reader_id",
    "session_id",
    "order_index",
    "alias",
    "case_id",
    "phases",
    "training",
    "repeat",
    "source",
)
REALISED = "realised"
"""The journal holds this order: the reader has begun with it."""
PLANNED = "planned"
"""What the protocol gives now."""


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """The readings of one reader in one session."""

    readings: tuple[PlannedReading, ...]
    source: str


def orders_of(protocol: Protocol, realised: Iterable[PlannedReading]) -> tuple[SessionOrder, ...]:
    """Every reader's order of every session: as recorded, else as it would be now.

    realised: the readings that the events of the study name.
    """
    recorded: dict[tuple[str, str], list[PlannedReading]] = {}
    for reading in realised:
        recorded.setdefault((reading.key.reader_id, reading.key.session_id), []).append(reading)
    return tuple(
        _order(protocol, recorded, reader.reader_id, session.session_id)
        for reader in protocol.readers
        for session in protocol.sessions
    )


def rows_of(orders: Sequence[SessionOrder]) -> tuple[tuple[str, ...], ...]:
    """One row for each reading, under HEADER."""
    return tuple(
        (
            reading.key.reader_id,
            reading.key.session_id,
            str(reading.key.order_index),
            reading.alias,
            reading.case_id,
            "+".join(phase.value for phase in reading.phases),
            str(int(reading.training)),
            str(reading.repeat),
            order.source,
        )
        for order in orders
        for reading in order.readings
    )


def _order(
    protocol: Protocol,
    recorded: Mapping[tuple[str, str], list[PlannedReading]],
    reader_id: str,
    session_id: str,
) -> SessionOrder:
    known = recorded.get((reader_id, session_id))
    if known:
        by_index = sorted(known, key=lambda reading: reading.key.order_index)
        return SessionOrder(tuple(by_index), REALISED)
    return SessionOrder(plan_session(protocol, reader_id, session_id), PLANNED)
