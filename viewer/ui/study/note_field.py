"""Free text in the question form."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from viewer.ui.text_size import follow_text_size, scaled

_HEIGHT = 44
LONGEST_TEXT = 2000
_EDITING = {Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z, Qt.Key.Key_Y}


class NoteField(QPlainTextEdit):
    """Takes letters while it has the keyboard; Esc gives it back to the images."""

    left = Signal()
    written = Signal(str)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText("Remarks")
        follow_text_size(self, lambda: self.setFixedHeight(scaled(_HEIGHT)))
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.textChanged.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Show what was written, unless it is being written here."""
        if text == self.toPlainText():
            return
        self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Write; Esc leaves, and keys of the window go to the window."""
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.left.emit()
        elif is_function or (has_control and Qt.Key(event.key()) not in _EDITING):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        text = self.toPlainText()
        if len(text) > LONGEST_TEXT:
            text = text[:LONGEST_TEXT]
            self.show_text(text)
        self.written.emit(text)
