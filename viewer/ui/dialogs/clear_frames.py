"""Asks before decoded slices are deleted from the disk."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from viewer.ui.text_size import scaled


class ClearFramesDialog(QDialog):
    """Accepted by its own button only."""

    def __init__(self, used_bytes: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Clear the image cache")
        words = QLabel(
            f"Decoded slices of exams that were seen take {used_bytes / (1 << 30):.1f} GB on disk. "
            "They hold patients' pixels without names. The exams themselves are not touched; "
            "they are decoded anew when they open the next time.",
            self,
        )
        words.setWordWrap(True)
        words.setMinimumWidth(scaled(440))
        buttons = QDialogButtonBox(self)
        clear = buttons.addButton("Clear", QDialogButtonBox.ButtonRole.AcceptRole)
        clear.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(words)
        layout.addWidget(buttons)
