"""Qt without a display, for the commands that paint pictures."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """Whether a window could be seen; always so on Windows and macOS."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def paint_offscreen() -> None:
    """Make Qt paint into memory; must come before the first import of Qt."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
