"""Lets the user say which view an image is that could not be identified."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from inference.types import Laterality
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import View, ViewPosition

_SIDES = {"unknown": None, "Right": Laterality.RIGHT, "Left": Laterality.LEFT}
_WORDS = """\
Say which breast and projection an image shows. It is laid and hung accordingly, and the AI can
run on it. The file is not changed."""


class AssignViewsDialog(QDialog):
    """One line an image: side and projection; unknown ones first."""

    def __init__(self, exam: Exam, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Assign views: {exam.alias}")
        mammograms = [image for image in exam.images if image.ct is None]
        self._images = sorted(mammograms, key=lambda image: image.view.is_known)
        self._choices: dict[str, tuple[QComboBox, QComboBox]] = {}
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(words)
        layout.addLayout(self._grid())
        layout.addWidget(buttons)

    @property
    def assigned(self) -> Mapping[str, View]:
        """The views that differ from what the images have now, by image id."""
        changed = {}
        for image in self._images:
            view = self._chosen(image)
            if view != image.view:
                changed[image.image_id] = view
        return changed

    def choose(self, image_id: str, laterality: Laterality, position: ViewPosition) -> None:
        """Set the boxes of an image."""
        side, projection = self._choices[image_id]
        side.setCurrentIndex(list(_SIDES.values()).index(laterality))
        projection.setCurrentText(position.value)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        for row, image in enumerate(self._images):
            name = QLabel(image.name, self)
            if not image.view.is_known:
                name.setObjectName("warning")
            side, projection = QComboBox(self), QComboBox(self)
            side.setAccessibleName(f"Side of {image.name}")
            projection.setAccessibleName(f"Projection of {image.name}")
            side.addItems(list(_SIDES))
            side.setCurrentIndex(list(_SIDES.values()).index(image.view.laterality))
            projection.addItems(["unknown", *(position.value for position in ViewPosition)])
            if image.view.position is not None:
                projection.setCurrentText(image.view.position.value)
            self._choices[image.image_id] = (side, projection)
            for column, widget in enumerate((name, side, projection)):
                grid.addWidget(widget, row, column)
        grid.setColumnStretch(0, 1)
        return grid

    def _chosen(self, image: ImageStack) -> View:
        side, projection = self._choices[image.image_id]
        name = projection.currentText()
        return View(
            laterality=_SIDES[side.currentText()],
            position=None if name == "unknown" else ViewPosition(name),
            modifiers=image.view.modifiers,
        )
