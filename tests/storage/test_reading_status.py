"""How far the reader is survives, privately, and damage costs nothing but what was damaged."""

from __future__ import annotations

import os
from pathlib import Path

from viewer.domain.worklist import ReadingStatus
from viewer.domain.worklist_order import OrderBy, WorklistOrder
from viewer.storage.reading_status import Reading, read_reading, write_reading


def test_statuses_come_back_and_only_the_user_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "config" / "reading.toml"
    statuses = {"a1": ReadingStatus.READ, "b2": ReadingStatus.OPEN}
    reading = Reading(statuses=statuses, order=WorklistOrder(by=OrderBy.VIEWS, descending=True))
    write_reading(path, reading)
    assert read_reading(path) == (reading, None)
    as_found = Reading(order=WorklistOrder(by=None))
    write_reading(path, as_found)
    assert read_reading(path) == (as_found, None)
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


def test_entries_that_make_no_sense_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "reading.toml"
    path.write_text('[exams]\na = "read"\nb = "eaten"\nc = 3\n')
    assert read_reading(path)[0].statuses == {"a": ReadingStatus.READ}
    path.write_text('[worklist]\nsorted_by = "colour"\n')
    assert read_reading(path)[0] == Reading()
    path.write_text("exams = 3\nworklist = 2\npatients = 1\n")
    assert read_reading(path)[0].statuses == {}


def test_a_damaged_file_is_kept_aside_and_named(tmp_path: Path) -> None:
    path = tmp_path / "reading.toml"
    path.write_text("[exams\n")
    reading, complaint = read_reading(path)
    assert reading == Reading()
    assert complaint is not None
    assert "reading.toml.damaged" in complaint
    assert (tmp_path / "reading.toml.damaged").exists()
