"""Boxes with their labels, and truth outlines, over an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from viewer.domain.viewport import Viewport
from viewer.rendering.marks import BoxMark, TruthOutline
from viewer.ui.fonts import text_font, text_metrics
from viewer.ui.pane.box_places import LABEL_PADDING, BoxPlace
from viewer.ui.pane.ink import BOX_LABEL_SIZE, BOX_PEN, OUTLINE_PEN, SHADOW, TRUTH, faded
from viewer.ui.pane.kept_words import (
    PlacedSprite,
    draw_ground,
    draw_words,
    placed_ground,
    placed_words,
    takes_sprites,
)

_DARKER = 165
"""Percent; how much darker the line of a dimmed box is."""
_CLICK_REACH = 5.0
_Rect = tuple[float, float, float, float]
"""Left, top, width and height."""


def box_at(
    marks: Sequence[BoxMark], places: Mapping[int, BoxPlace], scale: float, point: QPointF
) -> int | None:
    """The number of the box whose label or line lies under a device point, the nearest on top.

    places: where boxes and labels were drawn, by number.
    """
    seen = [(mark.number, places[mark.number]) for mark in marks if mark.number in places]
    for number, place in seen:
        if place.label.contains(point):
            return number
    reach = _CLICK_REACH * scale
    for number, place in reversed(seen):
        rect = place.box
        outer = rect.adjusted(-reach, -reach, reach, reach)
        inner = rect.adjusted(reach, reach, -reach, -reach)
        if outer.contains(point) and not inner.contains(point):
            return number
    return None


def draw_boxes(
    painter: QPainter, marks: Sequence[BoxMark], places: Mapping[int, BoxPlace], scale: float
) -> None:
    """Draw boxes and labels at their places, the most attended on top."""
    seen = [(mark, places[mark.number]) for mark in marks if mark.number in places]
    _draw_lines(painter, seen, scale)
    if takes_sprites(painter):
        for mark, place in seen:
            rect = place.label.getRect()
            for sprite in _label_sprites(mark.label, mark.colour, mark.dimmed, rect, scale):
                painter.drawImage(*sprite)
        return
    for mark, place in seen:
        ground, ink = _label_colours(mark.colour, dimmed=mark.dimmed)
        draw_ground(painter, place.label, ground)
        draw_words(painter, _start(place.label, scale), mark.label, *_label_font(scale), ink)


@lru_cache(maxsize=512)
def _label_sprites(
    text: str, colour: str, dimmed: bool, rect: _Rect, scale: float
) -> tuple[PlacedSprite, PlacedSprite]:
    """Ground and words of a label; most stand where they stood on the slice before."""
    label = QRectF(*rect)
    ground, ink = _label_colours(colour, dimmed=dimmed)
    words = placed_words(_start(label, scale), text, *_label_font(scale), ink)
    return placed_ground(label, ground), words


def _start(label: QRectF, scale: float) -> QPointF:
    """Where the baseline of a label's words begins."""
    ascent = text_metrics(*_label_font(scale)).ascent()
    return QPointF(label.left() + LABEL_PADDING * scale, label.top() + ascent)


def _label_font(scale: float) -> tuple[float, QFont.Weight]:
    return BOX_LABEL_SIZE * scale, QFont.Weight.DemiBold


def _draw_lines(painter: QPainter, seen: Sequence[tuple[BoxMark, BoxPlace]], scale: float) -> None:
    """Lines with a dark edge, to be seen on bright tissue as well; dimmed: thin dark lines.

    Snapped to device pixels, opaque and not antialiased: crisp, and five times faster.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for mark, place in seen:
        line, edge = _pens(mark.colour, scale, dimmed=mark.dimmed, dashed=mark.dashed)
        snapped = place.box.toRect()
        if edge is not None:
            painter.setPen(edge)
            painter.drawRect(snapped)
        painter.setPen(line)
        painter.drawRect(snapped)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


@lru_cache(maxsize=32)
def _pens(colour: str, scale: float, *, dimmed: bool, dashed: bool) -> tuple[QPen, QPen | None]:
    """A box's line, and the dark edge below it."""
    width = max(1.0, float(round(BOX_PEN * scale)))
    edge = None if dimmed else QPen(faded(SHADOW, 0.5), width + 2.0)
    if dimmed:
        line = QPen(QColor(colour).darker(_DARKER), max(1.0, float(round(width / 2))))
    else:
        line = QPen(QColor(colour), width)
    if dashed:
        line.setDashPattern([4.0, 3.0])
    return line, edge


