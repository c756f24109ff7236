"""Paints the picture of a design: readers down, sessions across, phases as boxes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from viewer.study.design_picture import (
    BoxRole,
    DesignPicture,
    PictureBox,
    PictureText,
    TextRole,
)
from viewer.ui.fonts import text_font
from viewer.ui.text_size import follow_text_size, scaled, text_factor
from viewer.ui.theme import LINE, SECONDARY, TEXT

_FILL = {
    BoxRole.TRAINING: "#1c1f23",
    BoxRole.ALONE: "#1d3442",
    BoxRole.AIDED: "#4a3712",
    BoxRole.ON_REQUEST: "#2b2413",
}
_EDGE = {
    BoxRole.TRAINING: SECONDARY,
    BoxRole.ALONE: "#56b4e9",
    BoxRole.AIDED: "#e69f00",
    BoxRole.ON_REQUEST: "#e69f00",
}
_DASHED = (BoxRole.ON_REQUEST, BoxRole.TRAINING)
_TEXTS = {
    TextRole.TITLE: (15, QFont.Weight.DemiBold, TEXT),
    TextRole.HEADING: (13, QFont.Weight.DemiBold, TEXT),
    TextRole.READER: (13, QFont.Weight.Normal, TEXT),
    TextRole.NOTE: (11, QFont.Weight.Normal, SECONDARY),
}
_SCALES = (0.8, 1.35)
"""Least and most at 100 % text."""
_EMPTY = (320, 60)
_LOCK = 4.0


class PictureView(QWidget):
    """Scales the picture to the room there is, within what is easy to read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: DesignPicture | None = None
        self._room = 0
        self._scale = 1.0
        self.setAccessibleName("Design of the study")
        follow_text_size(self, self._fit)

    @property
    def picture(self) -> DesignPicture | None:
        """What is drawn."""
        return self._picture

    def show_picture(self, picture: DesignPicture | None) -> None:
        """Draw another one; None: nothing."""
        self._picture = picture
        if picture is not None:
            words = [f"{box.text} {box.detail}".strip() for box in picture.boxes]
            self.setAccessibleDescription(". ".join(words))
        self._fit()
        self.update()

    def use_room(self, width: int) -> None:
        """Fill a width, in logical pixels, with words neither too small nor too large."""
        self._room = width
        self._fit()

    def _fit(self) -> None:
        picture = self._picture
        if picture is None:
            self.setFixedSize(scaled(_EMPTY[0]), scaled(_EMPTY[1]))
            return
        least, most = (scale * text_factor() for scale in _SCALES)
        self._scale = min(most, max(least, self._room / picture.width))
        self.setFixedSize(int(picture.width * self._scale), int(picture.height * self._scale) + 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw boxes, locks and texts."""
        picture = self._picture
        if picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        for box in picture.boxes:
            _draw_box(painter, box)
        for text in picture.texts:
            _draw_text(painter, text)
        painter.end()


class PictureArea(QScrollArea):
    """As high as the picture; one that is wider than the page is scrolled sideways."""

    def __init__(self, view: PictureView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Picture of the design")
        self.setWidget(view)
        view.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new width."""
        super().resizeEvent(event)
        self._view.use_room(self.viewport().width())
        self._take_height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the picture's height."""
        if event.type() == QEvent.Type.Resize:
            self._take_height()
        return super().eventFilter(watched, event)

    def _take_height(self) -> None:
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if self._view.width() > self.viewport().width() else 0
        self.setFixedHeight(self._view.height() + below)


def _draw_box(painter: QPainter, box: PictureBox) -> None:
    place = QRectF(box.left, box.top, box.width, box.height)
    if box.role is BoxRole.WASHOUT:
        painter.setPen(QPen(QColor(LINE), 1.2))
        middle = place.center().y()
        painter.drawLine(QPointF(place.left(), middle), QPointF(place.right(), middle))
        painter.fillRect(place.adjusted(8, 6, -8, -6), QColor("#16181b"))
    else:
        pen = QPen(QColor(_EDGE[box.role]), 1.1)
        if box.role in _DASHED:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(_FILL[box.role]))
        painter.drawRoundedRect(place, 4, 4)
    _draw_words(painter, box, place)
    if box.is_locked:
        _draw_lock(painter, place)


def _draw_words(painter: QPainter, box: PictureBox, place: QRectF) -> None:
    half = place.height() / 2
    upper = QRectF(place.left(), place.top() + 3, place.width(), half)
    lower = QRectF(place.left(), place.top() + half - 3, place.width(), half)
    centred = Qt.AlignmentFlag.AlignCenter
    is_note = box.role is BoxRole.WASHOUT
    painter.setPen(QColor(SECONDARY if is_note else TEXT))
    painter.setFont(text_font(12, QFont.Weight.Medium))
    painter.drawText(upper if box.detail else place, centred, box.text)
    if box.detail:
        painter.setPen(QColor(SECONDARY))
        painter.setFont(text_font(11))
        painter.drawText(lower, centred, box.detail)


def _draw_lock(painter: QPainter, place: QRectF) -> None:
    """A padlock at the right end: what comes after waits for it."""
    middle, right = place.center().y(), place.right() - 10
    painter.setPen(QPen(QColor(TEXT), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(right - 3, middle - 8, 6, 9), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(TEXT))
    painter.drawRoundedRect(QRectF(right - _LOCK, middle - 3, 2 * _LOCK, 7), 1, 1)


def _draw_text(painter: QPainter, text: PictureText) -> None:
    size, weight, colour = _TEXTS[text.role]
    painter.setFont(text_font(size, weight))
    painter.setPen(QColor(colour))
    left = text.left
    if text.is_centred:
        left -= painter.fontMetrics().horizontalAdvance(text.text) / 2
    painter.drawText(QPointF(left, text.baseline), text.text)
