"""Whether a file is still the one that was read."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from viewer.loading.file_stamp import FileStamp, all_known, are_unchanged, file_stamp


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file written a minute ago."""
    path = tmp_path / "image.dcm"
    path.write_bytes(b"12345678")
    written_s = time.time() - 60.0
    os.utime(path, (written_s, written_s))
    return path


def stamp_of(path: Path) -> FileStamp:
    stamp = file_stamp(path)
    assert stamp is not None
    return stamp


def is_unchanged(before: FileStamp, path: Path) -> bool:
    return are_unchanged((before,), (stamp_of(path),))


def test_a_file_that_nobody_wrote_is_unchanged_also_after_it_was_read(file: Path) -> None:
    before = stamp_of(file)
    file.read_bytes()
    assert is_unchanged(before, file)


def test_a_longer_file_is_another_one(file: Path) -> None:
    before = stamp_of(file)
    with file.open("ab") as end:
        end.write(b"9")
    os.utime(file, ns=(before.written_ns, before.written_ns))
    assert not is_unchanged(before, file)


@pytest.mark.skipif(os.name == "nt", reason="Windows tells when a file was made instead")
def test_bytes_written_in_place_are_seen_though_size_and_time_are_as_before(file: Path) -> None:
    before = stamp_of(file)
    file.write_bytes(b"87654321")
    os.utime(file, ns=(before.written_ns, before.written_ns))
    assert stamp_of(file).written_ns == before.written_ns
    assert not is_unchanged(before, file)


def test_a_file_put_in_its_place_is_seen_though_it_has_its_size_and_time(file: Path) -> None:
    other = file.with_name("other.dcm")
    other.write_bytes(b"87654321")
    before = stamp_of(file)
    os.utime(other, ns=(before.written_ns, before.written_ns))
    other.replace(file)
    assert not is_unchanged(before, file)


def test_a_file_written_just_now_may_be_written_again_within_the_same_tick(file: Path) -> None:
    os.utime(file)
    before = stamp_of(file)
    assert not is_unchanged(before, file)
    # What was read once is the same for everybody who asks.
    assert are_unchanged((before,), (before,))


def test_a_clock_of_a_share_that_runs_ahead_settles_nothing(file: Path) -> None:
    ahead_s = time.time() + 3600.0
    os.utime(file, (ahead_s, ahead_s))
    assert not stamp_of(file).settled


def test_one_file_more_or_less_and_another_order_are_changes(file: Path, tmp_path: Path) -> None:
    first = stamp_of(file)
    second = replace(first, path=tmp_path / "second.dcm")
    assert are_unchanged((first, second), (replace(first), replace(second)))
    assert not are_unchanged((first, second), (first,))
    assert not are_unchanged((first, second), (second, first))


def test_nothing_is_known_of_files_of_which_one_is_unknown(file: Path, tmp_path: Path) -> None:
    gone = file_stamp(tmp_path / "gone.dcm")
    assert gone is None
    assert all_known((stamp_of(file), gone)) == ()
    assert not are_unchanged((), ())
