"""Whether events follow each other without a gap, each vouching for all before it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from viewer.study.event import Event, EventKind
from viewer.study.journal import Head
from viewer.study.stored_event import StoredEvent, stored_of

NOTHING = Head(0, "")
"""Before the first event."""


class ChainCheck:
    """Follows a chain, one event after the other.

    after: the event before the first one given; NOTHING for a whole chain.
    has_gaps: events of others are not visible, so a link is checked only between neighbours.
    """

    def __init__(self, *, after: Head = NOTHING, has_gaps: bool = False) -> None:
        self._sequence = after.sequence
        self._hash = after.hash
        self._has_gaps = has_gaps

    @property
    def head(self) -> Head:
        """The last event that fitted."""
        return Head(self._sequence, self._hash)

    def problem_with(self, event: StoredEvent) -> str | None:
        """What is wrong with the next event, in words; None, and one step on, when it fits."""
        follows = event.sequence == self._sequence + 1 and event.previous_hash == self._hash
        if not (follows and event.is_intact):
            problem = self._wrong_place(event) or _wrong_content(event)
            if problem is not None:
                return problem
        self._sequence = event.sequence
        self._hash = event.hash
        return None

    def _wrong_place(self, event: StoredEvent) -> str | None:
        expected = self._sequence + 1
        if event.sequence < expected:
            return f"it stands again after event {self._sequence}"
        if event.sequence > expected:
            if self._has_gaps:
                return None
            missing = f"event {expected} is"
            if event.sequence - 1 > expected:
                missing = f"events {expected} to {event.sequence - 1} are"
            return f"{missing} missing before it"
        if self._hash and event.previous_hash != self._hash:
            return "it does not follow the event before it: one of the two was changed"
        return None


def _wrong_content(event: StoredEvent) -> str | None:
    if not event.is_intact:
        return "its content is not what was recorded: its hash is another one"
    if event.sequence == 1:
        return _wrong_beginning(event)
    return None


def _wrong_beginning(event: StoredEvent) -> str | None:
    """The first event adopts the protocol whose hash it follows."""
    if event.kind != EventKind.PROTOCOL_ADOPTED.value:
        return "the first event does not adopt a protocol"
    try:
        adopted = json.loads(event.payload)["sha256"]
    except (ValueError, TypeError, KeyError):
        adopted = None
    if adopted != event.previous_hash:
        return "the first event does not follow the hash of its protocol"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVerdict:
    """What a check of a chain found."""

    head: Head
    """The last event that fits."""
    broken_sequence: int | None = None
    """The first event that does not fit; None when all do."""
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every event fits."""
        return self.broken_sequence is None


def verify_chain(events: Iterable[Event], *, has_gaps: bool = False) -> ChainVerdict:
    """Check events from the first one on; stops at the first that does not fit."""
    return verify_stored((stored_of(event) for event in events), has_gaps=has_gaps)


def verify_stored(events: Iterable[StoredEvent], *, has_gaps: bool = False) -> ChainVerdict:
    """verify_chain for events as they are kept."""
    check = ChainCheck(has_gaps=has_gaps)
    for event in events:
        problem = check.problem_with(event)
        if problem is not None:
            return ChainVerdict(head=check.head, broken_sequence=event.sequence, problem=problem)
    return ChainVerdict(head=check.head)
