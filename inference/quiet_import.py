"""Imports the networks' libraries in a thread without holding up the window.

An import holds the interpreter's lock while the system loads a library (0.2 s for torch), and
the many objects it makes start full garbage collections (0.1 s each). Both are felt as stutter.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import logging
import sys
import time
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger(__name__)

_LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch.so", "libtorch_python.so")
_RTLD_GLOBAL_LAZY = 0x101


def import_networks() -> None:
    """Import what predicts; afterwards every import of it is instant."""
    if "inference.predictor" in sys.modules:
        return
    started = time.perf_counter()
    _load_libraries()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        importlib.import_module("inference.predictor")
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
    log.info("networks imported seconds=%.1f", time.perf_counter() - started)


def _load_libraries() -> None:
    """Load torch's libraries through ctypes, which releases the lock meanwhile.

    Only on Linux, where it was measured; elsewhere, and when a library is not there, the import
    loads them itself.
    """
    torch = find_spec("torch") if sys.platform == "linux" else None
    if torch is None or torch.origin is None:
        return
    folder = Path(torch.origin).parent / "lib"
    system = ctypes.CDLL(None)
    system.dlopen.restype = ctypes.c_void_p
    system.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    for name in _LIBRARIES:
        system.dlopen(str(folder / name).encode(), _RTLD_GLOBAL_LAZY)
