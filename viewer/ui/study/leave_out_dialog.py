"""The designer's decision to leave out a case that cannot be shown."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from viewer.ui.text_size import scaled

SHORTEST_REASON = 5


class LeaveOutDialog(QDialog):
    """Asks for the reason, and that it is the designer who decides."""

    def __init__(self, alias: str, trouble: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Leave a case out")
        words = QLabel(
            f"Case {alias} of this reader and session will not be read. It is recorded as the "
            f"designer's decision and named in the report.\n\n{trouble}",
            self,
        )
        words.setWordWrap(True)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Reason, needed")
        self.field.setAccessibleName("Reason")
        self.is_designer = QCheckBox("I am, or act for, the study's designer", self)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Leave it out")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for widget in (words, self.field, self.is_designer, self.buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(scaled(460))
        self.field.textChanged.connect(self._show)
        self.is_designer.toggled.connect(self._show)
        self._show()

    @property
    def reason(self) -> str:
        """What was given as the reason."""
        return self.field.text().strip()

    @Slot()
    def _show(self) -> None:
        complete = len(self.reason) >= SHORTEST_REASON and self.is_designer.isChecked()
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(complete)
