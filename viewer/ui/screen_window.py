"""A window of images only, for a further screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch


class ScreenWindow(QWidget):
    """Panes without any chrome; keys do what they do in the main window."""

    closing = Signal()

    def __init__(self, *, hanging: HangingView, keys: KeyDispatch, screen: int) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowTitle(f"Tomolens, screen {screen + 1}")
        self.setAccessibleName(f"Images, screen {screen + 1}")
        self.setStyleSheet("background: #000000")
        self._keys = keys
        self.hanging = hanging
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(hanging)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Perform what the key is bound to."""
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """End what the key held."""
        if not self._keys.release(event):
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, N802
        """Keep Tab for the next pane."""
        del next
        return False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """End held keys when another window takes the keyboard: their release goes there."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._keys.release_all()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Let the panes go back to the main window."""
        self.closing.emit()
        super().closeEvent(event)
