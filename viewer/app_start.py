"""What every window's start shares: the dark application, its size, the interpreter's manners."""

from __future__ import annotations

import gc
import signal
import sys

import cv2
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from inference.process import usable_cores
from viewer.storage.places import Places
from viewer.storage.settings_file import read_settings
from viewer.ui.theme import apply_theme, use_text_size

FIRST_SIZE = (1600, 960)
SWITCH_INTERVAL_S = 0.0002
"""How long another thread may keep the interpreter while the window waits for it."""


def dark_application() -> QApplication:
    """The one application of the process, made if there is none, in the program's colours."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("Tomolens")
    application.setDesktopFileName("tomolens")
    apply_theme(application)
    return application


def use_own_text_size(where: Places) -> tuple[str, ...]:
    """Make words as large as the settings say; returns what was wrong with their file."""
    stored = read_settings(where.settings_file)
    use_text_size(stored.settings.text_percent)
    return stored.complaints


def favour_the_window() -> None:
    """Set the interpreter so that other threads hold up the window as little as possible.

    For the whole process; call it once everything is built.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # OpenCV's own threads take cores from the window's thread, which then waits for them.
    cv2.setNumThreads(max(1, usable_cores() // 2))
    # Start-up objects live as long as the program: collecting them again only costs time.
    gc.collect()
    gc.freeze()


def size_on(application: QApplication) -> tuple[int, int]:
    """As large as planned, or as the screen allows."""
    room = application.primaryScreen().availableSize()
    return min(FIRST_SIZE[0], room.width()), min(FIRST_SIZE[1], room.height())


def end_on_interrupt(application: QApplication) -> None:
    """Let Ctrl+C in the terminal close the window."""
    signal.signal(signal.SIGINT, lambda *_: application.closeAllWindows())
    # Python looks at signals only when it runs: Qt's loop must come back to it.
    timer = QTimer(application)
    timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
    timer.timeout.connect(lambda: None)
    timer.start(500)
