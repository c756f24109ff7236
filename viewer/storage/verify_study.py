"""A study proved whole, or the first event that is not: database, chain, second copy, sense."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import journal_store, second_copy_file
from viewer.storage.journal_words import drive_problem
from viewer.storage.places import Places, places
from viewer.storage.second_copy import SecondCopy
from viewer.storage.study_folder import StudyFolder
from viewer.storage.verify_seals import verify_seals
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
    hint: str = ""
    """What to do where the events could not be read at all."""
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
    heads: Sequence[str] = (),
) -> StudyVerdict:
    """Check everything that can be checked, without changing anything.

    reader_id: on a server, whose part of the study is checked, where not all of it is visible.
    needs_second_copy: whether its absence is a problem; on a workstation where nobody read it is
    not. heads: hashes that were written down when a session ended.
    """
    store = journal_store(folder, protocol, reader_id=reader_id, read_only=True)
    database = JournalDatabase(store)
    second = SecondCopy(
        second_copy_file(folder, protocol, where or places(os.environ), reader_id=reader_id)
    )
    # Read first: events come to the journal first, so a study that is being read is never found
    # to lack events that its second copy has.
    content = _content_of(second)
    try:
        database.prepare(protocol.study_id, "", read_only=True)
        database.check_in_full()
        records = list(database.records())
        has_gaps = not database.sees_everything()
    except JournalError as error:
        return StudyVerdict(
            journal=database.name,
            second_copy=str(second.path),
            problems=(str(error),),
            hint=error.hint,
        )
    finally:
        database.close()
    chain = verify_stored(records, has_gaps=has_gaps)
    events = list(_understood(records))
    found = [*problems_of_events(events), *problems_of_versions(events), *_unread(records, events)]
    found.sort(key=lambda problem: problem.sequence)
    seals = verify_seals(folder, protocol, events)
    copy_problem, copy_remark = _compare(records, second, content, needs_second_copy)
    return StudyVerdict(
        journal=database.name,
        head=chain.head,
        answers=sum(event.kind is EventKind.ANSWER_SUBMITTED for event in events),
        protocol_versions=sum(event.kind is EventKind.PROTOCOL_ADOPTED for event in events),
        second_copy=str(second.path),
        problems=(
            *_chain_problems(chain),
            *(f"event {problem.sequence}: {problem.problem}" for problem in found),
            *_about_heads(records, heads),
            *copy_problem,
            *seals.problems,
        ),
        remarks=(
            *_about_gaps(has_gaps),
            *_about_protocol(events, protocol),
            *copy_remark,
            *seals.remarks,
        ),
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


def _about_heads(records: list[StoredEvent], heads: Sequence[str]) -> Iterator[str]:
    """Heads that were written down elsewhere: without them a cut-off end cannot be told."""
    known = {record.hash for record in records}
    for head in heads:
        if head.lower() not in known:
            yield f"no event has the head {head}: events were removed from the end, or changed"


def _about_gaps(has_gaps: bool) -> Iterator[str]:
    if has_gaps:
        yield "only the events this user may see were checked; a designer can check all"


def _about_protocol(events: list[Event], protocol: Protocol) -> Iterator[str]:
    adopted = [event for event in events if event.kind is EventKind.PROTOCOL_ADOPTED]
    if adopted and adopted[-1].payload.get("sha256") != protocol_sha256(protocol):
        yield "study.toml was changed since; this protocol has not been adopted"


def _content_of(second: SecondCopy) -> bytes | OSError:
    try:
        return second.path.read_bytes()
    except OSError as error:
        return error


def _compare(
    records: list[StoredEvent],
    second: SecondCopy,
    content: bytes | OSError,
    needs_second_copy: bool,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Problems and remarks about the second copy, which must say the same line by line."""
    if isinstance(content, FileNotFoundError):
        said = f"there is no second copy: {second.path}"
        return ((said,), ()) if needs_second_copy else ((), (said,))
    if isinstance(content, OSError):
        return (f"the second copy {second.path}: {drive_problem(content)[0]}",), ()
    lines = content.splitlines(keepends=True)
    for number, (record, line) in enumerate(zip_longest(records, lines), start=1):
        if line is None:
            last = records[-1].sequence
            return (), (
                f"the second copy ends before event {record.sequence} of {last}; it is completed "
                "at the next opening",
            )
        if record is None:
            return (_said_of(line, number, "which the journal lacks"),), ()
        if line != record.line.encode("utf-8", "surrogatepass"):
            return (_said_of(line, number, f"and the journal another {record.sequence}"),), ()
    return (), ()


def _said_of(line: bytes, number: int, difference: str) -> str:
    where = f"line {number} of the second copy"
    try:
        record = stored_from_line(line)
    except ValueError:
        return f"{where} is damaged"
    if not record.is_intact:
        return f"{where} was changed: event {record.sequence} no longer fits its hash"
    return f"{where} holds event {record.sequence}, {difference}"
