"""Moving marks and their handles within an image: pure arithmetic on pixel edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import cos, pi, sin

from viewer.domain.mark import ImagePoint, Mark, MarkShape

MOST_HELD_CORNERS = 24
"""An outline of more corners, as the mouse draws it, is taken by the box around it."""
_ELLIPSE_CORNERS = 72
_ROUND = tuple(
    (sin(2 * pi * corner / _ELLIPSE_CORNERS), cos(2 * pi * corner / _ELLIPSE_CORNERS))
    for corner in range(_ELLIPSE_CORNERS)
)


def bounds(points: Sequence[ImagePoint]) -> tuple[float, float, float, float]:
    """The (top, left, bottom, right) around points."""
    rows = [point.row for point in points]
    columns = [point.column for point in points]
    return min(rows), min(columns), max(rows), max(columns)


def is_held_by_points(mark: Mark) -> bool:
    """Whether a mark's points are its handles; else the corners of the box around it are."""
    if mark.shape is MarkShape.OUTLINE:
        return len(mark.points) <= MOST_HELD_CORNERS
    return not mark.shape.is_region


def handles(mark: Mark) -> tuple[ImagePoint, ...]:
    """The places a mark can be taken by: its points, or the corners of the box around a region."""
    if is_held_by_points(mark):
        return mark.points
    if mark.shape is MarkShape.OUTLINE:
        top, left, bottom, right = bounds(mark.points)
    else:
        (top, left), (bottom, right) = mark.points
    return (
        ImagePoint(top, left),
        ImagePoint(top, right),
        ImagePoint(bottom, right),
        ImagePoint(bottom, left),
    )


def contour(mark: Mark) -> tuple[ImagePoint, ...]:
    """The closed line around a region; the points of any other mark."""
    if mark.shape is MarkShape.RECTANGLE:
        return handles(mark)
    if mark.shape is not MarkShape.ELLIPSE:
        return mark.points
    return _ellipse(*bounds(mark.points))


# Every repaint asks for it several times.
@lru_cache(maxsize=256)
def _ellipse(top: float, left: float, bottom: float, right: float) -> tuple[ImagePoint, ...]:
    row, column = (top + bottom) / 2, (left + right) / 2
    return tuple(
        ImagePoint(row + down * (bottom - top) / 2, column + across * (right - left) / 2)
        for down, across in _ROUND
    )


def within(point: ImagePoint, rows: int, columns: int) -> ImagePoint:
    """The nearest place of an image of this size."""
    return ImagePoint(
        min(max(point.row, 0.0), float(rows)), min(max(point.column, 0.0), float(columns))
    )


def moved(mark: Mark, by_rows: float, by_columns: float, *, rows: int, columns: int) -> Mark:
    """Shift a mark as a whole, at most to the edges of an image of this size."""
    top, left, bottom, right = bounds(mark.points)
    by_rows = min(max(by_rows, -top), rows - bottom)
    by_columns = min(max(by_columns, -left), columns - right)
    points = tuple(ImagePoint(p.row + by_rows, p.column + by_columns) for p in mark.points)
    return replace(mark, points=points)


def handle_moved(mark: Mark, handle: int, to: ImagePoint, *, rows: int, columns: int) -> Mark:
    """Take one handle to another place of the image; the corner opposite to a box's stays.

    handle: an index into `handles`. rows, columns: of the image.
    """
    to = within(to, rows, columns)
    if is_held_by_points(mark):
        points = (*mark.points[:handle], to, *mark.points[handle + 1 :])
        return replace(mark, points=points)
    corners = handles(mark)
    taken, fixed = corners[handle], corners[(handle + 2) % 4]
    return replace(mark, points=tuple(_stretched(p, taken, fixed, to) for p in mark.points))


def _stretched(
    point: ImagePoint, taken: ImagePoint, fixed: ImagePoint, to: ImagePoint
) -> ImagePoint:
    return ImagePoint(
        _on_line(point.row, taken.row, fixed.row, to.row),
        _on_line(point.column, taken.column, fixed.column, to.column),
    )


def _on_line(value: float, taken: float, fixed: float, to: float) -> float:
    """Where a value lies when `taken` goes to `to` and `fixed` stays."""
    if taken == fixed:
        return to if value == taken else value
    share = (value - fixed) / (taken - fixed)
    return fixed + share * (to - fixed)
