"""What a designer sets up on a PostgreSQL server: tables, triggers, roles and what each may do."""

from __future__ import annotations

from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import SQLAlchemyError

from viewer.storage.journal_tables import FORMAT, JOURNAL_FORMAT, METADATA
from viewer.storage.journal_words import database_problem
from viewer.storage.postgres_keys import RELEASE_FUNCTION
from viewer.storage.postgres_place import PostgresPlace
from viewer.study.errors import JournalError

_TABLES = """
CREATE TABLE reader_login (login name PRIMARY KEY, reader_id text NOT NULL);
CREATE TABLE sealed_key (item text PRIMARY KEY, key text NOT NULL);
"""

_FUNCTIONS = """
CREATE FUNCTION own_reader() RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
  AS $$ SELECT reader_id FROM reader_login WHERE login = session_user $$;

CREATE FUNCTION newest_event() RETURNS TABLE (sequence integer, hash text, utc text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
  AS $$ SELECT sequence, hash, utc FROM event ORDER BY sequence DESC LIMIT 1 $$;

CREATE FUNCTION sees_everything() RETURNS boolean
  LANGUAGE sql STABLE SET search_path = {schema}, pg_temp
  AS $$ SELECT NOT row_security_active('event')
    OR pg_has_role(session_user, '{designers}', 'member')
    OR pg_has_role(session_user, '{analysts}', 'member') $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$;

CREATE FUNCTION check_place() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp
  AS $$
  DECLARE newest record;
  BEGIN
    SELECT sequence, hash INTO newest FROM event ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(newest.sequence, 0) + 1
      OR NEW.previous_hash <> coalesce(newest.hash, NEW.previous_hash) THEN
      RAISE EXCEPTION 'an event follows the newest one';
    END IF;
    RETURN NEW;
  END $$;
"""

_TRIGGERS = """
CREATE TRIGGER event_is_never_changed BEFORE UPDATE OR DELETE ON event
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_has_its_place BEFORE INSERT ON event
  FOR EACH ROW EXECUTE FUNCTION check_place();
CREATE TRIGGER submission_is_never_changed BEFORE UPDATE OR DELETE ON client_submission
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER submission_is_never_emptied BEFORE TRUNCATE ON client_submission
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

_RIGHTS = """
GRANT USAGE ON SCHEMA {schema} TO {readers}, {designers}, {analysts};
GRANT SELECT ON journal_format TO {readers}, {designers}, {analysts};
GRANT SELECT, INSERT ON event, client_submission TO {readers}, {designers}, {analysts};
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO {readers};
GRANT SELECT, INSERT, UPDATE, DELETE ON sealed_key TO {designers};
GRANT SELECT ON sealed_key TO {analysts};

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft ENABLE ROW LEVEL SECURITY;

CREATE POLICY seen_by_readers ON event FOR SELECT TO {readers} USING (
  actor IN ((SELECT own_reader()), 'program')
  OR payload::json ->> 'reader_id' = (SELECT own_reader()));
CREATE POLICY written_by_readers ON event FOR INSERT TO {readers} WITH CHECK (
  (actor = own_reader() AND kind NOT IN ('protocol_adopted', 'reading_excluded'))
  OR (actor = 'program' AND kind IN ('clock_went_back', 'repaired')));

CREATE POLICY seen_by_designers ON event FOR SELECT TO {designers} USING (true);
CREATE POLICY written_by_designers ON event FOR INSERT TO {designers}
  WITH CHECK (actor IN ('designer', 'program'));

CREATE POLICY seen_by_analysts ON event FOR SELECT TO {analysts} USING (true);
CREATE POLICY written_by_analysts ON event FOR INSERT TO {analysts} WITH CHECK (
  actor = 'analyst' OR (actor = 'program' AND kind IN ('clock_went_back', 'repaired')));

CREATE POLICY own_drafts ON draft TO {readers}
  USING (reader_id = own_reader()) WITH CHECK (reader_id = own_reader());
"""


def create_study_schema(
    connection: Connection, place: PostgresPlace, study_id: str, app_version: str
) -> bool:
    """Make a study's schema, tables, triggers and roles in one transaction.

    Returns False when it was there already. Raises JournalError.
    """
    connection.exec_driver_sql("BEGIN")
    try:
        exists = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
        if connection.execute(exists, {"schema": place.schema}).first() is not None:
            connection.exec_driver_sql("ROLLBACK")
            return False
        for role in (place.readers, place.designers, place.analysts):
            _make_role(connection, role, can_log_in=False)
        connection.exec_driver_sql(f"CREATE SCHEMA {place.schema}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {place.schema}")
        METADATA.create_all(connection, checkfirst=False)
        values = {"format": FORMAT, "study_id": study_id, "app_version": app_version}
        connection.execute(insert(JOURNAL_FORMAT), values)
        for statements in (_TABLES, _FUNCTIONS, RELEASE_FUNCTION, _TRIGGERS, _RIGHTS):
            connection.exec_driver_sql(_filled(statements, place))
        connection.exec_driver_sql("COMMIT")
    except SQLAlchemyError as error:
        connection.exec_driver_sql("ROLLBACK")
        raise database_problem(place.name, error) from error
    return True


def add_reader_login(
    connection: Connection, place: PostgresPlace, *, reader_id: str, login: str
) -> bool:
    """Let a login read as this reader, making the login, without a password, where it is absent.

    Returns whether the login was made. Raises JournalError, also when it is another reader's.
    """
    try:
        known = text(f"SELECT reader_id FROM {place.schema}.reader_login WHERE login = :login")
        before = connection.execute(known, {"login": login}).scalar()
        if before not in (None, reader_id):
            raise JournalError(
                f"the login {login} is that of reader {before}", "give each reader its own login"
            )
        is_new = _make_role(connection, login, can_log_in=True)
        connection.exec_driver_sql(f"GRANT {place.readers} TO {_quoted(login)}")
        if before is None:
            connection.execute(
                text(f"INSERT INTO {place.schema}.reader_login VALUES (:login, :reader)"),
                {"login": login, "reader": reader_id},
            )
    except SQLAlchemyError as error:
        raise database_problem(place.name, error) from error
    return is_new


def add_member(connection: Connection, place: PostgresPlace, *, role: str, login: str) -> bool:
    """Make a login a designer or an analyst; returns whether the login was made.

    role: place.designers or place.analysts. Raises JournalError.
    """
    try:
        is_new = _make_role(connection, login, can_log_in=True)
        connection.exec_driver_sql(f"GRANT {role} TO {_quoted(login)}")
    except SQLAlchemyError as error:
        raise database_problem(place.name, error) from error
    return is_new


def _make_role(connection: Connection, role: str, *, can_log_in: bool) -> bool:
    found = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if connection.execute(found, {"role": role}).first() is not None:
        return False
    kind = "LOGIN" if can_log_in else "NOLOGIN"
    connection.exec_driver_sql(f"CREATE ROLE {_quoted(role)} {kind}")
    return True


def _quoted(name: str) -> str:
    """A name as an SQL identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _filled(statements: str, place: PostgresPlace) -> str:
    """The statements with the study's names, which are letters, digits and underscores only."""
    return statements.format(
        schema=place.schema,
        readers=place.readers,
        designers=place.designers,
        analysts=place.analysts,
    )
