"""Where on a PostgreSQL server a study lies: the server, its schema, its roles and logins."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from viewer.study.errors import JournalError

DRIVER = "postgresql+psycopg"
_HINT = 'write database = "postgresql://server/name" into study.toml'
# PostgreSQL takes 63; the roles of a study and its readers' logins are longer than its schema.
_LONGEST_SCHEMA = 40
_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A study's schema in a database; one database may hold many studies."""

    url: URL
    """Without a password: libpq takes it from PGPASSWORD or .pgpass."""
    schema: str

    @classmethod
    def of(cls, database: str, study_id: str) -> PostgresPlace:
        """The place of a study; raises JournalError when the URL is none of PostgreSQL."""
        try:
            url = make_url(database)
        except ArgumentError as error:
            raise JournalError("the protocol's database is not a URL", _HINT) from error
        if url.get_backend_name() != "postgresql":
            raise JournalError(f"{url.get_backend_name()} is not PostgreSQL", _HINT)
        if url.password is not None:
            raise JournalError(
                "the protocol's database holds a password, and everybody can read the protocol",
                "remove it; set PGPASSWORD or write a .pgpass file instead",
            )
        return cls(url.set(drivername=DRIVER), _name("study", study_id, _LONGEST_SCHEMA))

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.url.host or 'this machine'}/{self.url.database or ''} ({self.schema})"

    @property
    def readers(self) -> str:
        """The role that may add its own events and see no others'."""
        return f"{self.schema}_reader"

    @property
    def designers(self) -> str:
        """The role that sees everything and adopts protocols."""
        return f"{self.schema}_designer"

    @property
    def analysts(self) -> str:
        """The role that sees every event and may exclude readings."""
        return f"{self.schema}_analyst"

    def login_of(self, reader_id: str) -> str:
        """The login a reader has unless another one was named."""
        return _name(self.schema, reader_id, _LONGEST_NAME)

    @property
    def lock_key(self) -> int:
        """A number for the lock that keeps writers one after the other."""
        return _number(self.schema, 8)

    def window_key(self, reader_id: str) -> tuple[int, int]:
        """Two numbers for the lock of a reader's only window."""
        return _number(self.schema, 4), _number(reader_id, 4)


def _name(prefix: str, name: str, longest: int) -> str:
    """A name as SQL takes it without quotes: lower case, and shortened with a digest.

    Two spellings may become one name; the study or reader that has it is checked where it is used.
    """
    spelled = f"{prefix}_" + re.sub(r"[^a-z0-9]+", "_", name.lower())
    if len(spelled) <= longest:
        return spelled
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{spelled[: longest - 9]}_{digest}"


def _number(text: str, size: int) -> int:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:size], "big", signed=True)
