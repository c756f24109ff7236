"""Windows as large as planned, or as the screen allows."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_FRAME = 48
"""Room for the title bar, which Qt does not know before the window is shown."""


def resize_within_screen(window: QWidget, width: int, height: int) -> None:
    """Resize a window that is not shown yet."""
    room = QGuiApplication.primaryScreen().availableSize()
    window.resize(min(width, room.width()), min(height, room.height() - _FRAME))
