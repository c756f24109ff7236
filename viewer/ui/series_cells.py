"""The list of thumbnails itself: what is clicked, what is dragged."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from viewer.domain.image_stack import ImageStack
from viewer.session.series import series_sections
from viewer.session.state import SessionState
from viewer.ui.image_mime import mime_of_image
from viewer.ui.row_keys import ListRow, RowKeys
from viewer.ui.series_layout import Cell, Heading, cell_at, cells_of
from viewer.ui.series_painting import ThumbnailLook, draw_heading, draw_thumbnail
from viewer.ui.text_size import follow_text_size, scaled, text_factor


class SeriesCells(QWidget):
    """Draws the studies and their thumbnails below each other."""

    image_chosen = Signal(str)
    """A click on a thumbnail: the image id."""
    patient_questioned = Signal(str)
    """A click on a study whose patient is to be confirmed: the exam id."""

    def __init__(self, *, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wide = width
        self._cells: tuple[Cell, ...] = ()
        self._shown: frozenset[str] = frozenset()
        self._active: str | None = None
        self._pictures: dict[str, QImage] = {}
        self._pressed: Cell | None = None
        self._press_point = QPointF()
        self.setAccessibleName("Images")
        self.hand = RowKeys(self, self._rows)
        self.hand.chosen.connect(lambda row: self._choose(self._choosable[row]))
        follow_text_size(self, self._take_height)

    @property
    def pictured(self) -> frozenset[str]:
        """The images that have a picture."""
        return frozenset(self._pictures)

    @property
    def images(self) -> tuple[ImageStack, ...]:
        """The images in the list, from above."""
        return tuple(cell.image for cell in self._cells if cell.image is not None)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The headings in the list, from above."""
        return tuple(c.content for c in self._cells if isinstance(c.content, Heading))

    def show_images(self, state: SessionState) -> None:
        """Follow the session."""
        cells = cells_of(series_sections(state))
        panes = (state.panes[slot] for slot in state.shown_slots)
        shown = frozenset(p.image_id for p in panes if p.image_id is not None)
        active = state.active_pane.image_id
        if (cells, shown, active) == (self._cells, self._shown, self._active):
            return
        self._cells, self._shown, self._active = cells, shown, active
        self.setAccessibleDescription(", ".join(_words(cell) for cell in self._cells))
        self._take_height()
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
        for cell in self._cells:
            if cell.image is not None and cell.image.image_id == image_id:
                factor = text_factor()
                top, height = floor(cell.top * factor), ceil(cell.height * factor)
                self.update(0, top, self.width(), height + 1)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All cells."""
        last = self._cells[-1] if self._cells else None
        return QSize(scaled(self._wide), scaled(last.top + last.height) if last else 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._cell_under(event)
            self._press_point = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin to drag the image once the pointer has left the place of the click."""
        moved = (event.position() - self._press_point).manhattanLength()
        image = self._pressed.image if self._pressed else None
        if image is not None and moved >= QApplication.startDragDistance():
            self._pressed = None
            self._drag(image.image_id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a click: bring the image up, or ask about the patient."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or pressed is not self._cell_under(event):
            return
        self._choose(pressed)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the cells in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        factor = text_factor()
        painter.save()
        painter.scale(factor, factor)
        top, bottom = event.rect().top() / factor, event.rect().bottom() / factor
        for cell in self._cells:
            if cell.top <= bottom and cell.top + cell.height >= top:
                self._draw(painter, cell)
        painter.restore()
        self.hand.draw(painter)
        painter.end()

    @property
    def _choosable(self) -> tuple[Cell, ...]:
        """Thumbnails, and headings that ask about a patient."""
        return tuple(
            cell
            for cell in self._cells
            if not isinstance(cell.content, Heading) or cell.content.needs_confirming
        )

    def _rows(self) -> tuple[ListRow, ...]:
        factor, width = text_factor(), float(self.width())
        return tuple(
            ListRow(
                words=_words(cell),
                place=QRectF(0, cell.top * factor, width, cell.height * factor),
                is_current=cell.image is not None and cell.image.image_id == self._active,
            )
            for cell in self._choosable
        )

    def _choose(self, cell: Cell) -> None:
        """Bring an image up, or ask about the patient."""
        if cell.image is not None:
            self.image_chosen.emit(cell.image.image_id)
        elif isinstance(cell.content, Heading) and cell.content.needs_confirming:
            self.patient_questioned.emit(cell.content.exam_id)

    def _draw(self, painter: QPainter, cell: Cell) -> None:
        if isinstance(cell.content, Heading):
            draw_heading(painter, cell, cell.content, self._wide)
            return
        image_id = cell.content.image.image_id
        look = ThumbnailLook(
            picture=self._pictures.get(image_id),
            is_shown=image_id in self._shown,
            is_active=image_id == self._active,
        )
        draw_thumbnail(painter, cell, cell.content, look, self._wide)

    def _cell_under(self, event: QMouseEvent) -> Cell | None:
        return cell_at(self._cells, event.position().y() / text_factor())

    def _take_height(self) -> None:
        if self.minimumHeight() != self.sizeHint().height():
            self.setFixedHeight(self.sizeHint().height())

    def _drag(self, image_id: str) -> None:
        drag = QDrag(self)
        drag.setMimeData(mime_of_image(image_id))
        picture = self._pictures.get(image_id)
        if picture is not None:
            drag.setPixmap(QPixmap.fromImage(picture))
            drag.setHotSpot(QPoint(picture.width() // 2, picture.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)


def _words(cell: Cell) -> str:
    if isinstance(cell.content, Heading):
        heading = cell.content
        return " ".join(w for w in (heading.title, heading.between, heading.doubt or "") if w)
    return " ".join((cell.content.image.name, *cell.content.marks))
