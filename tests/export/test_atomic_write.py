"""Files are whole or absent."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from viewer.export.atomic_write import CannotWrite, make_folder, replacing


def test_a_finished_file_takes_its_place_and_nothing_else_is_left(tmp_path: Path) -> None:
    with replacing(tmp_path / "table.csv") as temporary:
        temporary.write_text("new")
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]
    assert (tmp_path / "table.csv").read_text() == "new"


def _write_half(path: Path, then: Exception) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise then


def test_a_failing_writer_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("old")
    with pytest.raises(RuntimeError):
        _write_half(tmp_path / "table.csv", RuntimeError())
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]
    assert (tmp_path / "table.csv").read_text() == "old"


def test_a_full_disk_is_said_with_a_way_out_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("old")
    with pytest.raises(CannotWrite) as caught:
        _write_half(tmp_path / "table.csv", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert "No space left" in str(caught.value)
    assert "free some space" in caught.value.hint
    assert (tmp_path / "table.csv").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_found_before_any_work(tmp_path: Path) -> None:
    in_the_way = tmp_path / "output"
    in_the_way.write_text("a file, not a folder")
    with pytest.raises(CannotWrite):
        make_folder(in_the_way)
    assert in_the_way.read_text() == "a file, not a folder"


def test_a_result_file_has_the_permissions_of_any_other_new_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "table.csv") as temporary:
        temporary.write_text("new")
    (tmp_path / "plain").write_text("")
    assert (tmp_path / "table.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode
