"""The tables of a journal, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, Table, Text

FORMAT = 1
"""The format this program writes; a study in a newer one is refused."""

METADATA = MetaData()

JOURNAL_FORMAT = Table(
    "journal_format",
    METADATA,
    Column("format", Integer, nullable=False),
    Column("study_id", String, nullable=False),
    Column("app_version", String, nullable=False),
)

EVENT = Table(
    "event",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("utc", String, nullable=False),
    Column("monotonic_ns", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("session_id", String, nullable=False),
    # Text, not a JSON type: PostgreSQL would write it anew and the hash would no longer fit.
    Column("payload", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

CLIENT_SUBMISSION = Table(
    "client_submission",
    METADATA,
    Column("client_uuid", String, primary_key=True),
    Column("sequence", Integer, ForeignKey("event.sequence"), nullable=False, unique=True),
)

DRAFT = Table(
    "draft",
    METADATA,
    Column("reader_id", String, primary_key=True),
    Column("session_id", String, primary_key=True),
    Column("order_index", Integer, primary_key=True, autoincrement=False),
    Column("utc", String, nullable=False),
    Column("body", Text, nullable=False),
)
