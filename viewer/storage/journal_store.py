"""What differs between the databases a journal may be kept in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from viewer.study.errors import JournalError


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest event; sequence 0 and empty texts when there is none."""

    sequence: int
    hash: str
    utc: str


class JournalStore(Protocol):
    """SQLite in the study's folder, or a PostgreSQL server."""

    @property
    def name(self) -> str:
        """Where the events are kept, for messages: a path, or a URL without a password."""

    def connect(self) -> Connection:
        """A new connection in autocommit mode, made durable; transactions are begun by hand."""

    def begin_writing(self, connection: Connection) -> None:
        """Begin a transaction that no other writer can come between."""

    def has_schema(self, connection: Connection) -> bool:
        """Whether the tables of the study are there."""

    def no_schema(self) -> JournalError:
        """That the tables of the study are not there, in words."""

    def create_schema(self, connection: Connection) -> None:
        """Make the tables and the triggers that forbid changes, within a transaction."""

    def sees_everything(self, connection: Connection) -> bool:
        """Whether this user may see the events of all readers."""

    def newest(self, connection: Connection) -> Newest:
        """The newest event of all, also where this user may not see it."""

    def check_quickly(self, connection: Connection) -> None:
        """Look for damage, in a fraction of a second; raises JournalError."""

    def check_in_full(self, connection: Connection) -> None:
        """Look for damage everywhere; raises JournalError."""

    def check_place(self) -> None:
        """Raise JournalError when the database is no longer where it was opened."""

    def said(self, error: SQLAlchemyError) -> JournalError:
        """An error of the database in words."""
