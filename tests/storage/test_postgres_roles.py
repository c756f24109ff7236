"""What readers, designers and analysts may do on a server, each with a login of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import in_reading, make_planned, new, order, submitted
from journal_studies import Study
from postgres_server import Server
from sqlalchemy import Connection, text
from typer.testing import CliRunner

from viewer.cli import app
from viewer.storage.journal_postgres import PostgresStore
from viewer.storage.open_journal import open_journal
from viewer.storage.places import HOME_VARIABLE
from viewer.storage.postgres_place import PostgresPlace
from viewer.storage.postgres_setup import set_up_database
from viewer.storage.verify_study import verify_study
from viewer.study.chain import verify_chain
from viewer.study.errors import JournalError
from viewer.study.event import EventKind
from viewer.study.planned_reading import ReadingKey


@pytest.fixture
def logins(server_study: Study, server: Server, monkeypatch: pytest.MonkeyPatch) -> Study:
    """The study set up with logins; its URL names no user."""
    monkeypatch.setenv("PGUSER", "tomolens")
    server_study.adopt(replace(server_study.protocol, database=server.url(user="")))
    set_up_database(
        server_study.folder,
        server_study.protocol,
        logins={"R3": "third"},
        designers=["anna"],
        analysts=["otto"],
        where=server_study.where,
    )
    monkeypatch.delenv("PGUSER")
    return server_study


@contextmanager
def connected(study: Study, user: str) -> Iterator[Connection]:
    """The study's schema as this user sees it."""
    place = PostgresPlace.of(study.protocol.database, study.protocol.study_id)
    connection = PostgresStore(replace(place, url=place.url.set(username=user))).connect()
    try:
        yield connection
    finally:
        connection.close()


def reader_login(study: Study, reader: str) -> str:
    """The login that was made for a reader."""
    place = PostgresPlace.of(study.protocol.database, study.protocol.study_id)
    return place.login_of(reader)


def test_a_reader_uses_its_own_login_and_sees_no_other_reader(logins: Study) -> None:
    one, two = logins.open(reader_id="R1"), logins.open(reader_id="R2")
    one.append(order([make_planned(0)]))
    two.append(order([make_planned(0, reader="R2")]))
    two.append(submitted(0, reader="R2"))
    one.append(submitted(0))
    assert {event.actor for event in one.events()} == {"R1", "program"}
    assert {event.actor for event in two.events()} == {"R2", "program"}
    assert one.head() == two.head()
    assert one.has_gaps
    assert verify_chain(one.events(), has_gaps=True).is_whole


def test_a_reader_s_second_copy_holds_what_it_may_see_and_is_completed(logins: Study) -> None:
    one, two = logins.open(reader_id="R1"), logins.open(reader_id="R2")
    for journal, reader in ((one, "R1"), (two, "R2"), (one, "R1")):
        journal.append(order([make_planned(0, reader=reader)]))
    own = logins.second_copy.with_name(f"{logins.protocol.study_id}.R1.jsonl")
    content = own.read_bytes()
    assert b'"actor":"R2"' not in content
    assert content.count(b"\n") == len(list(one.events()))
    logins.close()
    own.write_bytes(b"".join(content.splitlines(keepends=True)[:2]))
    logins.open(reader_id="R1")
    assert own.read_bytes() == content


def test_a_reader_writes_only_its_own_events(logins: Study) -> None:
    journal = logins.open(reader_id="R1")
    forbidden = [
        submitted(0, reader="R2"),
        new(EventKind.PROTOCOL_ADOPTED, "program", sha256="", version=2, reason="", toml=""),
        new(EventKind.READING_EXCLUDED, "R1", order_index=0, reason="no"),
        new(EventKind.ANSWER_SUBMITTED, "designer", order_index=0),
    ]
    before = journal.head()
    for event in forbidden:
        with pytest.raises(JournalError, match="this user may not write that"):
            journal.append(event)
    assert journal.head() == before
    journal.append(in_reading(EventKind.READING_OPENED))


def test_a_reader_cannot_read_keys_or_other_drafts_or_change_anything(logins: Study) -> None:
    key = ReadingKey("R1", "S1", 0)
    logins.open(reader_id="R1").save_draft(key, {"pom": 5})
    assert logins.open(reader_id="R2").draft(key) is None
    with connected(logins, reader_login(logins, "R2")) as connection:
        assert connection.execute(text("SELECT count(*) FROM draft")).scalar() == 0
        for statement in (
            "SELECT * FROM sealed_key",
            "SELECT * FROM reader_login",
            "UPDATE event SET actor = 'R2'",
            "DELETE FROM event",
            "TRUNCATE event CASCADE",
            "UPDATE journal_format SET format = 9",
            "DROP TRIGGER event_is_never_changed ON event",
            "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
        ):
            with pytest.raises(Exception, match="permission denied|must be owner"):
                connection.execute(text(statement))


def test_even_the_owner_s_statements_do_not_change_events(logins: Study) -> None:
    with connected(logins, "tomolens") as connection:
        for statement in (
            "UPDATE event SET actor = 'x'",
            "DELETE FROM event",
            "TRUNCATE event CASCADE",
        ):
            with pytest.raises(Exception, match="events are never changed"):
                connection.execute(text(statement))


def test_a_reader_never_adopts_a_protocol_and_is_told_who_does(logins: Study) -> None:
    logins.adopt(replace(logins.protocol, seed=8))
    with pytest.raises(JournalError, match="is not the one of the server") as raised:
        logins.open(reader_id="R1")
    assert "tomolens study database" in raised.value.hint


