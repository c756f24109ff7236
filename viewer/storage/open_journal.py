"""Open the journal of a study: choose the database, complete the copies, adopt the protocol."""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib.metadata import version

from viewer.storage.adopt_protocol import adopt_protocol
from viewer.storage.clock import Clock, SystemClock
from viewer.storage.journal_copies import JournalCopies
from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import Role, journal_store, second_copy_file
from viewer.storage.journal_words import drive_problem
from viewer.storage.kept_journal import KeptJournal, by_program
from viewer.storage.places import Places, places
from viewer.storage.reader_window import hold_window
from viewer.storage.second_copy import SecondCopy
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import JournalError
from viewer.study.event import EventKind
from viewer.study.protocol import Protocol
from viewer.study.protocol_hash import protocol_sha256


def open_journal(
    folder: StudyFolder,
    protocol: Protocol,
    *,
    read_only: bool = False,
    role: Role = "reader",
    reader_id: str = "",
    where: Places | None = None,
    clock: Clock | None = None,
) -> KeptJournal:
    """The journal of a study: SQLite in its folder, or the PostgreSQL its protocol names.

    read_only: nothing is written, not even the second copy; for analyses and checks.
    role: an analyst adopts no protocol; on PostgreSQL only a designer does.
    reader_id: takes this reader's only window; a second one is refused until it is closed.
    where: the program's folders; the user's own unless given.

    Raises JournalError in words when the copies are damaged, contradict each other, cannot be
    written or belong to a newer program, and ProtocolError when the protocol was changed after
    the first answer without a new version and a reason.
    """
    clock = clock or SystemClock()
    where = where or places(os.environ)
    held = ExitStack()
    try:
        if reader_id and not read_only and not protocol.database:
            held.enter_context(hold_window(folder.path, reader_id, clock))
        store = journal_store(folder, protocol, reader_id=reader_id, read_only=read_only)
        database = JournalDatabase(store)
        held.callback(database.close)
        database.prepare(protocol.study_id, version("tomolens"), read_only=read_only)
        copies = JournalCopies(
            database=database,
            second=SecondCopy(second_copy_file(folder, protocol, where, reader_id=reader_id)),
            has_gaps=not database.sees_everything(),
        )
        genesis = protocol_sha256(protocol)
        journal = KeptJournal(copies, clock=clock, genesis=genesis, read_only=read_only, held=held)
        if not read_only:
            _complete(journal, copies, genesis)
            adopt_protocol(journal, database, protocol, role=role)
    except BaseException:
        held.close()
        raise
    return journal


def _complete(journal: KeptJournal, copies: JournalCopies, protocol_sha256: str) -> None:
    """Bring the two copies to agree, and record what had to be put right."""
    try:
        copies.second.make_folder()
    except OSError as error:
        reason, hint = drive_problem(error)
        raise JournalError(
            f"the second copy cannot be kept in {copies.second.path.parent}: {reason}", hint
        ) from error
    with copies.second.held() as problem:
        if problem is not None:
            reason, hint = drive_problem(problem)
            raise JournalError(
                f"the second copy {copies.second.path} cannot be written: {reason}", hint
            ) from problem
        repaired = copies.reconcile(protocol_sha256)
    for what in repaired:
        journal.append(by_program(EventKind.REPAIRED, "", {"what": what}))
