"""Where a label stands: near what it belongs to, in the pane, and off everything taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

_RINGS = 4


def place_beside(
    around: QRectF,
    width: float,
    height: float,
    *,
    gap: float,
    pane: QRectF,
    taken: Sequence[QRectF],
) -> QRectF:
    """A place of this size beside `around`; where all of those are taken, the nearest free one.

    Where none is free at all it stands beside, over something that is taken. Device pixels.
    gap: between `around` and its label. taken: where other words stand.
    """
    first_inside: QRectF | None = None
    for place in _places_beside(around, width, height, gap):
        if pane.contains(place):
            first_inside = first_inside or place
            if not any(place.intersects(other) for other in taken):
                return place
    for obstacles in ((*taken, around), taken):
        free = _nearest_free(around, width, height, pane, obstacles)
        if free is not None:
            return free
    return first_inside or _kept_in(around, width, height, pane)


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


def _nearest_free(
    around: QRectF, width: float, height: float, pane: QRectF, obstacles: Sequence[QRectF]
) -> QRectF | None:
    """The free place nearest to `around`; None where there is none.

    A free place can be slid left and up until it touches something, so one that touches the right
    and lower edges of obstacles, or the pane's, is found whenever there is any.
    """
    edges = np.array([(o.left(), o.top(), o.right(), o.bottom()) for o in obstacles])
    edges = edges.reshape(-1, 4)
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


def _kept_in(around: QRectF, width: float, height: float, pane: QRectF) -> QRectF:
    """At the lower right of what fills the pane, in the pane as far as it fits."""
    left = min(max(around.right() - width, 0.0), max(pane.width() - width, 0.0))
    top = min(max(around.bottom() - height, 0.0), max(pane.height() - height, 0.0))
    return QRectF(left, top, width, height)
