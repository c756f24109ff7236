"""Where the lines of marks run, as small rectangles that labels keep off."""

from __future__ import annotations

from functools import lru_cache
from math import hypot
from typing import cast

import numpy as np
from numpy.typing import NDArray

from viewer.domain.mark_geometry import handles
from viewer.domain.viewport import Viewport
from viewer.rendering.drawn_marks import DrawnMark
from viewer.rendering.same_object import SameObject
from viewer.ui.pane.drawn_mark_painting import HANDLE_SIZE, LINE_REACH, mark_path
from viewer.ui.pane.label_places import NO_EDGES, Edges, meets

_OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])
_PIECE = 16.0
"""Logical pixels along a line that one rectangle covers: a slanting one leaves little beside it."""


class MarkLineEdges:
    """Finds them for one pane, and keeps them while marks and viewport stay."""

    def __init__(self) -> None:
        self._key: object = None
        self._latest = NO_EDGES

    def find(self, lines: tuple[DrawnMark, ...], viewport: Viewport, scale: float) -> Edges:
        """Rectangles in the pane, in device pixels, that cover all lines and handles.

        lines: the marks, without their words, which change where lines do not. scale: device
        pixels per logical pixel.
        """
        key = lines, viewport, scale
        if key != self._key:
            self._key, self._latest = key, _found(SameObject(lines), viewport, scale)
        return self._latest


@lru_cache(maxsize=128)
def _found(told: SameObject, viewport: Viewport, scale: float) -> Edges:
    """The same object whenever a slice comes back, for what is kept of it by those who draw."""
    marks = cast("tuple[DrawnMark, ...]", told.held)
    reach = LINE_REACH * scale * _OUTWARD
    found = [NO_EDGES]
    for drawn in marks:
        for line in mark_path(drawn, viewport, scale).toSubpathPolygons():
            points = [(p.x(), p.y()) for p in (line.at(index) for index in range(line.size()))]
            found.append(pieces(np.array(points), _PIECE * scale) + reach)
        if drawn.selected:
            held = np.array([viewport.to_device(*place) for place in handles(drawn.mark)])
            found.append(np.hstack([held, held]) + HANDLE_SIZE * scale * _OUTWARD)
    edges = np.concatenate(found)
    pane = np.array([0.0, 0.0, viewport.pane_width, viewport.pane_height])
    seen = edges[meets(pane, edges)]
    seen.setflags(write=False)
    return seen


def pieces(points: NDArray[np.float64], step: float) -> Edges:
    """Boxes around stretches of a line, none longer than `step` along it.

    points: (points, 2) of (x, y), joined in order. Returns (stretches, 4): left, top, right,
    bottom; of a single point one box without a size.
    """
    lengths = np.array([hypot(*piece) for piece in np.diff(points, axis=0).tolist()])
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    cuts = np.arange(0.0, along[-1], step)
    places = np.unique(np.concatenate([cuts, along]))
    x, y = (np.interp(places, along, points[:, axis]) for axis in (0, 1))
    first = np.searchsorted(places, cuts) if cuts.size else np.zeros(1, int)
    last = np.append(first[1:], places.size - 1)
    boxes = [
        (x[a : b + 1].min(), y[a : b + 1].min(), x[a : b + 1].max(), y[a : b + 1].max())
        for a, b in zip(first, last, strict=True)
    ]
    return np.array(boxes)
