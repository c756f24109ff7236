"""Where a label stands: near what it belongs to, in the pane, and off everything taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

Edges = NDArray[np.float64]
"""Left, top, right and bottom in the last axis; device pixels."""
NO_EDGES: Edges = np.empty((0, 4))
_RINGS = 4
_TRIED = 40
"""How many places along each side are compared where none is free."""
_NEAREST = 16
"""How many places beside are nearer than others: two rings."""


def place_beside(
    around: QRectF,
    width: float,
    height: float,
    *,
    gap: float,
    pane: QRectF,
    taken: Sequence[QRectF],
    lines: Edges = NO_EDGES,
) -> QRectF:
    """A place of this size beside `around`; where all of those are taken, the nearest free one.

    Where none is free at all it stands where it covers least of what is taken. Device pixels.
    gap: between `around` and its label. taken: where other words stand. lines: what a label keeps
    off if it can beside `around`.
    """
    first_free: QRectF | None = None
    for count, place in enumerate(_places_beside(around, width, height, gap)):
        if count == _NEAREST and first_free is not None:
            # Rather over a line than far from what it belongs to.
            return first_free
        if pane.contains(place) and not any(place.intersects(other) for other in taken):
            first_free = first_free or place
            if not meets(np.array(place.getCoords()), lines).any():
                return place
    if first_free is not None:
        return first_free
    for obstacles in ((*taken, around), taken):
        free = nearest_free(around, width, height, pane, obstacles)
        if free is not None:
            return free
    return least_over(around, width, height, pane, taken)


def edges_of(rects: Sequence[QRectF]) -> Edges:
    """(rectangles, 4)."""
    return np.array([rect.getCoords() for rect in rects], float).reshape(-1, 4)


def meets(places: Edges, others: Edges) -> NDArray[np.bool_]:
    """Which of the others each place overlaps: (..., others) of places (..., 4)."""
    left, top, right, bottom = (edge[..., None] for edge in np.moveaxis(places, -1, 0))
    is_across = (left < others[:, 2]) & (right > others[:, 0])
    is_met: NDArray[np.bool_] = is_across & (top < others[:, 3]) & (bottom > others[:, 1])
    return is_met


def least_over(
    around: QRectF, width: float, height: float, pane: QRectF, taken: Sequence[QRectF]
) -> QRectF:
    """The place that covers least of what is taken and lies near to `around`."""
    if width > pane.width() or height > pane.height() or not taken:
        return kept_in(around, width, height, pane)
    lefts = np.linspace(0.0, pane.width() - width, _TRIED)
    tops = np.linspace(0.0, pane.height() - height, _TRIED)
    left, top, right, bottom = edges_of(taken).T[:, :, None]
    across = (np.minimum(lefts + width, right) - np.maximum(lefts, left)).clip(min=0)
    down = (np.minimum(tops + height, bottom) - np.maximum(tops, top)).clip(min=0)
    covered = down.T @ across  # (tops, lefts): the sum of what is covered of each, in pixels
    away_x = _between(lefts, lefts + width, around.left(), around.right())
    away_y = _between(tops, tops + height, around.top(), around.bottom())
    away = np.hypot(away_x, away_y[:, None])
    row, column = np.unravel_index(int((covered + away).argmin()), covered.shape)
    return QRectF(float(lefts[column]), float(tops[row]), width, height)


def _places_beside(around: QRectF, width: float, height: float, gap: float) -> Iterable[QRectF]:
    """Right, left, below, above and at the corners, then further away."""
    middle = around.center()
    for ring in range(_RINGS):
        away = gap + ring * height
        right, left = around.right() + away, around.left() - away - width
        below, above = around.bottom() + away, around.top() - away - height
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


def nearest_free(
    around: QRectF, width: float, height: float, pane: QRectF, obstacles: Sequence[QRectF]
) -> QRectF | None:
    """The free place nearest to `around`; None where there is none.

    A free place can be slid left and up until it touches something, so one that touches the right
    and lower edges of obstacles, or the pane's, is found whenever there is any.
    """
    edges = edges_of(obstacles)
    x = _starts(edges[:, 0], edges[:, 2], width, around.center().x(), pane.width())
    y = _starts(edges[:, 1], edges[:, 3], height, around.center().y(), pane.height())
    if not (x.size and y.size):
        return None
    lefts, tops = (grid.ravel() for grid in np.meshgrid(x, y))
    is_free = np.ones(lefts.size, bool)
    for left, top, right, bottom in edges:
        is_free &= (
            (lefts >= right) | (lefts + width <= left) | (tops >= bottom) | (tops + height <= top)
        )
    if not is_free.any():
        return None
    lefts, tops = lefts[is_free], tops[is_free]
    across = _between(lefts, lefts + width, around.left(), around.right())
    down = _between(tops, tops + height, around.top(), around.bottom())
    nearest = int(np.argmin(across**2 + down**2))
    return QRectF(float(lefts[nearest]), float(tops[nearest]), width, height)


def nearest_ground(
    around: QRectF,
    width: float,
    height: float,
    *,
    pane: QRectF,
    obstacles: Edges,
    cell: int,
) -> QRectF | None:
    """A free place as near to `around` as can be told by cells; None where no cells are free.

    For many obstacles, such as pieces of lines, among which `nearest_free` would search long.
    cell: their side in device pixels.
    """
    columns, rows = int(pane.width()) // cell, int(pane.height()) // cell
    wide, high = ceil(width / cell), ceil(height / cell)
    if wide > columns or high > rows:
        return None
    is_taken = np.zeros((rows, columns), np.int32)
    begins = np.floor(obstacles[:, :2] / cell).clip(min=0).astype(int).tolist()
    ends = np.ceil(obstacles[:, 2:] / cell).clip(min=0).astype(int).tolist()
    for (left, top), (right, bottom) in zip(begins, ends, strict=True):
        is_taken[top:bottom, left:right] = 1
    sums = np.zeros((rows + 1, columns + 1), np.int32)
    sums[1:, 1:] = is_taken.cumsum(axis=0).cumsum(axis=1)
    below = sums[high:, wide:] - sums[high:, :-wide]
    is_free = below == sums[:-high, wide:] - sums[:-high, :-wide]
    if not is_free.any():
        return None
    lefts, tops = (cell * np.arange(count, dtype=float) for count in is_free.shape[::-1])
    across_away = _between(lefts, lefts + width, around.left(), around.right())
    down_away = _between(tops, tops + height, around.top(), around.bottom())
    away = np.where(is_free, across_away**2 + down_away[:, None] ** 2, np.inf)
    row, column = np.unravel_index(int(away.argmin()), away.shape)
    return QRectF(float(lefts[column]), float(tops[row]), width, height)


def _starts(
    begins: NDArray[np.float64],
    ends: NDArray[np.float64],
    size: float,
    middle: float,
    pane_size: float,
) -> NDArray[np.float64]:
    """Where a label may begin along one axis: at the pane's edges, at obstacles, at the middle."""
    found = np.concatenate([[0.0, pane_size - size, middle - size / 2], ends, begins - size])
    return np.unique(found[(found >= 0) & (found + size <= pane_size)])


def _between(
    starts: NDArray[np.float64], ends: NDArray[np.float64], other_start: float, other_end: float
) -> NDArray[np.float64]:
    """How far spans lie from another one; 0 where they overlap."""
    return np.maximum(np.maximum(other_start - ends, starts - other_end), 0.0)


def kept_in(around: QRectF, width: float, height: float, pane: QRectF) -> QRectF:
    """At the lower right of what fills the pane, in the pane as far as it fits."""
    left = min(max(around.right() - width, 0.0), max(pane.width() - width, 0.0))
    top = min(max(around.bottom() - height, 0.0), max(pane.height() - height, 0.0))
    return QRectF(left, top, width, height)
