"""Letters at the edges of a CT image: which way the patient's right, front and head lie."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_font
from viewer.ui.pane.ink import MARGIN, SHADOW, TEXT

_SIZE = 15.0


def draw_edge_letters(painter: QPainter, scene: PaneScene, scale: float) -> None:
    """Draw left, right, top and bottom letters inside what the pane shows of its image."""
    viewport = scene.viewport
    if scene.edges is None or viewport is None:
        return
    width = viewport.image_columns * viewport.scale_column
    height = viewport.image_rows * viewport.scale_row
    pane = QRectF(0, 0, scene.pane_width, scene.pane_height)
    shown = QRectF(viewport.left, viewport.top, width, height).intersected(pane)
    font = text_font(_SIZE * scale, QFont.Weight.Medium)
    metrics = QFontMetricsF(font)
    margin, high = MARGIN * scale, metrics.capHeight()
    if shown.width() < 8 * margin or shown.height() < 8 * margin:
        return
    left, right, top, bottom = scene.edges
    middle = shown.center()
    painter.setFont(font)
    for letter, x, baseline in (
        (left, shown.left() + margin, middle.y() + high / 2),
        (right, shown.right() - margin - metrics.horizontalAdvance(right), middle.y() + high / 2),
        (top, middle.x() - metrics.horizontalAdvance(top) / 2, shown.top() + margin + high),
        (bottom, middle.x() - metrics.horizontalAdvance(bottom) / 2, shown.bottom() - margin),
    ):
        painter.setPen(SHADOW)
        painter.drawText(QPointF(x + scale, baseline + scale), letter)
        painter.setPen(TEXT)
        painter.drawText(QPointF(x, baseline), letter)