def test_designers_and_analysts_see_everything(
    logins: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins.open(reader_id="R1").append(order([make_planned(0)]))
    logins.open(reader_id="R3").append(order([make_planned(0, reader="R3")]))
    monkeypatch.setenv("PGUSER", "otto")
    excluded = new(
        EventKind.READING_EXCLUDED, "analyst", "", reader_id="R1", session_id="S1", order_index=0,
        reason="images incomplete",
    )  # fmt: skip
    analyst = logins.open(role="analyst")
    analyst.append(excluded)
    with pytest.raises(JournalError, match="may not write that"):
        analyst.append(submitted(0))
    assert verify_study(logins.folder, logins.protocol, where=logins.where).is_whole
    monkeypatch.setenv("PGUSER", "anna")
    logins.adopt(replace(logins.protocol, seed=8))
    designer = logins.open(role="designer")
    kinds = [event.kind for event in designer.events()]
    assert kinds.count(EventKind.PROTOCOL_ADOPTED) >= 2
    monkeypatch.delenv("PGUSER")
    logins.close()
    assert EventKind.READING_EXCLUDED in [e.kind for e in logins.open(reader_id="R1").events()]
    assert EventKind.READING_EXCLUDED not in [e.kind for e in logins.open(reader_id="R2").events()]


def test_verify_with_a_reader_s_login_checks_what_it_sees(logins: Study) -> None:
    logins.open(reader_id="R1").append(order([make_planned(0)]))
    logins.open(reader_id="R2").append(order([make_planned(0, reader="R2")]))
    found = verify_study(logins.folder, logins.protocol, where=logins.where, reader_id="R2")
    assert found.problems == ()
    assert "only the events this user may see" in found.remarks[0]


def test_commits_wait_for_the_drive_even_where_the_server_does_not(logins: Study) -> None:
    login = reader_login(logins, "R1")
    with connected(logins, "tomolens") as connection:
        connection.execute(text(f'ALTER ROLE "{login}" SET synchronous_commit = off'))
    with connected(logins, login) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_the_command_sets_a_study_up_and_may_be_repeated(
    logins: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(logins.where.config.parent))
    monkeypatch.setenv("PGUSER", "tomolens")
    command = ["study", "database", str(logins.folder.path), "--login", "R3=third"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "there already" in done.output
    assert "reader R3: login third" in done.output
    wrong = CliRunner().invoke(app, [*command, "--login", "R9=somebody"])
    assert wrong.exit_code == 2
    assert "the protocol has no reader R9" in wrong.output
    taken = CliRunner().invoke(app, [*command, "--login", "R2=third"])
    assert taken.exit_code == 2
    assert "the login third is that of reader R3" in taken.output


def test_a_server_that_stops_is_told_and_found_again(server_study: Study, server: Server) -> None:
    journal = server_study.open(reader_id="R1")
    journal.append(submitted(0, client_uuid="a"), client_uuid="a")
    server.stop()
    try:
        with pytest.raises(JournalError, match="nothing confirmed is lost"):
            journal.append(submitted(1, client_uuid="b"), client_uuid="b")
        with pytest.raises(JournalError, match="the server does not answer"):
            journal.append(submitted(1, client_uuid="b"), client_uuid="b")
    finally:
        server.start()
    journal.append(submitted(1, client_uuid="b"), client_uuid="b")
    answers = [e for e in journal.events() if e.kind is EventKind.ANSWER_SUBMITTED]
    assert [event.payload["client_uuid"] for event in answers] == ["a", "b"]


@pytest.mark.parametrize(
    ("database", "words"),
    [
        ("postgresql://anna:secret@server/studies", "holds a password"),
        ("mysql://server/studies", "mysql is not PostgreSQL"),
        ("server", "is not a URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(
    sqlite_study: Study, database: str, words: str
) -> None:
    with pytest.raises(JournalError, match=words) as raised:
        open_journal(
            sqlite_study.folder,
            replace(sqlite_study.protocol, database=database),
            where=sqlite_study.where,
        )
    assert "secret" not in str(raised.value) + raised.value.hint


def test_a_server_that_is_not_there_is_told(sqlite_study: Study, tmp_path: Path) -> None:
    url = f"postgresql:///studies?host={tmp_path}"
    sqlite_study.adopt(replace(sqlite_study.protocol, database=url))
    with pytest.raises(JournalError, match="the server does not answer"):
        sqlite_study.open()


@pytest.mark.parametrize(
    ("study_id", "reader", "schema", "login"),
    [
        ("pilot", "R1", "study_pilot", "study_pilot_r1"),
        ("Breast-AI.2026", "Reader-07", "study_breast_ai_2026", "study_breast_ai_2026_reader_07"),
    ],
)
def test_names_on_the_server_are_plain(study_id: str, reader: str, schema: str, login: str) -> None:
    place = PostgresPlace.of("postgresql://server/studies", study_id)
    assert (place.schema, place.login_of(reader)) == (schema, login)


def test_long_names_stay_apart_and_short_enough() -> None:
    places = [PostgresPlace.of("postgresql://server/studies", "x" * 60 + end) for end in "ab"]
    names = [
        name
        for place in places
        for name in (
            place.designers,
            place.login_of("y" * 60 + "1"),
            place.login_of("y" * 60 + "2"),
        )
    ]
    assert len(set(names)) == len(names)
    assert max(len(name) for name in names) <= 63


def test_readers_whose_logins_would_be_the_same_are_told(
    logins: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "tomolens")
    readers = tuple(replace(logins.protocol.readers[0], reader_id=name) for name in ("R1", "r1"))
    logins.adopt(replace(logins.protocol, readers=readers))
    with pytest.raises(JournalError, match="is that of reader R1") as raised:
        set_up_database(logins.folder, logins.protocol, logins={}, where=logins.where)
    assert "its own login" in raised.value.hint
