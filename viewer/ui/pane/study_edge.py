"""The edge of a pane that shows another study than the exam that hangs."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from viewer.ui.pane.ink import SECONDARY

_WIDTH = 2.0
_INSET = 3.0
"""Logical pixels: inside the frame of the active pane, so that both are seen."""


def draw_study_edge(painter: QPainter, pane: QRectF, scale: float, *, on_right: bool) -> None:
    """Draw a dashed line along the air side of a pane, where it covers no tissue.

    scale: device pixels per logical pixel.
    """
    pen = QPen(SECONDARY, _WIDTH * scale)
    pen.setDashPattern([4.0, 3.0])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    device_x = pane.right() - _INSET * scale if on_right else pane.left() + _INSET * scale
    painter.drawLine(QLineF(QPointF(device_x, pane.top()), QPointF(device_x, pane.bottom())))
