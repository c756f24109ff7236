"""How much memory the decoded slices of all open exams may take."""

from __future__ import annotations

import psutil

from viewer.loading.container_memory import container_limit

SMALLEST_BUDGET = 256 << 20
"""Holds what is on screen and a little around it."""
_SHARE_OF_MEMORY = 3


def automatic_budget() -> int:
    """Return a third of the memory that the program may use; the rest is for networks and others.

    In bytes: of the machine's memory, or of the container's limit where that is smaller.
    """
    return budget_of(int(psutil.virtual_memory().total), container_limit())


def budget_of(physical: int, limit: int | None) -> int:
    """Return the budget for a machine's memory and a container's limit, in bytes."""
    usable = physical if limit is None else min(physical, limit)
    return max(SMALLEST_BUDGET, usable // _SHARE_OF_MEMORY)


def frame_budget(frames_mb: int | None) -> int:
    """Return the budget in bytes; None: automatic."""
    return automatic_budget() if frames_mb is None else frames_mb << 20
