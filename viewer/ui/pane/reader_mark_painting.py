"""A reader's marks over an image: a ring that leaves the place free, and its number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from viewer.domain.viewport import Viewport
from viewer.rendering.marks import ShownMark
from viewer.ui.fonts import text_font, text_metrics, text_width
from viewer.ui.pane.ink import BOX_LABEL_SIZE, BOX_PEN, MARK_RADIUS, READER, SHADOW, faded

_DIMMED = 0.45
_TICK = 5.0


def draw_reader_marks(
    painter: QPainter, marks: Sequence[ShownMark], viewport: Viewport, scale: float
) -> None:
    """Draw rings that leave the place itself free; the selected one is thicker."""
    for shown in marks:
        centre = _centre(shown, viewport)
        strength = _DIMMED if shown.dimmed else 1.0
        width = BOX_PEN * scale * (1.8 if shown.mark.selected else 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (
            QPen(faded(SHADOW, 0.7 * strength), width + 2.0 * scale),
            QPen(faded(READER, strength), width),
        ):
            painter.setPen(pen)
            _draw_ring(painter, centre, scale)
        _draw_label(painter, shown, _label_rect(shown, centre, viewport, scale), scale)


def mark_under(
    marks: Sequence[ShownMark], viewport: Viewport, scale: float, point: QPointF
) -> str | None:
    """The id of the mark whose ring holds a device point, the nearest one."""
    reach = (MARK_RADIUS + _TICK) * scale
    near = []
    for shown in marks:
        away = _centre(shown, viewport) - point
        distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
        if distance <= reach:
            near.append((distance, shown.mark.mark_id))
    return min(near)[1] if near else None


def _centre(shown: ShownMark, viewport: Viewport) -> QPointF:
    return QPointF(*viewport.to_device(shown.mark.row, shown.mark.column))


def _draw_ring(painter: QPainter, centre: QPointF, scale: float) -> None:
    radius, tick = MARK_RADIUS * scale, _TICK * scale
    painter.drawEllipse(centre, radius, radius)
    for direction in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
        painter.drawLine(centre + direction * radius, centre + direction * (radius + tick))


def reader_mark_rects(
    marks: Sequence[ShownMark], viewport: Viewport, scale: float
) -> tuple[QRectF, ...]:
    """Where rings and their words are, in device pixels."""
    reach = (MARK_RADIUS + _TICK) * scale
    rects = []
    for shown in marks:
        centre = _centre(shown, viewport)
        rects.append(QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach))
        rects.append(_label_rect(shown, centre, viewport, scale))
    return tuple(rects)


def _label_rect(shown: ShownMark, centre: QPointF, viewport: Viewport, scale: float) -> QRectF:
    """Right of the ring, or left of it where the pane ends."""
    size, weight = BOX_LABEL_SIZE * scale, QFont.Weight.DemiBold
    width = text_width(shown.label.strip(), size, weight) + 8.0 * scale
    height = text_metrics(size, weight).height()
    away = (MARK_RADIUS + _TICK + 3.0) * scale
    left = centre.x() + away
    if left + width > viewport.pane_width:
        left = centre.x() - away - width
    return QRectF(left, centre.y() - height / 2, width, height)


def _draw_label(painter: QPainter, shown: ShownMark, place: QRectF, scale: float) -> None:
    size, weight = BOX_LABEL_SIZE * scale, QFont.Weight.DemiBold
    painter.fillRect(place, faded(SHADOW, 0.5 if shown.dimmed else 0.8))
    painter.setFont(text_font(size, weight))
    painter.setPen(faded(READER, _DIMMED + 0.2 if shown.dimmed else 1.0))
    ascent = text_metrics(size, weight).ascent()
    painter.drawText(QPointF(place.left() + 4.0 * scale, place.top() + ascent), shown.label.strip())
