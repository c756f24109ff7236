"""A journal on a PostgreSQL server, for studies read at several workstations."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from viewer.storage.journal_store import Newest
from viewer.storage.journal_words import database_problem
from viewer.storage.postgres_place import PostgresPlace
from viewer.storage.reader_window import window_is_open
from viewer.study.errors import JournalError

_WAIT = "10s"
_WAIT_FOR_WINDOW = "2s"
_CONNECTION = {
    "connect_timeout": 10,
    # A network that is pulled out is an error within seconds, not a window that hangs.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}

_HOLDER = text(
    """
    SELECT a.application_name, a.backend_start
    FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
      AND l.classid = CAST(:first AS bigint) AND l.objid = CAST(:second AS bigint)
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
)


class PostgresStore:
    """A study's schema on a server; the server must sync its commits.

    reader_id: whose login is used where neither the URL nor PGUSER names one; empty for designers
    and analysts. takes_window: whether this reader's only window is taken with the connection.
    """

    def __init__(
        self, place: PostgresPlace, *, reader_id: str = "", takes_window: bool = False
    ) -> None:
        self._place = place
        self._reader_id = reader_id
        self._takes_window = takes_window and bool(reader_id)

    @property
    def name(self) -> str:
        """Server, database and schema."""
        return self._place.name

    def connect(self) -> Connection:
        """A connection to the study's schema; raises JournalError."""
        url = self._place.url
        if self._reader_id and url.username is None and "PGUSER" not in os.environ:
            url = url.set(username=self._place.login_of(self._reader_id))
        application = f"{socket.gethostname()}"[:63]
        try:
            engine = create_engine(
                url,
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
                connect_args={**_CONNECTION, "application_name": application},
                # Statements that fail are told to users; their values are patients' answers.
                hide_parameters=True,
            )
            connection = engine.connect()
        except ModuleNotFoundError as error:
            raise JournalError(
                "this study lies on a PostgreSQL server, and the driver for it is not installed",
                "pip install 'tomolens[postgresql]'",
            ) from error
        except (DBAPIError, ArgumentError) as error:
            raise self.said(error) from error
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def begin_writing(self, connection: Connection) -> None:
        """Begin, and wait for the writer before: events follow each other one by one."""
        connection.exec_driver_sql("BEGIN")
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": self._place.lock_key}
        )

    def has_schema(self, connection: Connection) -> bool:
        """Whether the study's event table is there and this user may see it."""
        found = connection.execute(
            text("SELECT has_table_privilege(to_regclass(:table), 'SELECT')"),
            {"table": f"{self._place.schema}.event"},
        ).scalar()
        return bool(found)

    def no_schema(self) -> JournalError:
        """Only the designer's command makes it, with its roles."""
        return JournalError(
            f"{self.name} does not hold this study, or this user may not see it",
            "the designer runs: tomolens study database STUDY",
        )

    def create_schema(self, connection: Connection) -> None:
        """Readers make none; raises JournalError."""
        raise self.no_schema()

    def sees_everything(self, connection: Connection) -> bool:
        """Whether no row of the events is hidden from this user."""
        return bool(connection.exec_driver_sql("SELECT sees_everything()").scalar())

    def newest(self, connection: Connection) -> Newest:
        """The newest event of all readers."""
        row = connection.exec_driver_sql("SELECT sequence, hash, utc FROM newest_event()").first()
        return Newest(0, "", "") if row is None else Newest(row.sequence, row.hash, row.utc)

    def check_quickly(self, connection: Connection) -> None:
        """The server looks after its own pages."""

    def check_in_full(self, connection: Connection) -> None:
        """The server looks after its own pages; the chain is proved by its hashes."""

    def check_place(self) -> None:
        """A server does not move."""

    def said(self, error: SQLAlchemyError) -> JournalError:
        """An error of the server in words."""
        return database_problem(self.name, error)

    def _prepare(self, connection: Connection) -> None:
        try:
            connection.execute(
                text("SELECT set_config('search_path', :schema, false)"),
                {"schema": self._place.schema},
            )
            connection.exec_driver_sql(f"SET lock_timeout = '{_WAIT}'")
            # Waiting for standby servers, where the server is set so, is stronger than on.
            level = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
            if level in ("off", "local"):
                connection.exec_driver_sql("SET synchronous_commit = on")
            if self._takes_window:
                self._take_window(connection)
        except DBAPIError as error:
            raise self.said(error) from error

    def _take_window(self, connection: Connection) -> None:
        first, second = self._place.window_key(self._reader_id)
        keys = {"first": first, "second": second}
        # A window that crashed holds it until the server notices, a moment later.
        connection.exec_driver_sql(f"SET lock_timeout = '{_WAIT_FOR_WINDOW}'")
        try:
            connection.execute(text("SELECT pg_advisory_lock(:first, :second)"), keys)
        except OperationalError as error:
            raise self._holder_of(connection, keys) from error
        connection.exec_driver_sql(f"SET lock_timeout = '{_WAIT}'")

    def _holder_of(self, connection: Connection, keys: Mapping[str, int]) -> JournalError:
        # The view shows the two signed keys as unsigned numbers.
        shown = {name: key & 0xFFFFFFFF for name, key in keys.items()}
        holder = connection.execute(_HOLDER, shown).first()
        where = ""
        if holder is not None and holder.backend_start is not None:
            where = f"{holder.application_name} since {holder.backend_start:%Y-%m-%dT%H:%M:%S} UTC"
        return window_is_open(self._reader_id, where)
