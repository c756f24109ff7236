"""Decoding yields to the window, and inference yields to decoding."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_NICENESS = 4
"""Between the window's 0 and the 10 of inference."""


def yield_to_window() -> None:
    """Lower the calling thread's priority where the system lets a thread have its own (Linux)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
