"""A window goes to full screen or back; what stands around the images follows with its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

_LONGEST_MS = 100
"""A desktop that gives another size has done so by then."""


class FullScreenTurn(QObject):
    """Lets the window take its new state first, and its parts come or go with its new size.

    If they came or went at once, the images would be laid out and painted for a size that lasts
    a few milliseconds. Until the size arrives, everything stays as it was. Where the desktop
    gives no other size, the parts come or go after a tenth of a second.
    """

    def __init__(self, *, window: QWidget, inside: QWidget, fold: Callable[[], None]) -> None:
        """Watch for the size.

        inside: what is laid out in the window. fold: shows and hides its parts within
        `laid_out_once`.
        """
        super().__init__(window)
        self._window = window
        self._inside = inside
        self._fold = fold
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LONGEST_MS)
        self._late.timeout.connect(fold)
        inside.installEventFilter(self)

    @property
    def is_waiting(self) -> bool:
        """Whether the parts are still to come or go."""
        return self._late.isActive()

    def begin(self, is_full: bool) -> None:
        """Ask the desktop for full screen, or to leave it."""
        self._set_enabled(False)
        self._late.start()
        if is_full != self._window.isFullScreen():
            # Some desktops give the size before this returns.
            state = self._window.windowState()
            self._window.setWindowState(state ^ Qt.WindowState.WindowFullScreen)

    @contextmanager
    def laid_out_once(self) -> Iterator[None]:
        """Lay the parts out when all that is done within is done; nothing is waited for then."""
        self._late.stop()
        self._set_enabled(False)
        try:
            yield
        finally:
            self._set_enabled(True)
            layout = self._inside.layout()
            if layout is not None:
                # Sizes that came meanwhile have not been followed.
                layout.invalidate()
                layout.activate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Fold when the size has come."""
        if watched is self._inside and event.type() == QEvent.Type.Resize and self.is_waiting:
            self._fold()
        return False

    def _set_enabled(self, is_enabled: bool) -> None:
        layout = self._inside.layout()
        if layout is not None:
            layout.setEnabled(is_enabled)
