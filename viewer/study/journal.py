"""Where events are kept: what every kind of storage offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from viewer.study.event import Event, Json, NewEvent
from viewer.study.planned_reading import ReadingKey


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event: how many there are, and the hash that stands for all of them."""

    sequence: int
    hash: str


class Journal(Protocol):
    """Append-only events and the drafts of unfinished forms.

    Every method raises JournalError (viewer/study/errors.py) with a message and a hint when the
    storage fails; what append returned before stays kept.
    """

    def append(self, event: NewEvent, *, client_uuid: str | None = None) -> Event:
        """Add an event; when this returns, it is durable in both copies.

        client_uuid: a second append with the same one adds nothing and returns the first event.
        """

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """The events with a higher sequence, in order, each checked against the chain."""

    def head(self) -> Head:
        """The newest event; sequence 0 and the protocol's hash when there is none."""

    def save_draft(self, key: ReadingKey, draft: Mapping[str, Json]) -> None:
        """Keep the state of an unfinished form, replacing the one before."""

    def draft(self, key: ReadingKey) -> dict[str, Json] | None:
        """The form as it was left; None when there is none."""

    def forget_draft(self, key: ReadingKey) -> None:
        """Remove a draft, once its answer is locked."""

    def close(self) -> None:
        """Release files and connections."""
