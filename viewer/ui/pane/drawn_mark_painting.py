"""Marks over an image: a line with a dark edge, handles, and a label beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import atan2, cos, hypot, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from viewer.domain.mark import MarkShape
from viewer.domain.mark_geometry import bounds, contour, handles
from viewer.domain.viewport import Viewport
from viewer.rendering.drawn_marks import DrawnMark
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.ink import BOX_LABEL_SIZE, DRAWN, DRAWN_PEN, SHADOW, TEXT, faded
from viewer.ui.pane.kept_words import draw_ground, draw_words

_EDGE = QColor(0, 0, 0)
"""Opaque: yellow alone is hard to see on white tissue."""
_LABEL_GROUND = faded(SHADOW, 0.8)
_HALO = 1.5
"""Logical pixels of dark edge on either side of a line."""
_CROSS = 9.0
_CROSS_GAP = 3.0
_ARROW_HEAD = 12.0
_ARROW_ANGLE = pi / 7
_END_TICK = 5.0
_HANDLE = 7.0
_LABEL_GAP = 7.0
_PADDING = 4.0
_QUIET_SIZE = 11.0
_RINGS = 4
_NEAR = 0.45
"""Opacity of a mark on slices nearby."""
_NEAR_WORDS = 0.7


def draw_mark_lines(
    painter: QPainter, marks: Sequence[DrawnMark], viewport: Viewport, scale: float
) -> None:
    """Draw marks without their labels; the selected one has handles and a thicker line.

    scale: device pixels per logical pixel of text and lines.
    """
    for drawn in marks:
        width = DRAWN_PEN * scale * (1.6 if drawn.selected else 1.0)
        path = _path(drawn, viewport, scale)
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
        if drawn.selected:
            _draw_handles(painter, drawn, viewport, scale)


def _path(drawn: DrawnMark, viewport: Viewport, scale: float) -> QPainterPath:
    mark = drawn.mark
    if mark.shape is MarkShape.ELLIPSE:
        path = QPainterPath()
        path.addEllipse(mark_rect(drawn, viewport))
        return path
    points = [QPointF(*viewport.to_device(*point)) for point in contour(mark)]
    if mark.shape.is_spot:
        return _cross(points[0], scale, whole=mark.shape is MarkShape.TEXT)
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
    side = _HANDLE * scale
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
) -> None:
    """Draw what marks say beside themselves.

    taken_before: where other words stand, which labels keep off if they can.
    """
    taken = list(taken_before)
    pane = QRectF(0, 0, viewport.pane_width, viewport.pane_height)
    for drawn in marks:
        around = mark_rect(drawn, viewport)
        if not drawn.lines and not drawn.quiet_lines:
            continue
        if not around.adjusted(-1, -1, 1, 1).intersects(pane):
            continue
        place = label_place(drawn, viewport, scale, taken)
        taken.append(place)
        draw_ground(painter, place, _LABEL_GROUND)
        top = place.top()
        for line, size, weight, colour in _rows(drawn, scale):
            metrics = text_metrics(size, weight)
            start = QPointF(place.left() + _PADDING * scale, top + metrics.ascent())
            draw_words(painter, start, line, size, weight, colour)
            top += metrics.height()


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
    drawn: DrawnMark, viewport: Viewport, scale: float, taken: Sequence[QRectF] = ()
) -> QRectF:
    """Where a mark's label stands: beside the mark, in the pane, off the labels placed before."""
    rows = [(line, size, weight) for line, size, weight, _ in _rows(drawn, scale)]
    width = max(text_width(*row) for row in rows) + 2 * _PADDING * scale
    height = sum(text_metrics(size, weight).height() for _, size, weight in rows)
    pane = QRectF(0, 0, viewport.pane_width, viewport.pane_height)
    reach = _CROSS * scale if drawn.mark.shape.is_spot else 0.0
    around = mark_rect(drawn, viewport).adjusted(-reach, -reach, reach, reach)
    first_inside: QRectF | None = None
    for place in _places(around, width, height, scale):
        if pane.contains(place):
            first_inside = first_inside or place
            if not any(place.intersects(other) for other in taken):
                return place
    if first_inside is not None:
        return first_inside
    # A mark that fills the pane: its label stands in the pane's corner that is least in the way.
    left = min(max(around.right() - width, 0.0), max(pane.width() - width, 0.0))
    top = min(max(around.bottom() - height, 0.0), max(pane.height() - height, 0.0))
    return QRectF(left, top, width, height)


def _places(around: QRectF, width: float, height: float, scale: float) -> Iterator[QRectF]:
    """Right, left, below, above and at the corners of a mark, then further away."""
    middle = around.center()
    for ring in range(_RINGS):
        gap = _LABEL_GAP * scale + ring * height
        right, left = around.right() + gap, around.left() - gap - width
        below, above = around.bottom() + gap, around.top() - gap - height
        for x, y in (
            (right, middle.y() - height / 2),
            (left, middle.y() - height / 2),
            (middle.x() - width / 2, below),
            (middle.x() - width / 2, above),
            (right, below),
            (left, above),
            (right, above),
            (left, below),
        ):
            yield QRectF(x, y, width, height)
