"""Whether the reader is there: input, focus, and whether the window can be seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

_INPUTS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
    }
)


class Presence(QObject):
    """Watches every event of the program.

    A locked screen is known as far as Qt tells: the program stops being the active one.
    """

    had_input = Signal()
    changed = Signal(bool)
    """Whether the program is in front and the window is not minimised."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._is_present = True
        application = QApplication.instance()
        if isinstance(application, QGuiApplication):
            application.installEventFilter(self)
            application.applicationStateChanged.connect(self._look)

    def stop(self) -> None:
        """Watch no longer."""
        application = QApplication.instance()
        if isinstance(application, QGuiApplication):
            application.removeEventFilter(self)
            application.applicationStateChanged.disconnect(self._look)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Note inputs, and the window being minimised; nothing is kept from anyone."""
        kind = event.type()
        if kind in _INPUTS:
            self.had_input.emit()
        elif kind == QEvent.Type.WindowStateChange and watched is self._window:
            self._look()
        return False

    @Slot()
    def _look(self) -> None:
        is_active = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        is_present = is_active and not self._window.isMinimized()
        if is_present != self._is_present:
            self._is_present = is_present
            self.changed.emit(is_present)
