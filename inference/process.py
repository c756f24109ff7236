"""Settings of the whole process that make the networks fast on a CPU.

They must be made early, before torch is imported and before threads start, so they stand in a
module of their own that imports neither.
"""

from __future__ import annotations

import ctypes
import os
import platform
import threading

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGEST_KEPT = 1 << 30
_NEVER_TRIM = 2**31 - 1
_SPINS = "1000"


def prepare_process() -> None:
    """Make all settings. Call it first in a program, before other threads start."""
    share_cores()
    keep_freed_memory()


def share_cores() -> None:
    """Let torch's helper threads sleep soon when they have nothing to do.

    By default they spin on their core between layers. While another thread needs that core, to
    decode or to paint, every layer then waits for it: slices take two to nine times longer.
    What the user has set in the environment stays. Importing the package does this already.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


def keep_freed_memory() -> bool:
    """Tell glibc to keep freed memory, in one pool for all threads.

    By default it gives the megabytes of every layer's output back to the kernel, and the next
    layer pays for fetching them again: a third of the time. A thread that already has a pool of
    its own keeps that and gains nothing. Returns False, having done nothing, where the C library
    is another one or this is not the main thread.
    """
    library = _glibc()
    if library is None or threading.current_thread() is not threading.main_thread():
        return False
    settings = (
        (_M_ARENA_MAX, 1),
        (_M_MMAP_THRESHOLD, _LARGEST_KEPT),
        (_M_TRIM_THRESHOLD, _NEVER_TRIM),
    )
    return all(library.mallopt(parameter, value) == 1 for parameter, value in settings)


def release_freed_memory() -> None:
    """Give freed memory back to the system now; harmless where there is no glibc."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if platform.libc_ver()[0] != "glibc":
        return None
    return ctypes.CDLL(None)
