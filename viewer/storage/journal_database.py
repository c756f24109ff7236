"""The tables of a journal read and written: one code for SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Delete, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from viewer.storage.journal_store import JournalStore, Newest
from viewer.storage.journal_tables import CLIENT_SUBMISSION, DRAFT, EVENT, FORMAT, JOURNAL_FORMAT
from viewer.study.errors import JournalError
from viewer.study.event import EventKind
from viewer.study.planned_reading import ReadingKey
from viewer.study.stored_event import StoredEvent

_PAGE = 5000

_EVENTS = select(EVENT, CLIENT_SUBMISSION.c.client_uuid).select_from(
    EVENT.outerjoin(CLIENT_SUBMISSION, EVENT.c.sequence == CLIENT_SUBMISSION.c.sequence)
)


class JournalDatabase:
    """One connection to a journal's tables; safe from several threads, one at a time.

    Every method raises JournalError in words. After an error the connection is given up and the
    next use makes a new one, so that a network that comes back is found again.
    """

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._mutex = threading.RLock()
        self._connection: Connection | None = None

    @property
    def name(self) -> str:
        """Where the events are kept, for messages."""
        return self._store.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; each statement sees the newest state."""
        with self._mutex, self._errors_said():
            yield self._connected()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends; nothing of it is kept on an error."""
        with self._mutex, self._errors_said():
            self._store.check_place()
            connection = self._connected()
            self._store.begin_writing(connection)
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                # The database may have undone it already, and may be gone.
                with suppress(SQLAlchemyError):
                    connection.exec_driver_sql("ROLLBACK")
                raise
            self._store.check_place()

    def prepare(self, study_id: str, app_version: str, *, read_only: bool) -> None:
        """Make the tables where there are none, and refuse those of another study or a newer one.

        Raises JournalError.
        """
        with self.reading() as connection:
            if not self._store.has_schema(connection):
                if read_only:
                    raise self._store.no_schema()
                self._create(study_id, app_version)
            self._check_format(connection, study_id)
            self._store.check_quickly(connection)

    def check_in_full(self) -> None:
        """Look for damage in every page; raises JournalError naming it."""
        with self.reading() as connection:
            self._store.check_in_full(connection)

    def sees_everything(self) -> bool:
        """Whether this user may see the events of all readers."""
        with self.reading() as connection:
            return self._store.sees_everything(connection)

    def newest(self, connection: Connection | None = None) -> Newest:
        """The newest event of all, within a transaction if one is given."""
        if connection is not None:
            return self._store.newest(connection)
        with self.reading() as own:
            return self._store.newest(own)

    def records(self, *, after: int = 0) -> Iterator[StoredEvent]:
        """The visible events with a higher sequence, in order."""
        while True:
            query = _EVENTS.where(EVENT.c.sequence > after).order_by(EVENT.c.sequence)
            with self.reading() as connection:
                rows = connection.execute(query.limit(_PAGE)).all()
            for row in rows:
                yield StoredEvent._make(row)
            if len(rows) < _PAGE:
                return
            after = rows[-1].sequence

    def record(self, sequence: int) -> StoredEvent | None:
        """One event; None when it is not there or not visible."""
        with self.reading() as connection:
            row = connection.execute(_EVENTS.where(EVENT.c.sequence == sequence)).one_or_none()
        return None if row is None else StoredEvent._make(row)

    def records_of(self, kind: EventKind) -> list[StoredEvent]:
        """The visible events of one kind, in order."""
        query = _EVENTS.where(EVENT.c.kind == kind.value).order_by(EVENT.c.sequence)
        with self.reading() as connection:
            return [StoredEvent._make(row) for row in connection.execute(query)]

    def has_any(self, kind: EventKind) -> bool:
        """Whether a visible event of this kind is there."""
        query = select(EVENT.c.sequence).where(EVENT.c.kind == kind.value).limit(1)
        with self.reading() as connection:
            return connection.execute(query).first() is not None

    def submission(self, connection: Connection, client_uuid: str) -> StoredEvent | None:
        """The event this submission made before, within a transaction; None when it is new."""
        query = _EVENTS.where(CLIENT_SUBMISSION.c.client_uuid == client_uuid)
        row = connection.execute(query).one_or_none()
        return None if row is None else StoredEvent._make(row)

    def add(self, connection: Connection, records: Sequence[StoredEvent]) -> None:
        """Write events in their places, within a transaction."""
        rows = [record._asdict() for record in records]
        submissions = [
            {"client_uuid": uuid, "sequence": row["sequence"]}
            for row in rows
            if (uuid := row.pop("client_uuid")) is not None
        ]
        if rows:
            connection.execute(insert(EVENT), rows)
        if submissions:
            connection.execute(insert(CLIENT_SUBMISSION), submissions)

    def save_draft(self, key: ReadingKey, utc: str, body: str) -> None:
        """Replace a draft."""
        with self.writing() as connection:
            connection.execute(_without(key))
            values = {
                "reader_id": key.reader_id,
                "session_id": key.session_id,
                "order_index": key.order_index,
                "utc": utc,
                "body": body,
            }
            connection.execute(insert(DRAFT), values)

    def draft(self, key: ReadingKey) -> str | None:
        """The text of a draft; None when there is none."""
        query = select(DRAFT.c.body).where(
            DRAFT.c.reader_id == key.reader_id,
            DRAFT.c.session_id == key.session_id,
            DRAFT.c.order_index == key.order_index,
        )
        with self.reading() as connection:
            body: str | None = connection.execute(query).scalar_one_or_none()
            return body

    def forget_draft(self, key: ReadingKey) -> None:
        """Remove a draft."""
        with self.writing() as connection:
            connection.execute(_without(key))

    def close(self) -> None:
        """Give up the connection."""
        with self._mutex:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()
                connection.engine.dispose()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._store.connect()
        return self._connection

    def _give_up(self) -> None:
        """Drop a connection that failed; whatever it says to that changes nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    @contextmanager
    def _errors_said(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            self._give_up()
            raise self._store.said(error) from error

    def _create(self, study_id: str, app_version: str) -> None:
        with self.writing() as connection:
            # Another window may have been faster between the look and the lock.
            if self._store.has_schema(connection):
                return
            self._store.create_schema(connection)
            values = {"format": FORMAT, "study_id": study_id, "app_version": app_version}
            connection.execute(insert(JOURNAL_FORMAT), values)

    def _check_format(self, connection: Connection, study_id: str) -> None:
        row = connection.execute(select(JOURNAL_FORMAT)).first()
        if row is None:
            raise JournalError(f"{self.name} does not say its format", "restore it from a backup")
        if row.format > FORMAT:
            raise JournalError(
                f"{self.name} was written by a newer version of Tomolens "
                f"({row.app_version}, format {row.format}; this version knows {FORMAT})",
                "install that version; nothing was changed",
            )
        if row.study_id != study_id:
            raise JournalError(
                f"{self.name} holds the study {row.study_id}, not {study_id}",
                "put the journal back into its own study's folder",
            )


def _without(key: ReadingKey) -> Delete:
    return delete(DRAFT).where(
        DRAFT.c.reader_id == key.reader_id,
        DRAFT.c.session_id == key.session_id,
        DRAFT.c.order_index == key.order_index,
    )
