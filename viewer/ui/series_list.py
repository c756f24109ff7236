"""The images of the exam and of its patient's other studies as thumbnails.

A click brings an image up where it belongs; dragged to a pane it is put there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from viewer.domain.image_stack import ImageStack
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.small_pictures import PictureKey, PictureRequest, SmallPictures
from viewer.session.placing import brought_up
from viewer.session.session import Change, Session
from viewer.ui.series_cells import SeriesCells
from viewer.ui.series_layout import PICTURE
from viewer.ui.text_size import follow_text_size, scaled

WIDTH = 116


class SeriesList(QScrollArea):
    """All images that can come on screen."""

    patient_questioned = Signal(str)
    """The exam id of a study whose patient the reader wants to confirm."""

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        pictures: SmallPictures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("seriesList")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        follow_text_size(self, lambda: self.setFixedWidth(scaled(WIDTH)))
        self._session = session
        self._pictures = pictures
        self._wanted: frozenset[str] = frozenset()
        self.cells = SeriesCells(width=WIDTH, parent=self)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 0, 4)
        column.addWidget(self.cells)
        column.addStretch(1)
        self.setWidget(inside)
        self.cells.image_chosen.connect(self._bring_up)
        self.cells.patient_questioned.connect(self.patient_questioned)
        pictures.made.connect(self._take_picture)
        files.frames_dropped.connect(self._picture_anew)
        session.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        if change.keeps_images:
            return
        if not change.touches(
            "exams", "exam_id", "confirmed_patients", "panes", "active", "layout"
        ):
            return
        before = self.cells.images
        self.cells.show_images(change.new)
        # An exam that is opened or put away in the background changes no picture here.
        if change.touches("exam_id") or _others(before, self.cells.images):
            self._picture_anew()

    @Slot()
    def _picture_anew(self) -> None:
        images = self.cells.images
        self.cells.forget_pictures()
        self._wanted = frozenset(image.image_id for image in images)
        side = round(PICTURE * self.devicePixelRatioF())
        self._pictures.want(
            [
                PictureRequest(
                    key=(image.image_id, 0),
                    stack=image,
                    slice_index=image.slices // 2,
                    box=None,
                    width=side,
                    height=side,
                )
                for image in images
            ]
        )

    @Slot(object, object)
    def _take_picture(self, key: PictureKey, picture: NDArray[np.uint8]) -> None:
        if key[0] in self._wanted:
            self.cells.show_picture(key[0], picture)

    @Slot(str)
    def _bring_up(self, image_id: str) -> None:
        self._session.apply(lambda state: brought_up(state, image_id))


def _others(before: Sequence[ImageStack], after: Sequence[ImageStack]) -> bool:
    """Whether these are not the very same images."""
    return len(before) != len(after) or any(
        one is not other for one, other in zip(before, after, strict=True)
    )
