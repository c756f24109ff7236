"""A study proved whole, or its first broken event named; by the commands, on real files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import in_reading, make_planned, order, submitted
from journal_studies import Study
from sqlalchemy import text
from typer.testing import CliRunner

from viewer.cli import app
from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import journal_store
from viewer.storage.places import HOME_VARIABLE
from viewer.storage.verify_study import StudyVerdict, verify_study
from viewer.study.chain import verify_stored
from viewer.study.event import EventKind
from viewer.study.protocol import Phase, SealedParts
from viewer.study.stored_event import StoredEvent, content_hash, stored_from_line

UNPROTECTED = {
    "sqlite": (
        "DROP TRIGGER event_is_never_changed",
        "DROP TRIGGER event_is_never_removed",
        "DROP TRIGGER event_has_its_place",
    ),
    "postgresql": ("ALTER TABLE event DISABLE TRIGGER USER",),
}


@pytest.fixture
def read_study(study: Study) -> Study:
    """Three readings begun, one of them finished; events 1 to 10."""
    journal = study.open(role="designer")
    journal.append(order([make_planned(n) for n in range(3)]))
    journal.append(in_reading(EventKind.READING_OPENED))
    for number in range(3):
        uuid = f"u{number}"
        journal.append(submitted(number, client_uuid=uuid), client_uuid=uuid)
    journal.append(in_reading(EventKind.AI_REVEALED, item_sha256="", models=[]))
    journal.append(submitted(0, Phase.AIDED, client_uuid="aided"), client_uuid="aided")
    journal.append(in_reading(EventKind.READING_FINISHED))
    journal.append(in_reading(EventKind.READING_OPENED, 1))
    study.close()
    return study


def verdict(study: Study, **options: object) -> StudyVerdict:
    """What verify says."""
    return verify_study(study.folder, study.protocol, where=study.where, **options)  # type: ignore[arg-type]


def tamper(study: Study, *statements: str) -> None:
    """Change the database behind the program's back."""
    database = JournalDatabase(journal_store(study.folder, study.protocol))
    kind = "postgresql" if study.is_on_server else "sqlite"
    for statement in (*UNPROTECTED[kind], *statements):
        with database.writing() as connection:
            connection.execute(text(statement))
    database.close()


def test_a_study_that_was_not_touched_is_whole(read_study: Study) -> None:
    found = verdict(read_study)
    assert found.problems == ()
    assert found.remarks == ()
    assert (found.head.sequence, found.answers, found.protocol_versions) == (10, 4, 1)
    assert found.head == read_study.open(read_only=True).head()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE event SET payload = replace(payload, '3.0', '99.0') WHERE sequence = 5",
         "the chain breaks at event 5: its content is not what was recorded"),
        ("UPDATE event SET actor = 'R2' WHERE sequence = 4",
         "the chain breaks at event 4: its content is not what was recorded"),
        ("DELETE FROM event WHERE sequence = 9",
         "the chain breaks at event 10: event 9 is missing before it"),
        ("UPDATE event SET hash = previous_hash WHERE sequence = 9", "the chain breaks at event 9"),
    ],
)  # fmt: skip
def test_the_first_broken_event_is_named(read_study: Study, statement: str, problem: str) -> None:
    tamper(read_study, statement)
    assert verdict(read_study).problems[0].startswith(problem)


def rewritten(records: list[StoredEvent]) -> list[StoredEvent]:
    """The events chained anew, so that every hash fits."""
    chained: list[StoredEvent] = []
    for record in records:
        previous = chained[-1].hash if chained else record.previous_hash
        new = record._replace(previous_hash=previous)
        chained.append(new._replace(hash=content_hash(previous, new.content)))
    return chained


def test_a_journal_rewritten_from_an_event_on_contradicts_its_second_copy(
    read_study: Study,
) -> None:
    lines = read_study.second_copy.read_text().splitlines()
    records = [stored_from_line(line) for line in lines]
    records[4] = records[4]._replace(payload=records[4].payload.replace("3.0", "99.0"))
    statements = [
        f"UPDATE event SET payload = '{r.payload}', previous_hash = '{r.previous_hash}', "
        f"hash = '{r.hash}' WHERE sequence = {r.sequence}"
        for r in rewritten(records)[4:]
    ]
    tamper(read_study, *(statement.replace(":", r"\:") for statement in statements))
    (problem,) = verdict(read_study).problems
    assert problem == "line 5 of the second copy holds event 5, and the journal another 5"


def test_a_removed_end_is_told_by_the_second_copy_and_by_a_head_written_down(
    read_study: Study,
) -> None:
    head = read_study.open(read_only=True).head().hash
    read_study.close()
    assert verdict(read_study, heads=[head]).is_whole
    tamper(read_study, "DELETE FROM event WHERE sequence = 10")
    assert verdict(read_study).problems == (
        "line 10 of the second copy holds event 10, which the journal lacks",
    )
    read_study.second_copy.unlink()
    found = verdict(read_study, heads=[head], needs_second_copy=False)
    assert found.problems == (
        f"no event has the head {head}: events were removed from the end, or changed",
    )


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda content: content.replace(b"3.0", b"4.0", 1),
         "line 4 of the second copy was changed: event 4 no longer fits its hash"),
        (lambda content: content.replace(b'"utc"', b'"utc', 1),
         "line 1 of the second copy is damaged"),
    ],
)  # fmt: skip
def test_a_damaged_second_copy_is_named(
    read_study: Study, damage: Callable[[bytes], bytes], problem: str
) -> None:
    content = read_study.second_copy.read_bytes()
    read_study.second_copy.write_bytes(damage(content))
    assert verdict(read_study).problems == (problem,)