@lru_cache(maxsize=16)
def _label_colours(colour: str, *, dimmed: bool) -> tuple[QColor, QColor]:
    """Ground and ink of a label."""
    ink = QColor(colour).lighter(125)
    return faded(SHADOW, 0.5 if dimmed else 0.8), faded(ink, 0.7 if dimmed else 1.0)


def draw_outlines(
    painter: QPainter, outlines: Sequence[TruthOutline], viewport: Viewport, scale: float
) -> None:
    """Draw known findings: dotted and pale, unlike any box, and named."""
    if not outlines:
        return
    font = text_font(BOX_LABEL_SIZE * scale, QFont.Weight.Medium)
    for outline in outlines:
        contours = [
            QPolygonF([QPointF(*viewport.to_device(row, column)) for row, column in contour])
            for contour in outline.contours
        ]
        if not contours:
            continue
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (
            QPen(faded(SHADOW, 0.5), (OUTLINE_PEN + 1.5) * scale),
            QPen(TRUTH, OUTLINE_PEN * scale, Qt.PenStyle.DotLine),
        ):
            painter.setPen(pen)
            for contour in contours:
                painter.drawPolygon(contour)
        _draw_outline_name(painter, outline, viewport, font, scale)


def outline_name_rects(
    outlines: Sequence[TruthOutline], viewport: Viewport, scale: float
) -> tuple[QRectF, ...]:
    """Where the names of known findings stand, in device pixels."""
    if not outlines:
        return ()
    font = text_font(BOX_LABEL_SIZE * scale, QFont.Weight.Medium)
    metrics = QFontMetricsF(font)
    return tuple(
        QRectF(
            position.x(),
            position.y() - metrics.ascent(),
            metrics.horizontalAdvance(outline.name),
            metrics.height(),
        )
        for outline in outlines
        if (position := _outline_name_position(outline, viewport, font, scale)) is not None
    )


def _draw_outline_name(
    painter: QPainter, outline: TruthOutline, viewport: Viewport, font: QFont, scale: float
) -> None:
    position = _outline_name_position(outline, viewport, font, scale)
    if position is None:
        return
    painter.setFont(font)
    painter.setPen(SHADOW)
    painter.drawText(position + QPointF(scale, scale), outline.name)
    painter.setPen(TRUTH)
    painter.drawText(position, outline.name)


def _outline_name_position(
    outline: TruthOutline, viewport: Viewport, font: QFont, scale: float
) -> QPointF | None:
    """Below the outline, where box labels seldom are, and whole within the pane."""
    if not outline.contours:
        return None
    lows = np.min([contour.min(axis=0) for contour in outline.contours], axis=0)
    highs = np.max([contour.max(axis=0) for contour in outline.contours], axis=0)
    corners = [QPointF(*viewport.to_device(float(p[0]), float(p[1]))) for p in (lows, highs)]
    around = QRectF(*corners).normalized()
    metrics = QFontMetricsF(font)
    gap = 4.0 * scale
    rightmost = viewport.pane_width - metrics.horizontalAdvance(outline.name) - gap
    lowest = viewport.pane_height - metrics.descent() - gap
    return QPointF(
        max(gap, min(around.left(), rightmost)),
        max(metrics.ascent() + gap, min(around.bottom() + metrics.ascent() + gap, lowest)),
    )
