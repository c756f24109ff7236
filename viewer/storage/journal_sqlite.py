"""A journal in one SQLite file, durable at every commit."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from viewer.storage.drive_kind import is_network_drive
from viewer.storage.journal_store import Newest
from viewer.storage.journal_tables import EVENT, METADATA
from viewer.storage.journal_words import database_problem, not_writable
from viewer.storage.sync_folder import sync_folder
from viewer.study.errors import JournalError

BUSY_TIMEOUT_MS = 5000

_TRIGGERS = (
    """CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
    """CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'events are never removed'); END""",
    # INSERT OR REPLACE removes a row without asking the trigger on DELETE.
    """CREATE TRIGGER event_has_its_place BEFORE INSERT ON event
    WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM event)
      OR NEW.previous_hash <> coalesce(
        (SELECT hash FROM event ORDER BY sequence DESC LIMIT 1), NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'an event follows the newest one'); END""",
    """CREATE TRIGGER submission_is_never_changed BEFORE UPDATE ON client_submission
    BEGIN SELECT RAISE(ABORT, 'submissions are never changed'); END""",
    """CREATE TRIGGER submission_is_never_removed BEFORE DELETE ON client_submission
    BEGIN SELECT RAISE(ABORT, 'submissions are never removed'); END""",
    """CREATE TRIGGER submission_is_new BEFORE INSERT ON client_submission
    WHEN EXISTS (SELECT 1 FROM client_submission
      WHERE client_uuid = NEW.client_uuid OR sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'a submission is made once'); END""",
)


class SqliteStore:
    """The database file of a study.

    On a local drive: write-ahead log, synced at every commit. On a network drive, where the
    shared memory of that log does not hold: a rollback journal, synced with its folder.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._read_only = read_only
        self._identity: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self._path)

    def connect(self) -> Connection:
        """A connection with every setting that durability needs; raises JournalError."""
        if self._read_only and not self._path.is_file():
            raise JournalError(f"{self._path} is not there", "check the study's folder")
        try:
            connection = self._engine().connect()
            self._prepare(connection)
        except DBAPIError as error:
            raise self.said(error) from error
        self._remember_place()
        return connection

    def begin_writing(self, connection: Connection) -> None:
        """Begin, with the one write lock of the file taken."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def has_schema(self, connection: Connection) -> bool:
        """Whether the event table is there."""
        return inspect(connection).has_table(EVENT.name)

    def no_schema(self) -> JournalError:
        """The file is there, but no study was begun in it."""
        return JournalError(f"{self._path} holds no study yet", "begin reading, then try again")

    def create_schema(self, connection: Connection) -> None:
        """Make the tables and triggers."""
        METADATA.create_all(connection)
        for trigger in _TRIGGERS:
            connection.exec_driver_sql(trigger)
        sync_folder(self._path.parent)

    def sees_everything(self, connection: Connection) -> bool:
        """A file has no users."""
        return True

    def newest(self, connection: Connection) -> Newest:
        """The newest event."""
        query = select(EVENT.c.sequence, EVENT.c.hash, EVENT.c.utc)
        row = connection.execute(query.order_by(EVENT.c.sequence.desc()).limit(1)).first()
        return Newest(0, "", "") if row is None else Newest(row.sequence, row.hash, row.utc)

    def check_quickly(self, connection: Connection) -> None:
        """SQLite's quick_check: every page, without comparing indexes."""
        self._check(connection, "PRAGMA quick_check(1)")

    def check_in_full(self, connection: Connection) -> None:
        """SQLite's integrity_check."""
        self._check(connection, "PRAGMA integrity_check(1)")

    def check_place(self) -> None:
        """Raise JournalError when the file was moved, removed or replaced since it was opened.

        The system would keep writing into a removed file, and nobody would find it again.
        """
        if self._identity is None:
            return
        try:
            found = self._path.stat()
        except OSError as error:
            raise JournalError(
                f"{self._path} is no longer there: {error.strerror}",
                "connect the drive again or put the folder back; nothing confirmed is lost",
            ) from error
        if (found.st_dev, found.st_ino) != self._identity:
            raise JournalError(
                f"{self._path} was replaced by another file while it was open",
                "close the study and open it again",
            )

    def said(self, error: SQLAlchemyError) -> JournalError:
        """An error of SQLite in words."""
        folder = self._path.parent
        if not self._read_only and folder.is_dir() and not os.access(folder, os.W_OK):
            return not_writable(self.name)
        return database_problem(self.name, error)

    def _engine(self) -> Engine:
        path = quote(str(self._path.absolute()))
        uri = f"file:{path}?mode={'ro' if self._read_only else 'rwc'}"
        if self._read_only and self._is_quiet():
            uri += "&immutable=1"

        def open_file() -> sqlite3.Connection:
            return sqlite3.connect(
                uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False
            )

        return create_engine(
            "sqlite+pysqlite://",
            creator=open_file,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )

    def _is_quiet(self) -> bool:
        """Whether nothing waits in a log and nobody can write: a write-protected medium.

        SQLite wants to make its shared memory beside the file even to read it.
        """
        log = self._path.with_name(self._path.name + "-wal")
        waits = log.exists() and log.stat().st_size > 0
        return not waits and not os.access(self._path.parent, os.W_OK)

    def _prepare(self, connection: Connection) -> None:
        for setting in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "trusted_schema = OFF",
            "foreign_keys = ON",
            # For macOS, where fsync alone leaves data in the drive's cache; nothing elsewhere.
            "fullfsync = ON",
            "checkpoint_fullfsync = ON",
        ):
            connection.exec_driver_sql(f"PRAGMA {setting}")
        mode = "DELETE" if is_network_drive(self._path.parent) else "WAL"
        change = "" if self._read_only else f" = {mode}"
        found = connection.exec_driver_sql(f"PRAGMA journal_mode{change}").scalar()
        # A drive may refuse the log; a rollback journal is durable only if its folder is synced.
        synchronous = "FULL" if found == "wal" else "EXTRA"
        connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")

    def _check(self, connection: Connection, command: str) -> None:
        found = connection.exec_driver_sql(command).scalar()
        if found != "ok":
            raise JournalError(
                f"{self._path} is damaged: {found}",
                "move it and the files -wal and -shm beside it away; at the next opening it is "
                "made again from the second copy",
            )

    def _remember_place(self) -> None:
        found = self._path.stat()
        if self._identity is None:
            self._identity = (found.st_dev, found.st_ino)
