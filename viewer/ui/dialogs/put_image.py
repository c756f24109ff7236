"""Which image hangs in the active pane: a list that is read and chosen by keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.image_marks import marks_of
from viewer.domain.image_stack import ImageStack
from viewer.session.series import SeriesSection
from viewer.ui.text_size import size_dialog
from viewer.ui.theme import SECONDARY

_IMAGE_ID = Qt.ItemDataRole.UserRole


class PutImageDialog(QDialog):
    """Every image of the exam and its patient's other studies; Enter takes one."""

    def __init__(
        self,
        sections: Iterable[SeriesSection],
        *,
        shown: str | None,
        parent: QWidget | None = None,
    ) -> None:
        """shown: the image in the pane now."""
        super().__init__(parent)
        self.setWindowTitle("Put image here")
        size_dialog(self, 460, 480)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Images")
        for section in sections:
            self._add(section, shown)
        self.list.itemActivated.connect(self.accept)
        words = QLabel("Enter puts the image into the active pane.", self)
        words.setObjectName("hint")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Put here")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(words)
        layout.addWidget(self.list, 1)
        layout.addWidget(buttons)
        self.list.setFocus()

    @property
    def chosen(self) -> str | None:
        """The id of the image that is selected."""
        item = self.list.currentItem()
        chosen: str | None = None if item is None else item.data(_IMAGE_ID)
        return chosen

    def _add(self, section: SeriesSection, shown: str | None) -> None:
        if section.title and section.images:
            heading = QListWidgetItem(", ".join(w for w in (section.title, section.between) if w))
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setForeground(QColor(SECONDARY))
            self.list.addItem(heading)
        for image in section.images:
            item = QListWidgetItem(_words(image))
            item.setData(_IMAGE_ID, image.image_id)
            self.list.addItem(item)
            if image.image_id == shown or self.list.currentItem() is None:
                self.list.setCurrentItem(item)


def _words(image: ImageStack) -> str:
    slices = f", {image.slices} slices" if image.slices > 1 else ""
    marks = "".join(f", {mark}" for mark in marks_of(image))
    return f"{image.name}{slices}{marks}"
