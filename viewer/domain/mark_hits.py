"""Which mark, and which handle of it, lies under a place of a pane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import hypot

from viewer.domain.mark import ImagePoint, Mark
from viewer.domain.mark_geometry import contour, handles
from viewer.domain.viewport import Viewport

DevicePoint = tuple[float, float]
"""Device pixels to the right and down."""


def handle_under(
    mark: Mark, viewport: Viewport, device_x: float, device_y: float, reach: float
) -> int | None:
    """The index of the nearest handle within a reach in device pixels; None without one."""
    near = []
    for index, point in enumerate(handles(mark)):
        handle_x, handle_y = viewport.to_device(*point)
        distance = hypot(handle_x - device_x, handle_y - device_y)
        if distance <= reach:
            near.append((distance, index))
    return min(near)[1] if near else None


def mark_under(
    marks: Iterable[Mark], viewport: Viewport, device_x: float, device_y: float, reach: float
) -> Mark | None:
    """The mark whose line is nearest within a reach in device pixels; of equals the newest."""
    found, nearest = None, reach
    for mark in marks:
        distance = _distance(mark, viewport, (device_x, device_y))
        if distance <= nearest:
            found, nearest = mark, distance
    return found


def _distance(mark: Mark, viewport: Viewport, place: DevicePoint) -> float:
    line = [viewport.to_device(*point) for point in contour(mark)]
    if len(line) == 1:
        return hypot(line[0][0] - place[0], line[0][1] - place[1])
    is_closed = mark.shape.is_region
    ends = [*line[1:], line[0]] if is_closed else line[1:]
    return min(_to_segment(place, a, b) for a, b in zip(line, ends, strict=False))


def _to_segment(place: DevicePoint, start: DevicePoint, end: DevicePoint) -> float:
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    squared = along_x**2 + along_y**2
    share = 0.0
    if squared > 0:
        share = ((place[0] - start[0]) * along_x + (place[1] - start[1]) * along_y) / squared
        share = min(max(share, 0.0), 1.0)
    return hypot(start[0] + share * along_x - place[0], start[1] + share * along_y - place[1])


def simplified(
    points: Sequence[ImagePoint], most_away: float, most_points: int
) -> tuple[ImagePoint, ...]:
    """Leave out what a freehand line does without: points nearer to the one before than allowed.

    most_away: image pixels; doubled until at most most_points are left.
    """
    kept = tuple(points)
    while True:
        kept = _thinned(kept, most_away)
        if len(kept) <= most_points:
            return kept
        most_away *= 2


def _thinned(points: Sequence[ImagePoint], least: float) -> tuple[ImagePoint, ...]:
    kept = list(points[:1])
    for point in points[1:]:
        if hypot(point.row - kept[-1].row, point.column - kept[-1].column) >= least:
            kept.append(point)
    return tuple(kept)
