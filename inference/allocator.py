"""Keeping freed memory in the process, which makes the networks a third faster on a CPU.

By default glibc gives the megabytes of every layer's output back to the kernel, and the next
layer pays for fetching them again.
"""

from __future__ import annotations

import ctypes
import platform

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGEST_KEPT = 1 << 30
_NEVER_TRIM = 2**31 - 1


def keep_freed_memory() -> bool:
    """Tell glibc to keep freed memory, in one pool for all threads.

    Call it before the first thread starts: a thread that already has a pool of its own keeps it
    and gains nothing. Returns False, having done nothing, where the C library is another one.
    """
    library = _glibc()
    if library is None:
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
