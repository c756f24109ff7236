"""The images of the exam as thumbnails; a click brings one up where it belongs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from viewer.domain.image_stack import ImageStack
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.small_pictures import PictureKey, PictureRequest, SmallPictures
from viewer.session.placing import brought_up
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.ui.fonts import text_font
from viewer.ui.theme import ACCENT, LINE, SECONDARY, SMALL_PIXELS, TEXT, WARNING

WIDTH = 116
_PICTURE = 84
_CELL = _PICTURE + 40
_MARGIN = 8


class SeriesList(QScrollArea):
    """All images of the exam that hangs."""

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
        self.setFixedWidth(WIDTH)
        self._session = session
        self._pictures = pictures
        self._wanted: frozenset[str] = frozenset()
        self.cells = _Cells(self)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 0, 4)
        column.addWidget(self.cells)
        column.addStretch(1)
        self.setWidget(inside)
        self.cells.image_chosen.connect(self._bring_up)
        pictures.made.connect(self._take_picture)
        files.frames_dropped.connect(self._picture_anew)
        session.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        if change.touches("exams", "exam_id"):
            self._picture_anew()
        if change.is_scrolling:
            return
        if change.touches("exams", "exam_id", "panes", "active", "layout"):
            self.cells.show_images(change.new)

    @Slot()
    def _picture_anew(self) -> None:
        exam = self._session.state.exam
        images = exam.images if exam else ()
        self.cells.forget_pictures()
        self._wanted = frozenset(image.image_id for image in images)
        side = round(_PICTURE * self.devicePixelRatioF())
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


class _Cells(QWidget):
    """Draws thumbnails below each other."""

    image_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._images: tuple[ImageStack, ...] = ()
        self._shown: frozenset[str] = frozenset()
        self._active: str | None = None
        self._pictures: dict[str, QImage] = {}
        self.setAccessibleName("Images")

    @property
    def pictured(self) -> frozenset[str]:
        """The images that have a picture."""
        return frozenset(self._pictures)

    def show_images(self, state: SessionState) -> None:
        """Follow the session."""
        images = state.exam.images if state.exam else ()
        grown = len(images) != len(self._images)
        self._images = images
        panes = (state.panes[slot] for slot in state.shown_slots)
        self._shown = frozenset(p.image_id for p in panes if p.image_id is not None)
        self._active = state.active_pane.image_id
        self.setAccessibleDescription(", ".join(image.name for image in images))
        if grown:
            self.setFixedHeight(_CELL * len(images))
        self.update()

    def forget_pictures(self) -> None:
        """Drop all pictures."""
        self._pictures.clear()
        self.update()

    def show_picture(self, image_id: str, grey: NDArray[np.uint8]) -> None:
        """Show an image's picture, (rows, columns) in device pixels."""
        whole = np.ascontiguousarray(grey)
        rows, columns = whole.shape
        picture = QImage(
            whole.data, columns, rows, whole.strides[0], QImage.Format.Format_Grayscale8
        ).copy()
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self._pictures[image_id] = picture
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """All cells."""
        return QSize(WIDTH, _CELL * len(self._images))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the image under the pointer."""
        index = int(event.position().y() // _CELL)
        if 0 <= index < len(self._images):
            self.image_chosen.emit(self._images[index].image_id)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the cells in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, image in enumerate(self._images):
            top = index * _CELL
            if event.rect().top() - _CELL <= top <= event.rect().bottom():
                self._draw(painter, image, top)
        painter.end()

    def _draw(self, painter: QPainter, image: ImageStack, top: int) -> None:
        place = QRectF((self.width() - _PICTURE) / 2, top + 4, _PICTURE, _PICTURE)
        picture = self._pictures.get(image.image_id)
        if picture is None:
            painter.fillRect(place, QColor("#000000"))
        else:
            painter.drawImage(place.topLeft(), picture)
        is_active = image.image_id == self._active
        is_shown = image.image_id in self._shown
        painter.setPen(QColor(ACCENT if is_active else SECONDARY if is_shown else LINE))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.setFont(text_font(SMALL_PIXELS, QFont.Weight.Medium))
        painter.setPen(QColor(WARNING if image.lacks_view else TEXT))
        painter.drawText(QPointF(place.left(), place.bottom() + 14), image.title)
        painter.setFont(text_font(11))
        painter.setPen(QColor(SECONDARY))
        number = f"  {image.slices}" if image.slices > 1 else ""
        words = painter.fontMetrics().elidedText(
            image.kind.value + number,
            Qt.TextElideMode.ElideRight,
            round(self.width() - place.left()) - 4,
        )
        painter.drawText(QPointF(place.left(), place.bottom() + 28), words)