def test_a_second_copy_that_waits_to_be_completed_is_remarked(read_study: Study) -> None:
    content = read_study.second_copy.read_bytes()
    read_study.second_copy.write_bytes(b"".join(content.splitlines(keepends=True)[:8]))
    found = verdict(read_study)
    assert found.is_whole
    assert found.remarks[0].startswith("the second copy ends before event 9 of 10")


def test_a_study_that_is_being_read_is_found_whole(
    read_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that comes between reading the two copies makes none of them look wrong."""
    journal = read_study.open(reader_id="R1")
    kept = JournalDatabase.check_in_full

    def append_meanwhile(database: JournalDatabase) -> None:
        kept(database)
        journal.append(in_reading(EventKind.FIRST_VIEW, 1, phase="unaided"))

    monkeypatch.setattr(JournalDatabase, "check_in_full", append_meanwhile)
    found = verdict(read_study)
    assert found.problems == ()
    assert found.head.sequence == 11


def test_a_missing_second_copy_is_a_problem_unless_it_lies_elsewhere(read_study: Study) -> None:
    read_study.second_copy.unlink()
    assert "there is no second copy" in verdict(read_study).problems[0]
    found = verdict(read_study, needs_second_copy=False)
    assert found.is_whole
    assert "there is no second copy" in found.remarks[0]


def test_a_changed_protocol_that_nobody_adopted_is_remarked(read_study: Study) -> None:
    read_study.adopt(replace(read_study.protocol, seed=8))
    found = verdict(read_study)
    assert found.is_whole
    assert "study.toml was changed since" in found.remarks[0]


def test_seals_that_are_not_the_protocol_s_are_named(sqlite_study: Study) -> None:
    sqlite_study.adopt(
        replace(sqlite_study.protocol, sealed=SealedParts(truth_sha256="a" * 64, ai_sha256=""))
    )
    journal = sqlite_study.open()
    journal.append(order([make_planned(0)]))
    journal.append(submitted())
    journal.append(in_reading(EventKind.AI_REVEALED, item_sha256="b" * 64, models=[]))
    sqlite_study.close()
    assert "not in this folder" in verdict(sqlite_study).remarks[0]
    sqlite_study.folder.sealed.mkdir()
    (sqlite_study.folder.sealed / "seals.json").write_text(
        json.dumps({"format": 1, "items": {"ai-case0": "c" * 64}})
    )
    assert verdict(sqlite_study).problems == (
        "the sealed truth are not those the protocol names",
        "the sealed results of the AI are not those the protocol names",
        "event 4: the AI's result shown is none of those sealed",
    )


# The commands.


@pytest.fixture
def run(read_study: Study, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """`tomolens study COMMAND STUDY OPTIONS`: its exit code and what it said."""
    monkeypatch.setenv(HOME_VARIABLE, str(read_study.where.config.parent))

    def command(name: str, *options: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["study", name, str(read_study.folder.path), *options])
        return done.exit_code, done.output

    return command


def test_verify_says_whole_and_the_head(
    read_study: Study, run: Callable[..., tuple[int, str]]
) -> None:
    head = read_study.open(read_only=True).head().hash
    code, said = run("verify", "--head", head)
    assert code == 0, said
    assert head in said
    assert "10 chained, 4 locked answers, 1 protocol versions" in said


def test_verify_names_the_first_broken_event(
    read_study: Study, run: Callable[..., tuple[int, str]]
) -> None:
    tamper(read_study, "UPDATE event SET actor = 'R3' WHERE sequence = 6")
    code, said = run("verify")
    assert code == 1
    assert "Error: the study is not whole: the chain breaks at event 6" in said


def test_verify_of_a_damaged_file_is_no_traceback(
    sqlite_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(sqlite_study.where.config.parent))
    sqlite_study.folder.journal_file.write_bytes(b"no database" * 1000)
    done = CliRunner().invoke(app, ["study", "verify", str(sqlite_study.folder.path)])
    assert done.exit_code == 1
    assert "it is not a database, or it is damaged" in done.output


def test_exported_events_are_a_chain_with_a_manifest(
    read_study: Study, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, said = run("export-events", "--output", str(tmp_path / "out"), "--with-paths")
    assert code == 0, said
    content = (tmp_path / "out" / "events.jsonl").read_bytes()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    head = read_study.open(read_only=True).head()
    assert manifest["head"] == {"sequence": head.sequence, "hash": head.hash}
    assert manifest["files"]["events.jsonl"] == {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    records = [stored_from_line(line) for line in content.splitlines()]
    assert verify_stored(records).head == head
    assert [record.event() for record in records] == list(read_study.open().events())


def test_exported_events_name_no_files_of_exams_unless_asked(
    read_study: Study, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, said = run("export-events", "--output", str(tmp_path / "out"))
    assert code == 0, said
    content = (tmp_path / "out" / "events.jsonl").read_text()
    assert "exams/" not in content
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line.get("withheld") for line in lines] == [["toml"], *[None] * 9]
    for before, line in zip(lines, lines[1:], strict=False):
        assert line["previous_hash"] == before["hash"]


def test_export_without_a_journal_says_so(sqlite_study: Study, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        ["study", "export-events", str(sqlite_study.folder.path), "--output", str(tmp_path / "o")],
    )
    assert done.exit_code == 2
    assert "journal.sqlite is not there" in done.output
