"""How full the memory for slices and their cache on disk are, in words."""

from __future__ import annotations

from viewer.jobs.frame_memory import FrameRoom

_GIGABYTE = 1 << 30


def short_words(room: FrameRoom) -> str:
    """Such as "Slices 1.2 of 8.0 GB, disk 3.4 of 8.0 GB"."""
    memory = _of(room.memory_used, room.memory_budget)
    disk = "disk off" if room.disk_used is None else f"disk {_of(room.disk_used, room.disk_limit)}"
    return f"Slices {memory}, {disk}"


def full_words(room: FrameRoom, program_bytes: int) -> str:
    """Whole sentences, for tooltips and screen readers. program_bytes: memory in use in all."""
    memory = (
        f"Decoded slices in memory: {_of(room.memory_used, room.memory_budget)}. "
        f"The program uses {program_bytes / _GIGABYTE:.1f} GB in all."
    )
    if room.disk_used is None:
        return f"{memory} Decoded slices are not kept on disk."
    return f"{memory} Decoded slices on disk: {_of(room.disk_used, room.disk_limit)}."


def _of(used: int, limit: int) -> str:
    return f"{used / _GIGABYTE:.1f} of {limit / _GIGABYTE:.1f} GB"
