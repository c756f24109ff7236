"""How much memory the decoded slices of all open exams may take."""

from __future__ import annotations

import psutil

SMALLEST_BUDGET = 256 << 20
"""Holds what is on screen and a little around it."""
_SHARE_OF_MEMORY = 3


def automatic_budget() -> int:
    """Return a third of the machine's memory, in bytes; the rest is for networks and others."""
    return max(SMALLEST_BUDGET, int(psutil.virtual_memory().total) // _SHARE_OF_MEMORY)


def frame_budget(frames_mb: int | None) -> int:
    """Return the budget in bytes; None: automatic."""
    return automatic_budget() if frames_mb is None else frames_mb << 20
