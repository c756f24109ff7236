"""The journal of a study, kept twice: in a database and as lines in another folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import Connection

from viewer.storage.clock import Clock, behind, utc_text
from viewer.storage.journal_copies import JournalCopies
from viewer.storage.journal_store import Newest
from viewer.study.chain import ChainCheck
from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind, Json, NewEvent, canonical
from viewer.study.journal import Head
from viewer.study.planned_reading import ReadingKey
from viewer.study.stored_event import StoredEvent, content_hash

PROGRAM = "program"

_SKEW = timedelta(seconds=1)
"""By how much workstations' clocks may differ before one counts as set back."""


class KeptJournal:
    """Events, each durable in both copies before append returns.

    The order of an append: the second copy's lock is taken; the event is committed to the
    database (synced by it); every event the second copy lacks is written there and synced; only
    then append returns. So a crash at any moment leaves at most the newest events in one copy,
    and the next opening completes the other.

    When the database cannot commit, nothing is kept and JournalError says so. When the second
    copy cannot be written, the event is kept in the database and KeptInOneCopy is raised: the
    caller does not show it as saved and appends again with the same client_uuid, which adds
    nothing and tries the second copy again. Later appends do the same for all that is missing.

    Drafts are kept in the database only. Safe to use from several threads.
    """

    def __init__(
        self,
        copies: JournalCopies,
        *,
        clock: Clock,
        genesis: str,
        read_only: bool = False,
        held: ExitStack | None = None,
    ) -> None:
        """Store the parts; open_journal makes them.

        genesis: the hash the first event follows. held: what to let go of at the end.
        """
        self._copies = copies
        self._database = copies.database
        self._clock = clock
        self._genesis = genesis
        self._read_only = read_only
        self._held = held or ExitStack()
        self._mutex = threading.RLock()
        self._newest_is_own = False

    @property
    def name(self) -> str:
        """Where the events are kept, for messages."""
        return self._database.name

    @property
    def has_gaps(self) -> bool:
        """Whether events of other readers are hidden from this user."""
        return self._copies.has_gaps

    def append(self, event: NewEvent, *, client_uuid: str | None = None) -> Event:
        """Add an event; when this returns, it is durable in both copies.

        client_uuid: a second append with the same one adds nothing and returns the first event.
        Raises KeptInOneCopy or another JournalError as the class says.
        """
        self._refuse_if_read_only()
        with self._mutex, self._copies.second.held() as problem:
            damage = self._damage_of_second(problem)
            with self._database.writing() as connection:
                record = self._earlier(connection, client_uuid)
                if record is None:
                    record = self._add(connection, event, client_uuid, damage)
            if problem is not None:
                raise self._copies.one_copy(problem) from problem
            self._copies.extend_second()
            return record.event()

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """The events with a higher sequence, in order, each checked against the chain."""
        check = ChainCheck(after=self._place(after), has_gaps=self.has_gaps)
        for record in self._database.records(after=after):
            problem = check.problem_with(record)
            if problem is not None:
                raise JournalError(
                    f"the journal is broken at event {record.sequence}: {problem}",
                    "tomolens study verify names what is whole",
                )
            yield record.event()

    def head(self) -> Head:
        """The newest event; sequence 0 and the protocol's hash when there is none."""
        newest = self._database.newest()
        return Head(newest.sequence, newest.hash if newest.sequence else self._genesis)

    def save_draft(self, key: ReadingKey, draft: Mapping[str, Json]) -> None:
        """Keep the state of an unfinished form, replacing the one before."""
        self._refuse_if_read_only()
        self._database.save_draft(key, utc_text(self._clock.utc()), canonical(draft))

    def draft(self, key: ReadingKey) -> dict[str, Json] | None:
        """The form as it was left; None when there is none."""
        body = self._database.draft(key)
        if body is None:
            return None
        draft = json.loads(body)
        if not isinstance(draft, dict):
            raise JournalError(f"the draft of reading {key.order_index} is damaged")
        return draft

    def forget_draft(self, key: ReadingKey) -> None:
        """Remove a draft, once its answer is locked."""
        self._refuse_if_read_only()
        self._database.forget_draft(key)

    def complete_second_copy(self) -> None:
        """Write what the second copy lacks, if anything; raises KeptInOneCopy while it cannot."""
        self._refuse_if_read_only()
        with self._mutex, self._copies.second.held() as problem:
            if problem is not None:
                raise self._copies.one_copy(problem) from problem
            self._copies.extend_second()

    def close(self) -> None:
        """Release files and connections."""
        with self._mutex:
            self._database.close()
            self._held.close()

    def _refuse_if_read_only(self) -> None:
        if self._read_only:
            raise JournalError(
                f"{self.name} was opened to be read only", "open the study for reading cases"
            )

    def _damage_of_second(self, problem: OSError | None) -> str | None:
        """Complete the second copy before it is written; what fails is told after the commit."""
        if problem is not None:
            return None
        try:
            return self._copies.extend_second()
        except JournalError:
            return None

    def _earlier(self, connection: Connection, client_uuid: str | None) -> StoredEvent | None:
        if client_uuid is None:
            return None
        return self._database.submission(connection, client_uuid)

    def _add(
        self, connection: Connection, event: NewEvent, client_uuid: str | None, damage: str | None
    ) -> StoredEvent:
        newest = self._database.newest(connection)
        before = [*self._about_clock(event, newest), *_about_damage(event, damage)]
        records: list[StoredEvent] = []
        for new in (*before, event):
            previous = records[-1] if records else newest
            uuid = client_uuid if new is event else None
            records.append(self._placed(new, previous, uuid))
        self._database.add(connection, records)
        self._newest_is_own = True
        return records[-1]

    def _about_clock(self, event: NewEvent, newest: Newest) -> list[NewEvent]:
        """An event of its own when the wall clock was set back."""
        if newest.sequence == 0:
            return []
        late = behind(self._clock.utc(), newest.utc)
        if late <= (timedelta(0) if self._newest_is_own else _SKEW):
            return []
        by_ms = max(1, round(late / timedelta(milliseconds=1)))
        return [by_program(EventKind.CLOCK_WENT_BACK, event.session_id, {"by_ms": by_ms})]

    def _placed(
        self, event: NewEvent, previous: StoredEvent | Newest, client_uuid: str | None
    ) -> StoredEvent:
        record = StoredEvent(
            sequence=previous.sequence + 1,
            utc=utc_text(self._clock.utc()),
            monotonic_ns=self._clock.monotonic_ns(),
            kind=event.kind.value,
            actor=event.actor,
            session_id=event.session_id,
            payload=canonical(event.payload),
            previous_hash=previous.hash if previous.sequence else self._genesis,
            hash="",
            client_uuid=client_uuid,
        )
        return record._replace(hash=content_hash(record.previous_hash, record.content))

    def _place(self, after: int) -> Head:
        if after == 0:
            return Head(0, "")
        record = self._database.record(after)
        # An event of another reader cannot be seen; its place is known, its hash is not.
        return Head(after, "" if record is None else record.hash)


def by_program(kind: EventKind, session_id: str, payload: Mapping[str, Json]) -> NewEvent:
    """An event that no person made."""
    return NewEvent(kind=kind, actor=PROGRAM, session_id=session_id, payload=payload)


def _about_damage(event: NewEvent, damage: str | None) -> list[NewEvent]:
    if damage is None:
        return []
    return [by_program(EventKind.REPAIRED, event.session_id, {"what": damage})]
