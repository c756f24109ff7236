"""What else a two-view model's result says of the active image's breast."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from viewer.session.state import SessionState
from viewer.ui.panel.breast_lines import breast_words


class BreastNote(QLabel):
    """The images a breast was scored from, what was missing, or why it failed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hint")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setContentsMargins(12, 4, 12, 8)

    def show_state(self, state: SessionState) -> None:
        """Show the breast of the active image; nothing where there is nothing to say."""
        words, is_failure = breast_words(state)
        kind = "error" if is_failure else "hint"
        if self.objectName() != kind:
            self.setObjectName(kind)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setText(words)
        self.setVisible(bool(words))
