"""Marks over an image: a line with a dark edge, handles, and a label beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import atan2, cos, hypot, pi, sin
from typing import cast

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from viewer.domain.mark import MarkShape
from viewer.domain.mark_geometry import bounds, contour, handles
from viewer.domain.viewport import Viewport
from viewer.rendering.drawn_marks import DrawnMark
from viewer.rendering.same_object import SameObject
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.ink import BOX_LABEL_SIZE, DRAWN, DRAWN_PEN, SHADOW, TEXT, faded
from viewer.ui.pane.kept_words import (
    PlacedSprite,
    draw_ground,
    draw_words,
    placed_ground,
    placed_words,
    takes_sprites,
)
from viewer.ui.pane.label_places import NO_EDGES, Edges, edges_of, place_beside

_EDGE = QColor(0, 0, 0)
"""Opaque: yellow alone is hard to see on white tissue."""
_LABEL_GROUND = faded(SHADOW, 0.8)
_HALO = 1.5
"""Logical pixels of dark edge on either side of a line."""
_SELECTED = 1.6
"""How much thicker the line of a selected mark is."""
LINE_REACH = DRAWN_PEN * _SELECTED / 2 + _HALO
"""Logical pixels from a line's middle to the edge of what is drawn of it, at most."""
_CROSS = 9.0
_CROSS_GAP = 3.0
_ARROW_HEAD = 12.0
_ARROW_ANGLE = pi / 7
_END_TICK = 5.0
HANDLE_SIZE = 7.0
"""Of a handle, and half of one that is held about a place."""
_CORNER = 5.0
_LABEL_GAP = 7.0
_PADDING = 4.0
_QUIET_SIZE = 11.0
_NEAR = 0.45
"""Opacity of a mark on slices nearby."""
_NEAR_WORDS = 0.7
_SLICES_KEPT = 320
"""How many slices' labels are drawn again as they were: four volumes of 80."""


