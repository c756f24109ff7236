"""What the status bar says of memory and disk."""

from __future__ import annotations

from viewer.jobs.frame_memory import FrameRoom
from viewer.ui.frame_room_words import full_words, short_words

GIGABYTE = 1 << 30


def room(disk_used: int | None) -> FrameRoom:
    return FrameRoom(
        memory_used=GIGABYTE,
        memory_budget=8 * GIGABYTE,
        disk_used=disk_used,
        disk_limit=4 * GIGABYTE,
    )


def test_memory_and_disk_are_said_shortly_and_in_sentences() -> None:
    assert short_words(room(GIGABYTE // 2)) == "Slices 1.0 of 8.0 GB, disk 0.5 of 4.0 GB"
    assert full_words(room(GIGABYTE // 2), 2 * GIGABYTE) == (
        "Decoded slices in memory: 1.0 of 8.0 GB. The program uses 2.0 GB in all. "
        "Decoded slices on disk: 0.5 of 4.0 GB."
    )


def test_a_cache_that_is_off_is_said() -> None:
    assert short_words(room(None)).endswith("disk off")
    assert full_words(room(None), 0).endswith("Decoded slices are not kept on disk.")
