"""The two copies of a journal brought to agree: the shorter is completed from the longer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_words import drive_problem
from viewer.storage.second_copy import SecondCopy, Tail
from viewer.study.chain import ChainCheck
from viewer.study.errors import JournalError, KeptInOneCopy
from viewer.study.event import EventKind
from viewer.study.journal import Head
from viewer.study.stored_event import StoredEvent

log = logging.getLogger(__name__)

_KEEP_BOTH = "keep both files and compare them: tomolens study verify"


@dataclass(frozen=True, slots=True)
class JournalCopies:
    """A database and the lines beside it.

    The caller holds the second copy's lock while it calls these methods.
    """

    database: JournalDatabase
    second: SecondCopy
    has_gaps: bool
    """This user sees only a part of the events; its second copy holds that part."""

    def extend_second(self) -> str | None:
        """Write what the second copy lacks; says what was damaged there, or None.

        Raises KeptInOneCopy when it cannot be written, JournalError when it contradicts.
        """
        try:
            tail = self.second.tail()
            self._check_agreement(tail)
            if tail.damaged_bytes:
                self.second.cut()
            missing = list(self.database.records(after=tail.head.sequence))
            if missing or not self.second.path.exists():
                self.second.append(missing)
        except OSError as error:
            raise self.one_copy(error) from error
        if not tail.damaged_bytes:
            return None
        log.warning("second copy repaired damaged_bytes=%d", tail.damaged_bytes)
        return (
            f"the second copy ended in {tail.damaged_bytes} damaged bytes after event "
            f"{tail.head.sequence}; they were cut and the events written again"
        )

    def reconcile(self, protocol_sha256: str) -> list[str]:
        """Complete the shorter copy from the longer; says what was put right.

        protocol_sha256: the study's protocol now; a journal that is gone is restored only when
        the second copy knows it. Raises JournalError when the copies contradict each other.
        """
        said: list[str] = []
        restored = self._extend_database(protocol_sha256)
        if restored is not None:
            said.append(restored)
        damaged = self.extend_second()
        if damaged is not None:
            said.append(damaged)
        return said

    def one_copy(self, error: OSError) -> KeptInOneCopy:
        """That the second copy cannot be written, in words."""
        reason, hint = drive_problem(error)
        return KeptInOneCopy(
            f"kept in one copy only: the second copy {self.second.path} cannot be written: "
            f"{reason}",
            f"{hint}, then save again",
        )

    def _extend_database(self, protocol_sha256: str) -> str | None:
        try:
            tail = self.second.tail()
        except OSError as error:
            raise self.one_copy(error) from error
        newest = self.database.newest()
        if tail.head.sequence <= newest.sequence:
            return None
        missing = self._missing_in_database(Head(newest.sequence, newest.hash), tail)
        if newest.sequence == 0:
            self._check_same_study(missing, protocol_sha256)
        with self.database.writing() as connection:
            # Another window may have put them back meanwhile.
            present = self.database.newest(connection).sequence
            self.database.add(connection, [r for r in missing if r.sequence > present])
        first, last = missing[0].sequence, missing[-1].sequence
        log.warning("journal repaired first=%d last=%d", first, last)
        which = f"event {first}" if first == last else f"events {first} to {last}"
        return f"the journal lacked {which}; put back from the second copy"

    def _missing_in_database(self, newest: Head, tail: Tail) -> Sequence[StoredEvent]:
        """The second copy's events after the database's newest; raises JournalError."""
        missing: list[StoredEvent] = []
        check = ChainCheck(after=newest)
        for record in self._second_records():
            if record.sequence == newest.sequence and record.hash != newest.hash:
                raise self._contradiction(record.sequence)
            if record.sequence > newest.sequence:
                problem = check.problem_with(record)
                if problem is not None:
                    raise JournalError(
                        f"{self.database.name} ends with event {newest.sequence}, the second "
                        f"copy {self.second.path} with event {tail.head.sequence}, and event "
                        f"{record.sequence} there cannot be put back: {problem}",
                        "keep both files; restore the journal from a newer backup",
                    )
                missing.append(record)
            if record.sequence == tail.head.sequence:
                break
        return missing

    def _second_records(self) -> Iterator[StoredEvent]:
        try:
            yield from self.second.records()
        except OSError as error:
            raise self.one_copy(error) from error
        except ValueError as error:
            raise JournalError(
                f"the second copy {self.second.path} is longer than the journal, but {error}",
                _KEEP_BOTH,
            ) from error

    def _check_agreement(self, tail: Tail) -> None:
        """The last event of the second copy must be the database's event of that number."""
        if tail.head.sequence == 0:
            return
        record = self.database.record(tail.head.sequence)
        if record is None or record.hash != tail.head.hash:
            raise self._contradiction(self._first_difference(tail))

    def _first_difference(self, tail: Tail) -> int:
        for record in self._second_records():
            kept = self.database.record(record.sequence)
            if kept is None or kept.hash != record.hash:
                return record.sequence
        return tail.head.sequence

    def _contradiction(self, sequence: int) -> JournalError:
        return JournalError(
            f"the two copies of the study contradict each other from event {sequence} on: "
            f"{self.database.name} and {self.second.path}",
            f"{_KEEP_BOTH}; move the wrong one away and open the study again",
        )

    def _check_same_study(self, records: Sequence[StoredEvent], protocol_sha256: str) -> None:
        """A journal that is gone is not made again from the copy of another study."""
        known = {
            record.event().payload.get("sha256")
            for record in records
            if record.kind == EventKind.PROTOCOL_ADOPTED.value
        }
        if protocol_sha256 not in known:
            raise JournalError(
                f"{self.database.name} holds no events, but the second copy {self.second.path} "
                f"holds {len(records)} under another protocol",
                f"if the study was begun anew, move {self.second.path} away; else put the "
                "earlier study.toml back",
            )