def draw_mark_lines(
    painter: QPainter, marks: Sequence[DrawnMark], viewport: Viewport, scale: float
) -> None:
    """Draw marks without their labels; the selected one has handles and a thicker line.

    scale: device pixels per logical pixel of text and lines.
    """
    for drawn in marks:
        width = DRAWN_PEN * scale * (_SELECTED if drawn.selected else 1.0)
        path = mark_path(drawn, viewport, scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge, line = (faded(c, _NEAR) if drawn.is_near else c for c in (_EDGE, DRAWN))
        for pen, is_smooth in (
            (QPen(edge, width + 2 * _HALO * scale), False),
            (QPen(line, width), True),
        ):
            # The edge is wide and dark: smoothing it costs most of the time and is not seen.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)
            painter.setPen(pen)
            painter.drawPath(path)
        if drawn.corners is not None:
            _draw_corners(painter, drawn, viewport, scale)
        if drawn.selected:
            _draw_handles(painter, drawn, viewport, scale)


def mark_path(drawn: DrawnMark, viewport: Viewport, scale: float) -> QPainterPath:
    """The lines of a mark in device pixels."""
    mark = drawn.mark
    if mark.shape is MarkShape.ELLIPSE:
        path = QPainterPath()
        path.addEllipse(mark_rect(drawn, viewport))
        return path
    points = [QPointF(*viewport.to_device(*point)) for point in contour(mark)]
    if mark.shape.is_spot:
        return _cross(points[0], scale, whole=mark.shape is MarkShape.TEXT)
    if drawn.corners is not None:
        return _growing(points[: drawn.corners], points[-1], scale)
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if mark.shape.is_region:
        path.closeSubpath()
    elif mark.shape is MarkShape.ARROW:
        _add_arrow_head(path, points[0], points[1], scale)
    elif mark.shape is MarkShape.LENGTH:
        _add_end_ticks(path, points[0], points[1], scale)
    return path


def _growing(corners: Sequence[QPointF], hand: QPointF, scale: float) -> QPainterPath:
    """An outline that keys draw: open, to a cross about the point in their hand."""
    path = _cross(hand, scale, whole=False)
    if corners:
        path.moveTo(corners[0])
        for point in (*corners[1:], hand):
            path.lineTo(point)
    return path


def _draw_corners(painter: QPainter, drawn: DrawnMark, viewport: Viewport, scale: float) -> None:
    """The corners that keys have set, and the line that would close the outline."""
    corners = [QPointF(*viewport.to_device(*p)) for p in drawn.mark.points[: drawn.corners]]
    if len(corners) > 1:
        closing = QPen(DRAWN, scale, Qt.PenStyle.DotLine)
        painter.setPen(closing)
        painter.drawLine(QPointF(*viewport.to_device(*drawn.mark.points[-1])), corners[0])
    side = _CORNER * scale
    painter.setPen(QPen(SHADOW, scale))
    painter.setBrush(DRAWN)
    for corner in corners:
        painter.drawRect(QRectF(corner.x() - side / 2, corner.y() - side / 2, side, side))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _cross(centre: QPointF, scale: float, *, whole: bool) -> QPainterPath:
    """Four strokes about a place that stays free; `whole`: a small plus."""
    path = QPainterPath()
    inner, outer = _CROSS_GAP * scale, _CROSS * scale
    if whole:
        inner, outer = 0.0, outer / 2
    for direction in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
        path.moveTo(centre + direction * inner)
        path.lineTo(centre + direction * outer)
    return path


def _add_arrow_head(path: QPainterPath, tail: QPointF, tip: QPointF, scale: float) -> None:
    back = tail - tip
    if hypot(back.x(), back.y()) == 0:
        return
    angle = atan2(back.y(), back.x())
    for side in (-_ARROW_ANGLE, _ARROW_ANGLE):
        path.moveTo(tip)
        away = QPointF(cos(angle + side), sin(angle + side)) * (_ARROW_HEAD * scale)
        path.lineTo(tip + away)


def _add_end_ticks(path: QPainterPath, start: QPointF, end: QPointF, scale: float) -> None:
    along = end - start
    length = hypot(along.x(), along.y())
    if length == 0:
        return
    across = QPointF(-along.y(), along.x()) / length * (_END_TICK * scale)
    for point in (start, end):
        path.moveTo(point - across)
        path.lineTo(point + across)


def _draw_handles(painter: QPainter, drawn: DrawnMark, viewport: Viewport, scale: float) -> None:
    side = HANDLE_SIZE * scale
    painter.setPen(QPen(SHADOW, scale))
    for index, point in enumerate(handles(drawn.mark)):
        centre = QPointF(*viewport.to_device(*point))
        is_held = drawn.editing and drawn.handle in (None, index)
        grown = side * (1.5 if is_held else 1.0)
        square = QRectF(centre.x() - grown / 2, centre.y() - grown / 2, grown, grown)
        if drawn.mark.shape.is_spot:
            # The place itself stays free.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(DRAWN, scale))
            painter.drawRect(square.adjusted(-side, -side, side, side))
            continue
        painter.setBrush(QColor(TEXT) if is_held else DRAWN)
        painter.drawRect(square)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_mark_labels(
    painter: QPainter,
    marks: Sequence[DrawnMark],
    viewport: Viewport,
    scale: float,
    taken_before: Sequence[QRectF] = (),
    lines: Edges = NO_EDGES,
    boxes: Sequence[QRectF] = (),
) -> None:
    """Draw what marks say beside themselves.

    taken_before, lines, boxes: where other words, all lines and the AI's boxes are, which labels
    keep off if they can.
    """
    if takes_sprites(painter):
        held, taken = SameObject(tuple(marks)), tuple(rect.getRect() for rect in taken_before)
        held_lines, framed = SameObject(lines), tuple(rect.getRect() for rect in boxes)
        for sprite in _label_sprites(held, viewport, scale, taken, held_lines, framed):
            painter.drawImage(*sprite)
        return
    avoided = np.concatenate([lines, edges_of(boxes)])
    for drawn, place in label_places(marks, viewport, scale, taken_before, avoided):
        draw_ground(painter, place, _LABEL_GROUND)
        for words in _words_at(drawn, place, scale):
            draw_words(painter, *words)


@lru_cache(maxsize=_SLICES_KEPT)
def _label_sprites(
    held: SameObject,
    viewport: Viewport,
    scale: float,
    taken: tuple[tuple[float, float, float, float], ...],
    held_lines: SameObject,
    framed: tuple[tuple[float, float, float, float], ...],
) -> Sequence[PlacedSprite]:
    """The labels of one slice's marks; found once, since the search for places takes long."""
    marks = cast("tuple[DrawnMark, ...]", held.held)
    lines = cast("Edges", held_lines.held)
    avoided = np.concatenate([lines, edges_of([QRectF(*rect) for rect in framed])])
    others = [QRectF(*rect) for rect in taken]
    sprites: list[PlacedSprite] = []
    for drawn, place in label_places(marks, viewport, scale, others, avoided):
        sprites.append(placed_ground(place, _LABEL_GROUND))
        sprites += [placed_words(*words) for words in _words_at(drawn, place, scale)]
    return sprites


def _words_at(
    drawn: DrawnMark, place: QRectF, scale: float
) -> Iterator[tuple[QPointF, str, float, QFont.Weight, QColor]]:
    """The rows of a label and where their baselines begin."""
    top = place.top()
    for line, size, weight, colour in _rows(drawn, scale):
        metrics = text_metrics(size, weight)
        if line:
            start = QPointF(place.left() + _PADDING * scale, top + metrics.ascent())
            yield start, line, size, weight, colour
        top += metrics.height()


def label_places(
    marks: Sequence[DrawnMark],
    viewport: Viewport,
    scale: float,
    taken_before: Sequence[QRectF],
    lines: Edges = NO_EDGES,
) -> tuple[tuple[DrawnMark, QRectF], ...]:
    """The marks in sight that say something, each with where its label stands."""
    pane = QRectF(0, 0, viewport.pane_width, viewport.pane_height)
    taken = list(taken_before)
    placed = []
    for drawn in marks:
        if not drawn.lines and not drawn.quiet_lines:
            continue
        if not mark_rect(drawn, viewport).adjusted(-1, -1, 1, 1).intersects(pane):
            continue
        place = label_place(drawn, viewport, scale, taken, lines)
        taken.append(place)
        placed.append((drawn, place))
    return tuple(placed)


def _rows(drawn: DrawnMark, scale: float) -> list[tuple[str, float, QFont.Weight, QColor]]:
    """The lines of a label, what it says of itself more quietly: size, weight and colour."""
    loud, quiet = BOX_LABEL_SIZE * scale, _QUIET_SIZE * scale
    colour = faded(DRAWN, _NEAR_WORDS) if drawn.is_near else DRAWN
    return [
        *((line, loud, QFont.Weight.DemiBold, colour) for line in drawn.lines),
        *((line, quiet, QFont.Weight.Normal, TEXT) for line in drawn.quiet_lines),
    ]


def mark_rect(drawn: DrawnMark, viewport: Viewport) -> QRectF:
    """The box around a mark in device pixels."""
    top, left, bottom, right = bounds(drawn.mark.points)
    corner, opposite = viewport.to_device(top, left), viewport.to_device(bottom, right)
    return QRectF(QPointF(*corner), QPointF(*opposite)).normalized()


def label_place(
    drawn: DrawnMark,
    viewport: Viewport,
    scale: float,
    taken: Sequence[QRectF] = (),
    lines: Edges = NO_EDGES,
) -> QRectF:
    """Where a mark's label stands: beside the mark, in the pane, off the labels placed before."""
    rows = [(line, size, weight) for line, size, weight, _ in _rows(drawn, scale)]
    width = max(text_width(*row) for row in rows) + 2 * _PADDING * scale
    height = sum(text_metrics(size, weight).height() for _, size, weight in rows)
    reach = _CROSS * scale if drawn.mark.shape.is_spot else 0.0
    return place_beside(
        mark_rect(drawn, viewport).adjusted(-reach, -reach, reach, reach),
        width,
        height,
        gap=_LABEL_GAP * scale,
        pane=QRectF(0, 0, viewport.pane_width, viewport.pane_height),
        taken=taken,
        lines=lines,
    )
