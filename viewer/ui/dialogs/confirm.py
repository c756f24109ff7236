"""One question that is answered by a button which says what it does."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from viewer.ui.text_size import scaled


class ConfirmDialog(QDialog):
    """Accepted only by its own button; Enter and Escape leave everything as it is."""

    def __init__(
        self, *, title: str, question: str, action: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.question = QLabel(question, self)
        self.question.setWordWrap(True)
        self.question.setMinimumWidth(scaled(380))
        buttons = QDialogButtonBox(self)
        act = buttons.addButton(action, QDialogButtonBox.ButtonRole.AcceptRole)
        act.setAutoDefault(False)
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setDefault(True)
        cancel.setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(self.question)
        layout.addWidget(buttons)
