"""A study proved whole, or the first event that is not: database, chain, second copy, sense."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import journal_store, second_copy_file
from viewer.storage.journal_words import drive_problem
from viewer.storage.places import Places, places
from viewer.storage.second_copy import SecondCopy
from viewer.storage.study_folder import StudyFolder
from viewer.study.chain import ChainVerdict, verify_stored
from viewer.study.check_events import EventProblem, problems_of_events
from viewer.study.check_versions import problems_of_versions
from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind
from viewer.study.journal import Head
from viewer.study.protocol import Protocol
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.stored_event import StoredEvent, stored_from_line

_NOT_READ = Head(0, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyVerdict:
    """What a check of a whole study found."""

    journal: str
    """Where the events are kept."""
    head: Head = _NOT_READ
    """The last event that fits the chain."""
    answers: int = 0
    protocol_versions: int = 0
    second_copy: str = ""
    """Where the second copy is."""
    problems: tuple[str, ...] = ()
    """What is wrong, the first broken event first; empty when the study is whole."""
    remarks: tuple[str, ...] = ()
    """What is as it may be, but should be known."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify_study(
    folder: StudyFolder,
    protocol: Protocol,
    *,
    where: Places | None = None,
    reader_id: str = "",
    needs_second_copy: bool = True,
) -> StudyVerdict:
    """Check everything that can be checked, without changing anything.

    reader_id: on a server, whose part of the study is checked, where not all of it is visible.
    needs_second_copy: whether its absence is a problem; on a workstation where nobody read it is
    not.
    """
    store = journal_store(folder, protocol, reader_id=reader_id, read_only=True)
    database = JournalDatabase(store)
    second = SecondCopy(
        second_copy_file(folder, protocol, where or places(os.environ), reader_id=reader_id)
    )
    try:
        database.prepare(protocol.study_id, "", read_only=True)
        database.check_in_full()
        records = list(database.records())
        has_gaps = not database.sees_everything()
    except JournalError as error:
        return StudyVerdict(
            journal=database.name, second_copy=str(second.path), problems=(str(error),)
        )
    finally:
        database.close()
    return _verdict(database.name, records, second, protocol, has_gaps, needs_second_copy)


def _verdict(
    name: str,
    records: list[StoredEvent],
    second: SecondCopy,
    protocol: Protocol,
    has_gaps: bool,
    needs_second_copy: bool,
) -> StudyVerdict:
    chain = verify_stored(records, has_gaps=has_gaps)
    events = list(_understood(records))
    found = [*problems_of_events(events), *problems_of_versions(events)]
    found += _unread(records, events)
    problems = [*_chain_problems(chain)]
    problems += [
        f"event {problem.sequence}: {problem.problem}"
        for problem in sorted(found, key=lambda problem: problem.sequence)
    ]
    remarks = [_about_gaps()] if has_gaps else []
    remarks += _about_protocol(events, protocol)
    copy_problem, copy_remark = _compare(records, second, needs_second_copy)
    return StudyVerdict(
        journal=name,
        head=chain.head,
        answers=sum(event.kind is EventKind.ANSWER_SUBMITTED for event in events),
        protocol_versions=sum(event.kind is EventKind.PROTOCOL_ADOPTED for event in events),
        second_copy=str(second.path),
        problems=(*problems, *copy_problem),
        remarks=(*remarks, *copy_remark),
    )


def _chain_problems(chain: ChainVerdict) -> Iterator[str]:
    if chain.broken_sequence is not None:
        yield f"the chain breaks at event {chain.broken_sequence}: {chain.problem}"
    elif chain.head.sequence == 0:
        yield "there is no event"


def _understood(records: list[StoredEvent]) -> Iterator[Event]:
    """The events up to the first that this version cannot understand."""
    for record in records:
        try:
            yield record.event()
        except JournalError:
            return


def _unread(records: list[StoredEvent], events: list[Event]) -> Iterator[EventProblem]:
    if len(events) < len(records):
        record = records[len(events)]
        try:
            record.event()
        except JournalError as error:
            yield EventProblem(record.sequence, str(error))


def _about_gaps() -> str:
    return "only the events this user may see were checked; a designer can check all"


def _about_protocol(events: list[Event], protocol: Protocol) -> Iterator[str]:
    adopted = [event for event in events if event.kind is EventKind.PROTOCOL_ADOPTED]
    if adopted and adopted[-1].payload.get("sha256") != protocol_sha256(protocol):
        yield "study.toml was changed since; this protocol has not been adopted"


def _compare(
    records: list[StoredEvent], second: SecondCopy, needs_second_copy: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Problems and remarks about the second copy, which must say the same line by line."""
    try:
        content = second.path.read_bytes()
    except FileNotFoundError:
        said = f"there is no second copy: {second.path}"
        return ((said,), ()) if needs_second_copy else ((), (said,))
    except OSError as error:
        return (f"the second copy {second.path}: {drive_problem(error)[0]}",), ()
    lines = content.splitlines(keepends=True)
    for number, (record, line) in enumerate(zip_longest(records, lines), start=1):
        if line is None:
            last = records[-1].sequence
            return (), (
                f"the second copy ends before event {record.sequence} of {last}; it is completed "
                "at the next opening",
            )
        if record is None:
            return (f"{_said_of(line, number)}, which the journal lacks",), ()
        if line != record.line.encode("utf-8", "surrogatepass"):
            return (f"{_said_of(line, number)}, and the journal another one",), ()
    return (), ()


def _said_of(line: bytes, number: int) -> str:
    try:
        record = stored_from_line(line)
    except ValueError:
        return f"line {number} of the second copy is damaged"
    damaged = "" if record.is_intact else " that was changed"
    return f"line {number} of the second copy holds event {record.sequence}{damaged}"
