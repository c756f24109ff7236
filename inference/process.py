"""Settings of the whole process that make the networks fast on a CPU.

They must be made early, before torch is imported and before threads start, so they stand in a
module of their own that imports neither.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
import threading
from pathlib import Path

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGEST_KEPT = 1 << 30
_NEVER_TRIM = 2**31 - 1
_SPINS = "1000"
_IDLE_PRIORITY_CLASS = 0x40
_LOWEST_NICENESS = 19
_NICENESS_BESIDE_A_WINDOW = 4
_DIES_FIRST = "500"


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


def yield_to_everyone() -> None:
    """Let this process compute only with what nobody else wants of the processor.

    Call it before threads start: they inherit it. Where the system has a class for that (Linux,
    Windows) a window gets its core at once when it wakes, which the lowest niceness does not give.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _IDLE_PRIORITY_CLASS)
        return
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        else:
            os.nice(_LOWEST_NICENESS)


def usable_cores() -> int:
    """How many cores this process may use; at least 1."""
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return count or 1


def yield_to_window() -> None:
    """Lower the calling thread's priority where the system lets a thread have its own (Linux).

    For threads beside a window's: they then get less of a core that its own thread wants too. Not
    the least: one that holds the interpreter's lock when it loses its core holds up the window.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS_BESIDE_A_WINDOW)


def die_first() -> None:
    """Where memory runs out, let Linux end this process rather than one that is not told so."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_DIES_FIRST)


def release_freed_memory() -> None:
    """Give freed memory back to the system now; harmless where there is no glibc."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if platform.libc_ver()[0] != "glibc":
        return None
    return ctypes.CDLL(None)
