"""Asks what a mark is: its class, words, and the slices that show it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.mark import LONGEST_TEXT, Mark, MarkClass, MarkShape
from viewer.ui.text_size import scaled

_HINT = "Do not write who the patient is: words are kept as typed."
_CLASSES = tuple(MarkClass)


class MarkWordsDialog(QDialog):
    """The fields of one mark; `mark` is what they say."""

    def __init__(self, mark: Mark, *, slices: int, parent: QWidget | None = None) -> None:
        """slices: of the mark's image; of a single one nothing is asked about slices."""
        super().__init__(parent)
        self._mark = mark
        self.setWindowTitle(f"{mark.view} {mark.shape.value}".strip())
        self.classes = QComboBox(self)
        self.classes.addItems([one.value for one in _CLASSES])
        self.classes.setCurrentIndex(_CLASSES.index(mark.mark_class))
        self.classes.setAccessibleName("Class")
        self.words = QLineEdit(mark.text, self)
        self.words.setMaxLength(LONGEST_TEXT)
        self.words.setMinimumWidth(scaled(320))
        self.words.setAccessibleName("Words")
        self.first = self._slice_box("First slice", 1, mark.slice_index + 1, mark.first_slice)
        self.last = self._slice_box("Last slice", mark.slice_index + 1, slices, mark.last_slice)
        self._lay_out(has_slices=slices > 1)
        start = self.words if mark.shape is MarkShape.TEXT else self.classes
        start.setFocus()

    @property
    def mark(self) -> Mark:
        """The mark as the fields say."""
        return replace(
            self._mark,
            mark_class=_CLASSES[self.classes.currentIndex()],
            text=self.words.text().strip(),
            first_slice=self.first.value() - 1,
            last_slice=self.last.value() - 1,
        )

    def _slice_box(self, name: str, lowest: int, highest: int, slice_index: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(lowest, max(lowest, highest))
        box.setValue(slice_index + 1)
        box.setAccessibleName(name)
        return box

    def _lay_out(self, *, has_slices: bool) -> None:
        hint = QLabel(_HINT, self)
        hint.setObjectName("hint")
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.addRow("Class", self.classes)
        form.addRow("Words", self.words)
        form.addRow("", hint)
        self.first.setVisible(has_slices)
        self.last.setVisible(has_slices)
        if has_slices:
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(self.first)
            row.addWidget(QLabel("to", self))
            row.addWidget(self.last)
            row.addStretch(1)
            form.addRow("Seen on slices", row)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addLayout(form)
        layout.addWidget(buttons)
