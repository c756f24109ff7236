"""The keys of sealed items on the study's PostgreSQL server.

Designers keep them, analysts read them. A reader cannot read the table: the server itself applies
the release rules (viewer/study/release.py) to the events it holds of that reader, and hands out
the one key that is due. A reader who writes false events gets a key, but the events stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from viewer.storage.journal_postgres import PostgresStore
from viewer.storage.key_ring import decoded_key, encoded_key
from viewer.storage.postgres_place import PostgresPlace
from viewer.study.errors import Sealed
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Protocol

REFUSED = "sealed: "
"""How the server's function begins its reasons."""

RELEASE_FUNCTION = """
CREATE FUNCTION release_key(of_session text, of_index integer, what text) RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
  AS $$
  DECLARE
    me text := own_reader();
    planned jsonb;
    kinds text[];
    locked text[];
    found text;
  BEGIN
    SELECT reading INTO planned FROM event,
        jsonb_array_elements(payload::jsonb -> 'readings') AS reading
      WHERE kind = 'order_realised' AND actor = me AND session_id = of_session
        AND (reading ->> 'order_index')::integer = of_index
      ORDER BY sequence DESC LIMIT 1;
    IF planned IS NULL THEN
      RAISE EXCEPTION 'sealed: this reading is in no list of the reader';
    END IF;
    SELECT array_agg(DISTINCT kind),
        array_agg(DISTINCT payload::jsonb ->> 'phase') FILTER (WHERE kind = 'answer_submitted')
      INTO kinds, locked FROM event
      WHERE payload::jsonb ->> 'order_index' = of_index::text
        AND ((actor = me AND session_id = of_session)
          OR (kind = 'reading_excluded' AND payload::jsonb ->> 'reader_id' = me
            AND payload::jsonb ->> 'session_id' = of_session));
    kinds := coalesce(kinds, '{{}}');
    locked := coalesce(locked, '{{}}');
    IF what NOT IN ('ai', 'truth') THEN
      RAISE EXCEPTION 'sealed: there is no such item';
    ELSIF what = 'ai' AND NOT planned -> 'phases' ? 'aided' THEN
      RAISE EXCEPTION 'sealed: this case is read without the AI';
    ELSIF what = 'truth' AND NOT (planned ->> 'training')::boolean THEN
      RAISE EXCEPTION 'sealed: the truth is shown for training cases only';
    ELSIF 'reading_excluded' = ANY (kinds) THEN
      RAISE EXCEPTION 'sealed: this reading was excluded';
    ELSIF what = 'ai' AND 'reading_finished' = ANY (kinds) THEN
      RAISE EXCEPTION 'sealed: this reading is complete';
    ELSIF NOT 'reading_opened' = ANY (kinds) THEN
      RAISE EXCEPTION 'sealed: the reading is not open';
    ELSIF what = 'ai' AND planned -> 'phases' ? 'unaided' AND NOT 'unaided' = ANY (locked) THEN
      RAISE EXCEPTION 'sealed: the answer alone is not locked yet';
    ELSIF what = 'ai' AND (planned ->> 'ai_on_request')::boolean
        AND planned -> 'phases' ? 'unaided' AND NOT 'ai_requested' = ANY (kinds) THEN
      RAISE EXCEPTION 'sealed: the AI was not asked for';
    ELSIF what = 'truth' AND NOT 'reading_finished' = ANY (kinds) AND EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(planned -> 'phases') AS phase
        WHERE NOT phase = ANY (locked)) THEN
      RAISE EXCEPTION 'sealed: the last answer is not locked yet';
    END IF;
    SELECT key INTO found FROM sealed_key WHERE item = what || '-' || (planned ->> 'case_id');
    RETURN found;
  END $$;
"""
"""For create_study_schema; needs event, sealed_key and own_reader()."""

_KEEP = """
INSERT INTO sealed_key (item, key) VALUES (:item, :key)
  ON CONFLICT (item) DO UPDATE SET key = excluded.key
"""


class PostgresKeyRing:
    """The table of keys, for designers and analysts; a KeyRing."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    @classmethod
    def of(cls, protocol: Protocol) -> PostgresKeyRing:
        """The keys of a study; raises JournalError when its database is no server."""
        return cls(PostgresStore(PostgresPlace.of(protocol.database, protocol.study_id)))

    def key(self, name: str) -> bytes | None:
        """The key of an item; None when it has none. Raises Sealed for readers, JournalError."""
        with _connected(self._store) as connection:
            query = text("SELECT key FROM sealed_key WHERE item = :item")
            found = connection.execute(query, {"item": name}).scalar()
        return None if found is None else decoded_key(str(found))

    def keep(self, name: str, key: bytes) -> None:
        """Add or replace a key; raises Sealed for readers, JournalError."""
        with _connected(self._store) as connection:
            connection.execute(text(_KEEP), {"item": name, "key": encoded_key(key)})


class ReleasedKeyRing:
    """The one key that is due in one reading, as the server decides; a KeyRing for the keeper."""

    def __init__(self, store: PostgresStore, reading: ReadingKey) -> None:
        self._store = store
        self._reading = reading

    @classmethod
    def of(cls, protocol: Protocol, reading: ReadingKey) -> ReleasedKeyRing:
        """Raises JournalError when the study's database is no server."""
        place = PostgresPlace.of(protocol.database, protocol.study_id)
        return cls(PostgresStore(place, reader_id=reading.reader_id), reading)

    def key(self, name: str) -> bytes | None:
        """The key of this reading's `ai-...` or `truth-...` item; raises Sealed, JournalError."""
        what = name.partition("-")[0]
        query = text("SELECT release_key(:session, :index, :what)")
        values = {
            "session": self._reading.session_id,
            "index": self._reading.order_index,
            "what": what,
        }
        with _connected(self._store) as connection:
            found = connection.execute(query, values).scalar()
        return None if found is None else decoded_key(str(found))

    def keep(self, name: str, key: bytes) -> None:
        """Readers keep no keys; raises Sealed."""
        raise Sealed("a reader cannot seal anything")


@contextmanager
def _connected(store: PostgresStore) -> Iterator[Connection]:
    connection = store.connect()
    try:
        yield connection
    except SQLAlchemyError as error:
        raise _said(store, error) from error
    finally:
        connection.close()


def _said(store: PostgresStore, error: SQLAlchemyError) -> Exception:
    """A refusal of the server as Sealed, everything else as JournalError."""
    original = str(error.orig).split("\n")[0] if isinstance(error, DBAPIError) else ""
    if original.startswith(REFUSED):
        return Sealed(original.removeprefix(REFUSED))
    if "permission denied" in original:
        return Sealed(
            "this user may not read the keys of the sealed items",
            "readers get what is due through the program; analysts need the analyst's role",
        )
    return store.said(error)
