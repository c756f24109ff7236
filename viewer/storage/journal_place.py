"""Where a study's events are kept, and where their second copy."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from viewer.storage.journal_sqlite import SqliteStore
from viewer.storage.journal_store import JournalStore
from viewer.storage.places import Places
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol import Protocol

Role = Literal["reader", "designer", "analyst"]


def journal_store(
    folder: StudyFolder,
    protocol: Protocol,
    *,
    reader_id: str = "",
    read_only: bool = False,
) -> JournalStore:
    """The database of a study; nothing is opened yet.

    Raises JournalError when the protocol's database is no URL of a PostgreSQL server.
    """
    if protocol.database:
        # Only studies on a server need its driver.
        from viewer.storage.journal_postgres import PostgresStore
        from viewer.storage.postgres_place import PostgresPlace

        place = PostgresPlace.of(protocol.database, protocol.study_id)
        return PostgresStore(place, reader_id=reader_id, takes_window=not read_only)
    return SqliteStore(folder.journal_file, read_only=read_only)


def second_copy_file(
    folder: StudyFolder, protocol: Protocol, where: Places, *, reader_id: str = ""
) -> Path:
    """The second copy's file.

    On a server a reader sees only its own events, so each reader's copy is a file of its own.
    """
    name = protocol.study_id
    if protocol.database and reader_id:
        name += f".{reader_id}"
    return folder.second_copy(protocol, where) / f"{name}.jsonl"
