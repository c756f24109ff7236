"""Small signs beside words, drawn as lines: no state is told by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from viewer.rendering.captions import AiLook
from viewer.ui.pane.ink import ACCENT, ERROR, SECONDARY, TEXT, WARNING

AI_COLOURS: Mapping[AiLook, QColor] = {
    AiLook.NOT_RUN: SECONDARY,
    AiLook.QUEUED: SECONDARY,
    AiLook.RUNNING: ACCENT,
    AiLook.SCORES: TEXT,
    AiLook.NOTHING_SALIENT: TEXT,
    AiLook.FAILED: ERROR,
}


def draw_warning_sign(painter: QPainter, rect: QRectF) -> None:
    """A triangle with an exclamation mark."""
    pen = _pen(WARNING, rect)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    top = QPointF(rect.center().x(), rect.top())
    painter.drawPolygon(QPolygonF([top, rect.bottomRight(), rect.bottomLeft()]))
    x, height = rect.center().x(), rect.height()
    painter.drawLine(QPointF(x, rect.top() + 0.40 * height), QPointF(x, rect.top() + 0.65 * height))
    painter.drawPoint(QPointF(x, rect.top() + 0.83 * height))


def draw_reduced_sign(painter: QPainter, rect: QRectF) -> None:
    """A small square in the corner of a larger one: the image is shown below 1:1."""
    pen = _pen(SECONDARY, rect)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)
    inner = QRectF(rect)
    inner.setSize(rect.size() * 0.5)
    inner.moveBottomLeft(rect.bottomLeft())
    painter.fillRect(inner, SECONDARY)


def draw_error_sign(painter: QPainter, rect: QRectF) -> None:
    """A cross in a circle."""
    painter.setPen(_pen(ERROR, rect))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(rect)
    inset = rect.width() * 0.32
    inner = rect.adjusted(inset, inset, -inset, -inset)
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())


def draw_ai_sign(painter: QPainter, rect: QRectF, look: AiLook, fraction: float | None) -> None:
    """The sign of an AI state; `fraction` is how much is done while running."""
    painter.setPen(_pen(AI_COLOURS[look], rect))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if look is AiLook.RUNNING:
        _draw_progress_ring(painter, rect, fraction or 0.0)
    else:
        _SIGNS[look](painter, rect)


def _draw_not_run(painter: QPainter, rect: QRectF) -> None:
    painter.drawEllipse(rect)


def _draw_queued(painter: QPainter, rect: QRectF) -> None:
    """A clock."""
    painter.drawEllipse(rect)
    centre, reach = rect.center(), rect.height()
    painter.drawLine(centre, centre - QPointF(0.0, 0.30 * reach))
    painter.drawLine(centre, centre + QPointF(0.22 * reach, 0.0))


def _draw_progress_ring(painter: QPainter, rect: QRectF, fraction: float) -> None:
    painter.drawEllipse(rect)
    painter.setBrush(ACCENT)
    # Qt counts sixteenths of a degree, anticlockwise from three o'clock.
    painter.drawPie(rect, 90 * 16, -round(360 * 16 * min(max(fraction, 0.0), 1.0)))


def _draw_scores(painter: QPainter, rect: QRectF) -> None:
    """A disc: the AI is done and has something to say."""
    painter.setBrush(TEXT)
    inset = rect.width() * 0.15
    painter.drawEllipse(rect.adjusted(inset, inset, -inset, -inset))


def _draw_nothing_salient(painter: QPainter, rect: QRectF) -> None:
    """A dash in a circle: done, nothing to point at."""
    painter.drawEllipse(rect)
    reach = rect.width() * 0.25
    centre = rect.center()
    painter.drawLine(centre - QPointF(reach, 0.0), centre + QPointF(reach, 0.0))


_SIGNS: Mapping[AiLook, Callable[[QPainter, QRectF], None]] = {
    AiLook.NOT_RUN: _draw_not_run,
    AiLook.QUEUED: _draw_queued,
    AiLook.SCORES: _draw_scores,
    AiLook.NOTHING_SALIENT: _draw_nothing_salient,
    AiLook.FAILED: draw_error_sign,
}


def _pen(colour: QColor, rect: QRectF) -> QPen:
    pen = QPen(colour, max(1.0, rect.height() * 0.11))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
