"""What the fields of the question form share: how they take and leave the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import ACCENT

_LEAVING = {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Field(QWidget):
    """A painted field of fixed height, which grows with the words.

    It takes the keyboard only when it is given (Space, Tab), never by a click: a click answers,
    and arrow keys go on scrolling slices. Keys it does not use go to the window.
    """

    left = Signal()
    """Esc or Enter: the keyboard goes back to the images."""

    def __init__(self, *, name: str, height: int, parent: QWidget | None = None) -> None:
        """height: logical pixels at 100 % text."""
        super().__init__(parent)
        self._height = height
        # Given by the form only: Qt would otherwise give it when the window comes to the front.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        follow_text_size(self, self.updateGeometry)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as there is room."""
        return QSize(scaled(120), scaled(self._height))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow panels squeeze it."""
        return QSize(scaled(60), scaled(self._height))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Use the key, leave the field, or hand the key on."""
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if self.isEnabled() and self.use_key(event):
            event.accept()
        elif event.key() in _LEAVING and plain:
            event.accept()
            self.left.emit()
        else:
            event.ignore()

    def use_key(self, event: QKeyEvent) -> bool:
        """Act on a key; whether it was one of this field's."""
        del event
        return False

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show who has the keyboard."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def draw_focus(self, painter: QPainter) -> None:
        """A thin frame around the field that has the keyboard."""
        if not self.hasFocus():
            return
        painter.setPen(QPen(QColor(ACCENT), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
