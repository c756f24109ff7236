"""Drives that fill up, vanish, are write-protected or lose the end of a file."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import in_reading, make_planned, make_study, order, submitted
from journal_studies import Study, make_folder

from viewer.storage.drive_kind import file_system_of, is_network_drive
from viewer.storage.journal_sqlite import SqliteStore
from viewer.storage.kept_journal import KeptJournal
from viewer.storage.study_folder import StudyFolder
from viewer.study.chain import verify_chain
from viewer.study.errors import JournalError, KeptInOneCopy
from viewer.study.event import Event, EventKind
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Protocol

KEY = ReadingKey("R1", "S1", 0)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files in place")


def uuids(journal: KeptJournal) -> list[str]:
    """The answers, checked as a chain on the way."""
    events = list(journal.events())
    assert verify_chain(events).is_whole
    return [str(e.payload["client_uuid"]) for e in events if e.kind is EventKind.ANSWER_SUBMITTED]


def answer(journal: KeptJournal, number: int) -> Event:
    """Submit an answer."""
    uuid = f"answer-{number}"
    return journal.append(submitted(number, client_uuid=uuid), client_uuid=uuid)


def answer_until_refused(journal: KeptJournal, confirmed: list[str]) -> None:
    """Submit answers, with bulky events between them, until the storage fails."""
    for number in range(10_000):
        journal.append(in_reading(EventKind.LOOKED, 0, samples="x" * 20_000))
        confirmed.append(str(answer(journal, number).payload["client_uuid"]))


def repairs(journal: KeptJournal) -> list[str]:
    """What the journal says was repaired."""
    return [str(e.payload["what"]) for e in journal.events() if e.kind is EventKind.REPAIRED]


def begin(study: Study, answers: int) -> None:
    """A study with so many answers, closed."""
    journal = study.open()
    journal.append(order([make_planned(n) for n in range(100)]))
    for number in range(answers):
        answer(journal, number)
    study.close()


def second_copy_beside(drive: Path) -> Protocol:
    """A study on a small drive has its second copy on the large one."""
    return make_study(second_copy=str(drive.parent / "second"))


# The second copy.


def test_a_second_copy_that_is_shorter_is_completed_from_the_journal(study: Study) -> None:
    begin(study, 3)
    lines = study.second_copy.read_bytes().splitlines(keepends=True)
    study.second_copy.write_bytes(b"".join(lines[:2]))
    journal = study.open()
    assert study.second_copy.read_bytes() == b"".join(lines)
    assert repairs(journal) == []


@pytest.mark.parametrize("kept", [0, 1, 40, -1])
def test_a_line_cut_off_by_a_crash_is_written_again(sqlite_study: Study, kept: int) -> None:
    begin(sqlite_study, 3)
    lines = sqlite_study.second_copy.read_bytes().splitlines(keepends=True)
    sqlite_study.second_copy.write_bytes(b"".join(lines[:-1]) + lines[-1][:kept])
    journal = sqlite_study.open()
    assert sqlite_study.second_copy.read_bytes().startswith(b"".join(lines))
    assert len(repairs(journal)) == (1 if kept else 0)
    assert len(uuids(journal)) == 3


def test_a_second_copy_cut_off_or_overwritten_at_random_is_whole_again(
    sqlite_study: Study,
) -> None:
    begin(sqlite_study, 6)
    whole, draw = sqlite_study.second_copy.read_bytes(), random.Random(3)
    for _ in range(20):
        kept = draw.randrange(len(whole))
        garbage = draw.randbytes(draw.choice([0, 1, 700, 70_000]))
        sqlite_study.second_copy.write_bytes(whole[:kept] + garbage)
        assert len(uuids(sqlite_study.open())) == 6
        sqlite_study.close()
        assert sqlite_study.second_copy.read_bytes().startswith(whole)
        whole = sqlite_study.second_copy.read_bytes()


def test_damage_at_the_end_of_the_second_copy_is_repaired_and_told(study: Study) -> None:
    begin(study, 3)
    content = study.second_copy.read_bytes()
    study.second_copy.write_bytes(content[:-300] + b"\0" * 300)
    journal = study.open()
    (said,) = repairs(journal)
    assert "damaged bytes after event" in said
    assert study.second_copy.read_bytes().startswith(content)
    study.close()
    assert len(repairs(study.open())) == 1


def test_a_second_copy_that_is_gone_is_made_again(study: Study) -> None:
    begin(study, 3)
    content = study.second_copy.read_bytes()
    shutil.rmtree(study.second_copy.parent)
    study.open()
    assert study.second_copy.read_bytes() == content


def test_copies_that_contradict_each_other_are_refused_naming_the_event(study: Study) -> None:
    begin(study, 3)
    kept = study.second_copy.read_bytes()
    study.close()
    other = make_folder(study.folder.path, replace(study.protocol, database=""))
    begin(other, 2)
    foreign = other.second_copy.read_bytes().splitlines(keepends=True)
    study.second_copy.write_bytes(kept.splitlines(keepends=True)[0] + b"".join(foreign[1:]))
    with pytest.raises(JournalError, match=r"contradict each other from event 2 on"):
        study.open()
    study.second_copy.write_bytes(kept)
    assert len(uuids(study.open())) == 3


def test_an_answer_is_not_confirmed_while_the_second_copy_cannot_be_written(study: Study) -> None:
    begin(study, 1)
    journal = study.open()
    away = study.second_copy.parent.with_name("unplugged")
    study.second_copy.parent.rename(away)
    for _ in range(2):
        with pytest.raises(KeptInOneCopy, match=r"kept in one copy only.*the folder is gone"):
            answer(journal, 1)
    with pytest.raises(KeptInOneCopy):
        journal.complete_second_copy()
    away.rename(study.second_copy.parent)
    placed = answer(journal, 1)
    assert uuids(journal) == ["answer-0", "answer-1"]
    assert placed.hash.encode() in study.second_copy.read_bytes().splitlines()[-1]


def test_what_the_second_copy_missed_is_caught_up_with_the_next_event(study: Study) -> None:
    begin(study, 1)
    journal = study.open()
    away = study.second_copy.parent.with_name("unplugged")
    study.second_copy.parent.rename(away)
    for number in (1, 2):
        with pytest.raises(KeptInOneCopy):
            answer(journal, number)
    away.rename(study.second_copy.parent)
    answer(journal, 3)
    assert study.second_copy.read_bytes().count(b"\n") == journal.head().sequence


def test_a_second_copy_that_cannot_be_made_stops_the_opening(sqlite_study: Study) -> None:
    place = sqlite_study.folder.path / "a file"
    place.write_text("")
    sqlite_study.adopt(replace(sqlite_study.protocol, second_copy=str(place / "copies")))
    with pytest.raises(JournalError, match="second copy cannot be kept in"):
        sqlite_study.open()


# The journal.


def test_a_journal_that_is_gone_is_made_again_from_the_second_copy(sqlite_study: Study) -> None:
    begin(sqlite_study, 3)
    before = list(sqlite_study.open().events())
    sqlite_study.close()
    sqlite_study.folder.journal_file.unlink()
    journal = sqlite_study.open()
    assert list(journal.events())[:-1] == before
    (said,) = repairs(journal)
    assert said == "the journal lacked events 1 to 5; put back from the second copy"
    assert answer(journal, 2) == before[-1]


def test_a_study_begun_anew_does_not_take_the_events_of_the_one_before(
    sqlite_study: Study,
) -> None:
    begin(sqlite_study, 3)
    sqlite_study.folder.journal_file.unlink()
    sqlite_study.adopt(replace(sqlite_study.protocol, seed=99))
    with pytest.raises(JournalError, match=r"holds 5 under another protocol") as raised:
        sqlite_study.open()
    assert str(sqlite_study.second_copy) in raised.value.hint


def test_a_log_cut_off_at_random_points_loses_no_confirmed_answer(
    sqlite_study: Study, tmp_path: Path
) -> None:
    journal = sqlite_study.open()
    journal.append(order([make_planned(n) for n in range(100)]))
    for number in range(12):
        answer(journal, number)
    # As after a power cut: the files as they are while the study is open.
    cut = tmp_path / "cut"
    shutil.copytree(sqlite_study.folder.path, cut)
    copy = Study(StudyFolder(cut), sqlite_study.protocol, sqlite_study.where)
    sqlite_study.close()
    shutil.copytree(sqlite_study.second_copy.parent, copy.second_copy.parent)
    log = copy.folder.journal_file.with_name("journal.sqlite-wal")
    whole, draw = log.read_bytes(), random.Random(5)
    files = {path: path.read_bytes() for path in (copy.folder.journal_file, copy.second_copy)}
    assert len(whole) > 10_000
    for length in [0, 31, *(draw.randrange(len(whole)) for _ in range(18))]:
        for path, content in files.items():
            path.write_bytes(content)
        log.write_bytes(whole[:length])
        log.with_name("journal.sqlite-shm").unlink(missing_ok=True)
        again = copy.open()
        assert uuids(again) == [f"answer-{n}" for n in range(12)]
        copy.close()


@pytest.mark.parametrize("where", [0, 4096, -4096])
def test_a_damaged_database_is_named_and_made_again_when_moved_away(
    sqlite_study: Study, where: int
) -> None:
    begin(sqlite_study, 60)
    path = sqlite_study.folder.journal_file
    content = bytearray(path.read_bytes())
    content[where : where + 3000 if where >= 0 else None] = b"\x55" * 3000
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"damaged") as raised:
        sqlite_study.open()
    assert "made again from the second copy" in raised.value.hint
    path.rename(path.with_suffix(".damaged"))
    assert len(uuids(sqlite_study.open())) == 60


@posix
def test_a_folder_that_vanishes_is_told_and_nothing_is_confirmed(sqlite_study: Study) -> None:
    begin(sqlite_study, 1)
    journal = sqlite_study.open()
    away = sqlite_study.folder.path.with_name("unplugged")
    sqlite_study.folder.path.rename(away)
    with pytest.raises(JournalError, match="no longer there"):
        answer(journal, 1)
    with pytest.raises(JournalError, match="no longer there"):
        journal.save_draft(KEY, {})
    away.rename(sqlite_study.folder.path)
    answer(journal, 1)
    assert uuids(journal) == ["answer-0", "answer-1"]


@posix
def test_a_journal_replaced_while_open_is_told(sqlite_study: Study) -> None:
    begin(sqlite_study, 1)
    journal = sqlite_study.open()
    path = sqlite_study.folder.journal_file
    copy = path.with_suffix(".copy")
    shutil.copy(path, copy)
    copy.replace(path)
    with pytest.raises(JournalError, match="replaced by another file"):
        answer(journal, 1)


@posix
def test_a_full_drive_is_told_and_what_was_confirmed_stays(small_drive: Path) -> None:
    study = make_folder(small_drive, second_copy_beside(small_drive))
    journal = study.open()
    confirmed: list[str] = []
    with pytest.raises(JournalError, match="full") as raised:
        answer_until_refused(journal, confirmed)
    assert not isinstance(raised.value, KeptInOneCopy)
    assert "free some space" in raised.value.hint
    assert confirmed
    assert uuids(journal) == confirmed
    (small_drive / "ballast").unlink()
    answer(journal, len(confirmed))
    assert len(uuids(journal)) == len(confirmed) + 1
    study.close()
    assert len(uuids(study.open())) == len(confirmed) + 1
    study.close()


@posix
def test_a_full_second_drive_keeps_one_copy_and_says_so(
    sqlite_study: Study, small_drive: Path
) -> None:
    sqlite_study.adopt(replace(sqlite_study.protocol, second_copy=str(small_drive / "second")))
    journal = sqlite_study.open()
    confirmed: list[str] = []
    with pytest.raises(KeptInOneCopy, match="the drive is full"):
        answer_until_refused(journal, confirmed)
    (small_drive / "ballast").unlink()
    answer(journal, len(confirmed))
    assert uuids(journal) == [*confirmed, f"answer-{len(confirmed)}"]
    sqlite_study.close()
    assert repairs(sqlite_study.open()) == []
    sqlite_study.close()


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    """A drive of 1 MB with 300 kB of ballast on it."""
    drive = tmp_path / "small"
    drive.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small drive")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(drive)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("no small drive can be mounted here")
    (drive / "ballast").write_bytes(b"\0" * 300_000)
    yield drive
    subprocess.run(["umount", "-l", str(drive)], check=True)


@posix
def test_a_write_protected_study_can_be_read_but_not_written(small_drive: Path) -> None:
    study = make_folder(small_drive, second_copy_beside(small_drive))
    begin(study, 2)
    subprocess.run(["mount", "-o", "remount,ro", str(small_drive)], check=True)
    assert study.open(read_only=True).head().sequence == 4
    with pytest.raises(JournalError, match="it may not be written; nothing confirmed is lost"):
        study.open()
    with pytest.raises(JournalError, match="the drive is write-protected"):
        study.open(reader_id="R1")
    study.close()


def test_a_network_drive_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/vda / ext4 rw 0 0\n"
        "server:/studies /mnt/studies nfs4 rw 0 0\n"
        "//server/share /mnt/my\\040share cifs rw 0 0\n"
        "tmpfs /mnt/studies/scratch tmpfs rw 0 0\n"
    )
    assert file_system_of(Path("/mnt/studies/pilot"), mounts) == "nfs4"
    assert file_system_of(Path("/mnt/my share/pilot"), mounts) == "cifs"
    assert file_system_of(Path("/mnt/studies/scratch/x"), mounts) == "tmpfs"
    assert file_system_of(Path("/home"), mounts) == "ext4"
    assert not is_network_drive(tmp_path)
    assert file_system_of(tmp_path, tmp_path / "absent") == ""


@pytest.mark.parametrize(
    ("is_remote", "mode", "synchronous"), [(False, "wal", 2), (True, "delete", 3)]
)
def test_every_connection_is_set_to_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_remote: bool, mode: str, synchronous: int
) -> None:
    monkeypatch.setattr("viewer.storage.journal_sqlite.is_network_drive", lambda _: is_remote)
    store = SqliteStore(tmp_path / "journal.sqlite")
    for _ in range(2):
        connection = store.connect()
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema"
            )
        }  # fmt: skip
        connection.close()
        assert found == {
            "journal_mode": mode,
            "synchronous": synchronous,
            "foreign_keys": 1,
            "busy_timeout": 5000,
            "trusted_schema": 0,
        }


def test_a_database_that_another_program_holds_is_told(
    sqlite_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.storage.journal_sqlite.BUSY_TIMEOUT_MS", 50)
    begin(sqlite_study, 1)
    journal = sqlite_study.open()
    other = sqlite3.connect(sqlite_study.folder.journal_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program holds it"):
        answer(journal, 1)
    other.execute("ROLLBACK")
    other.close()
    answer(journal, 1)
    assert uuids(journal) == ["answer-0", "answer-1"]
