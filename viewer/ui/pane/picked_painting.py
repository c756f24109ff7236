"""A picked point as a small cross, the arc of equal distance as a dashed line."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from viewer.domain.viewport import Viewport
from viewer.rendering.picked import PickedDrawing
from viewer.ui.pane.ink import BOX_PEN, READER, SHADOW, faded

_ARM, _GAP = 9.0, 3.0


def draw_picked(
    painter: QPainter, picked: PickedDrawing | None, viewport: Viewport, scale: float
) -> None:
    """Draw the lines of a picked point; its words are corner text.

    scale: device pixels per logical pixel.
    """
    if picked is None:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    lines = [
        QPolygonF([QPointF(*viewport.to_device(*point)) for point in arc]) for arc in picked.arcs
    ]
    for colour, extra, style in (
        (faded(SHADOW, 0.7), 2.0, Qt.PenStyle.SolidLine),
        (READER, 0.0, Qt.PenStyle.DashLine),
    ):
        pen = QPen(colour, (BOX_PEN + extra) * scale, style)
        painter.setPen(pen)
        for line in lines:
            painter.drawPolyline(line)
        if picked.cross is not None:
            pen.setStyle(Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            _draw_cross(painter, QPointF(*viewport.to_device(*picked.cross)), scale)


def _draw_cross(painter: QPainter, centre: QPointF, scale: float) -> None:
    for direction in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
        painter.drawLine(centre + direction * _GAP * scale, centre + direction * _ARM * scale)
