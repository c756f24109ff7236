"""Where words to find are typed; keys of the window stay keys of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

_EDITING = {Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z, Qt.Key.Key_Y}


class FindField(QLineEdit):
    """On X11 a plain field takes Ctrl+K, which opens the palette, to delete to the end."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Type; leave chords of letters that edit nothing to the window."""
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_letter = Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
        if has_control and is_letter and Qt.Key(event.key()) not in _EDITING:
            event.ignore()
        else:
            super().keyPressEvent(event)
