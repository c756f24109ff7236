"""Decoded frames on disk: exact, bounded, private, and harmless when damaged or full."""

from __future__ import annotations

import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.frame import Frame
from viewer.storage import frame_cache
from viewer.storage.frame_cache import DecodedCache, automatic_limit
from viewer.storage.frame_file import DamagedFrame, from_bytes, to_bytes

NAME = "ab" * 20
OTHER = "cd" * 20
MEGABYTE = 1 << 20


def frame(seed: int = 1, rows: int = 60, columns: int = 40) -> Frame:
    """A slice of noise with a margin of air."""
    codes = np.full((rows, columns), 3, np.uint16)
    noise = np.random.default_rng(seed).integers(0, 4096, (rows - 8, columns - 10))
    codes[5:-3, 4:-6] = noise
    return Frame.cropped(codes)


def name_of(number: int) -> str:
    return f"{number:040x}"


@pytest.fixture
def cache(tmp_path: Path) -> DecodedCache:
    return DecodedCache(tmp_path / "frames", largest_bytes=100 * MEGABYTE)


def test_a_frame_comes_back_exactly(cache: DecodedCache) -> None:
    kept = frame()
    cache.keep(NAME, kept)
    found = cache.find(NAME)
    assert found is not None
    np.testing.assert_array_equal(found.whole(), kept.whole())
    assert (found.top, found.left, found.air_code) == (kept.top, kept.left, kept.air_code)
    assert found.pixels.flags.c_contiguous
    assert found.pixels.dtype == np.uint16
    assert cache.find(OTHER) is None


def test_a_slice_of_air_comes_back_too(cache: DecodedCache) -> None:
    cache.keep(NAME, Frame.cropped(np.full((30, 20), 9, np.uint16)))
    found = cache.find(NAME)
    assert found is not None
    np.testing.assert_array_equal(found.whole(), np.full((30, 20), 9))


@given(
    content=st.binary(max_size=200) | st.just(to_bytes(NAME, frame())),
    position=st.integers(0, 10_000),
    byte=st.integers(1, 255),
    cut=st.integers(0, 50),
)
def test_bytes_that_were_changed_are_never_a_frame(
    content: bytes, position: int, byte: int, cut: int
) -> None:
    changed = bytearray(content)
    if changed:
        changed[position % len(changed)] ^= byte
    with pytest.raises(DamagedFrame):
        from_bytes(NAME, bytes(changed[: len(changed) - cut]))


def test_a_frame_under_another_name_is_not_taken_for_it() -> None:
    with pytest.raises(DamagedFrame):
        from_bytes(OTHER, to_bytes(NAME, frame()))


@pytest.mark.parametrize("damage", [b"", b"not a frame", None])
def test_a_damaged_file_counts_as_absent_and_is_removed(
    cache: DecodedCache, tmp_path: Path, damage: bytes | None
) -> None:
    cache.keep(NAME, frame())
    (path,) = (tmp_path / "frames").glob("*.frame")
    path.write_bytes(path.read_bytes()[:-7] if damage is None else damage)
    assert cache.find(NAME) is None
    assert not path.exists()
    cache.keep(NAME, frame())
    assert cache.find(NAME) is not None


def test_the_least_recently_used_frames_make_room(tmp_path: Path) -> None:
    size = len(to_bytes(NAME, frame()))
    cache = DecodedCache(tmp_path, largest_bytes=5 * size)
    for number in range(5):
        cache.keep(name_of(number), frame())
        path = tmp_path / f"{name_of(number)}.frame"
        os.utime(path, ns=(number * 10**9, number * 10**9))
    assert cache.find(name_of(0)) is not None
    cache.keep(name_of(5), frame())
    assert cache.find(name_of(0)) is not None
    assert cache.find(name_of(1)) is None
    assert cache.find(name_of(5)) is not None
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 5 * size
    assert cache.used_bytes is not None
    assert cache.used_bytes <= 5 * size


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_folder_and_files_are_for_their_owner_only_and_names_are_hashes(
    cache: DecodedCache, tmp_path: Path
) -> None:
    cache.keep(NAME, frame())
    folder = tmp_path / "frames"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.name == f"{NAME}.frame"


def test_a_nearly_full_disk_turns_keeping_off_and_says_why(
    cache: DecodedCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.keep(NAME, frame())
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))
    cache.keep(OTHER, frame())
    assert cache.problem == "Decoded slices are not kept on disk any more: less than 1 GB is free."
    assert cache.find(OTHER) is None
    assert cache.find(NAME) is not None


def test_a_write_that_fails_leaves_nothing_half_and_turns_keeping_off(
    cache: DecodedCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cache.keep(NAME, frame())
    assert cache.problem is not None
    assert "No space left on device" in cache.problem
    assert list((tmp_path / "frames").iterdir()) == []


def test_a_folder_that_is_a_file_turns_keeping_off(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("")
    cache = DecodedCache(tmp_path / "frames")
    cache.keep(NAME, frame())
    assert cache.problem is not None
    assert cache.find(NAME) is None
    cache.measure()
    cache.clear()


def test_a_cache_that_is_off_finds_and_keeps_nothing(cache: DecodedCache, tmp_path: Path) -> None:
    cache.keep(NAME, frame())
    cache.turn(False)
    cache.keep(OTHER, frame())
    assert cache.find(NAME) is None
    cache.turn(True)
    assert cache.find(NAME) is not None
    assert cache.find(OTHER) is None


def test_clearing_leaves_no_pixel(cache: DecodedCache, tmp_path: Path) -> None:
    for number in range(3):
        cache.keep(name_of(number), frame(number))
    (tmp_path / "frames" / ".half.part").write_bytes(b"pixels")
    cache.clear()
    assert list((tmp_path / "frames").iterdir()) == []
    assert cache.used_bytes == 0


def test_what_a_crash_left_half_written_is_removed_later(tmp_path: Path) -> None:
    half = tmp_path / ".half.part"
    half.write_bytes(b"pixels")
    os.utime(half, (0, 0))
    DecodedCache(tmp_path, largest_bytes=MEGABYTE).keep(NAME, frame())
    assert not half.exists()


def test_the_automatic_limit_is_a_quarter_of_what_is_free_and_at_most_8_gb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 6 << 30))
    assert automatic_limit(tmp_path / "not made yet", 2 << 30) == 2 << 30
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 1 << 40))
    assert automatic_limit(tmp_path, 0) == 8 << 30
    assert frame_cache.LEAST_FREE > 0
