"""The patches of the active image, the most attended first; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.ui.fonts import text_font
from viewer.ui.row_keys import ListRow, RowKeys
from viewer.ui.text_size import follow_text_size, scaled, text_factor
from viewer.ui.theme import ACCENT, LINE, SECONDARY, SMALL_PIXELS, TEXT

THUMBNAIL = 64
"""Logical pixels of a patch's picture, both ways."""
_MARGIN = 12
_PADDING = 4
_CELL_HEIGHT = THUMBNAIL + 2 * _PADDING
_MOST_COLUMNS = 2
_NARROWEST = THUMBNAIL + 58
"""Room for a picture and "slice 123" beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchLine:
    """One patch in the list."""

    number: int
    attention: float
    slice_index: int
    slices: int
    colour: str
    is_active: bool

    @property
    def words(self) -> str:
        """The patch as a sentence."""
        where = f", slice {self.slice_index + 1}" if self.slices > 1 else ""
        return f"patch {self.number}, attention {self.attention:.2f}{where}"


class PatchList(QWidget):
    """Pictures with number, attention and slice, in two columns."""

    patch_chosen = Signal(int)
    """The patch's number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[PatchLine, ...] = ()
        self._pictures: dict[int, QImage] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Patches")
        self.hand = RowKeys(self, self._rows)
        self.hand.chosen.connect(lambda row: self.patch_chosen.emit(self._lines[row].number))
        follow_text_size(self, self.updateGeometry)

    @property
    def lines(self) -> tuple[PatchLine, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[PatchLine]) -> None:
        """Show other patches."""
        if tuple(lines) == self._lines:
            return
        grown = len(lines) != len(self._lines)
        self._lines = tuple(lines)
        self.setAccessibleDescription("; ".join(line.words for line in lines))
        if grown:
            self.updateGeometry()
        self.update()

    def forget_pictures(self) -> None:
        """Drop all pictures, as for another image."""
        self._pictures.clear()
        self.update()

    def show_picture(self, number: int, grey: NDArray[np.uint8]) -> None:
        """Show a patch's picture, (rows, columns) in device pixels."""
        rows, columns = grey.shape
        whole = np.ascontiguousarray(grey)
        picture = QImage(
            whole.data, columns, rows, whole.strides[0], QImage.Format.Format_Grayscale8
        ).copy()
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self._pictures[number] = picture
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """High enough for all patches."""
        rows = -(-len(self._lines) // self._columns())
        return QSize(scaled(280), scaled(rows * _CELL_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """All patches are laid out; the panel scrolls."""
        return QSize(scaled(200), self.sizeHint().height())

    def patch_at(self, point: QPointF) -> int | None:
        """The number of the patch at a point."""
        for index, line in enumerate(self._lines):
            if self._cell(index).contains(point / text_factor()):
                return line.number
        return None

    def cell_of(self, number: int) -> QRectF:
        """Where a patch is drawn."""
        cell = self._cell(number - 1)
        factor = text_factor()
        return QRectF(cell.topLeft() * factor, cell.size() * factor)

    def _rows(self) -> tuple[ListRow, ...]:
        return tuple(
            ListRow(words=line.words, place=self.cell_of(index + 1), is_current=line.is_active)
            for index, line in enumerate(self._lines)
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to the patch."""
        number = self.patch_at(event.position())
        if number is not None:
            self.patch_chosen.emit(number)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Ask for the height that its columns need."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the patches."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.scale(text_factor(), text_factor())
        for index, line in enumerate(self._lines):
            self._draw(painter, line, self._cell(index))
        painter.restore()
        self.hand.draw(painter)
        painter.end()

    def _cell(self, index: int) -> QRectF:
        columns = self._columns()
        width = self._inner_width() / columns
        row, column = divmod(index, columns)
        return QRectF(_MARGIN + column * width, row * _CELL_HEIGHT, width, _CELL_HEIGHT)

    def _columns(self) -> int:
        """How many pictures stand side by side with their words whole."""
        return max(1, min(_MOST_COLUMNS, int(self._inner_width() // _NARROWEST)))

    def _inner_width(self) -> float:
        return self.width() / text_factor() - 2 * _MARGIN

    def _draw(self, painter: QPainter, line: PatchLine, cell: QRectF) -> None:
        place = QRectF(cell.left(), cell.top() + _PADDING, THUMBNAIL, THUMBNAIL)
        picture = self._pictures.get(line.number)
        if picture is None:
            painter.fillRect(place, QColor("#000000"))
        else:
            painter.drawImage(place.topLeft(), picture)
        colour = QColor(ACCENT if line.is_active else LINE)
        painter.setPen(QPen(colour, 2 if line.is_active else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
        self._draw_words(painter, line, place)

    def _draw_words(self, painter: QPainter, line: PatchLine, place: QRectF) -> None:
        left = place.right() + 8
        rows = [(f"{line.number}", line.colour, QFont.Weight.DemiBold)]
        rows.append((f"{line.attention:.2f}", TEXT, QFont.Weight.Medium))
        if line.slices > 1:
            rows.append((f"slice {line.slice_index + 1}", SECONDARY, QFont.Weight.Normal))
        for row, (text, colour, weight) in enumerate(rows):
            painter.setFont(text_font(SMALL_PIXELS, weight))
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(left, place.top() + 15 + row * 18), text)
