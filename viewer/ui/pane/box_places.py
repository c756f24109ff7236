"""Where boxes and their labels are: labels off words and lines, and where they stood before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

from inference.types import Box
from viewer.domain.viewport import Viewport
from viewer.rendering.marks import BoxMark
from viewer.rendering.same_object import SameObject
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.ink import BOX_LABEL_SIZE
from viewer.ui.pane.label_places import (
    NO_EDGES,
    Edges,
    edges_of,
    least_over,
    meets,
    nearest_free,
    nearest_ground,
)

LABEL_PADDING = 4.0
"""Logical pixels to the left and right of a label's words."""
_GAP = 2.0
_CELL = 2.0
"""Logical pixels; how finely places off lines are told apart."""


_Rect = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True, eq=False)
class BoxPlace:
    """Where a box lies and where its label stands, in device pixels."""

    box: QRectF
    label: QRectF


@dataclass(frozen=True, slots=True, eq=False)
class _Around:
    """A box, and the places around it that its label may have."""

    box: QRectF
    edges: _Rect
    width: float
    places: Sequence[_Rect]
    free: Sequence[int]
    """Which of them are in the pane, off words and lines."""


NO_PLACES: Mapping[int, BoxPlace] = MappingProxyType({})


class BoxPlaces:
    """Finds the places of one pane's labels; a label stays where it stood while that fits."""

    def __init__(self) -> None:
        self._key: object = None
        self._view: object = None
        self._ground: object = None
        self._around: dict[tuple[Box, str], _Around | None] = {}
        """By box and label; None out of sight. Most are the same on the next slice."""
        self._ways: dict[tuple[int, int], int] = {}
        """By number and slice: which of the places around its box each label took."""
        self._latest = NO_PLACES

    @property
    def latest(self) -> Mapping[int, BoxPlace]:
        """The places found last, by number of the box."""
        return self._latest

    def find(
        self,
        marks: Sequence[BoxMark],
        viewport: Viewport,
        scale: float,
        words: Sequence[QRectF] = (),
        lines: Edges = NO_EDGES,
    ) -> Mapping[int, BoxPlace]:
        """Where each box in sight and its label stand, by number.

        A label stands in the pane, outside its box, off words, lines and other labels, and off
        other boxes if it can be near its own then. Where no place is free, it stands over lines,
        then within its box, then over words. Labels that fit where they stood choose first, then
        those of the highest attention.

        scale: device pixels per logical pixel. words, lines: where they are, in device pixels.
        """
        ground = viewport, scale, tuple(words), SameObject(lines)
        key = tuple(marks), ground
        if key == self._key:
            return self._latest
        if (viewport, scale) != self._view:
            self._ways = {}
        if ground != self._ground:
            self._around = {}
        self._key, self._view, self._ground = key, (viewport, scale), ground
        self._look_around(marks, viewport, scale, words, lines)
        self._latest = self._chosen(marks, viewport, scale, words, lines)
        return self._latest

    def _look_around(
        self,
        marks: Sequence[BoxMark],
        viewport: Viewport,
        scale: float,
        words: Sequence[QRectF],
        lines: Edges,
    ) -> None:
        """Note what is free around boxes that were not met before."""
        pane = QRectF(0, 0, viewport.pane_width, viewport.pane_height)
        new = []
        for mark in marks:
            if (mark.box, mark.label) not in self._around:
                self._around[mark.box, mark.label] = None
                rect = box_rect(mark, viewport)
                if rect.intersects(pane):
                    new.append((mark, rect))
        if not new:
            return
        size, weight = BOX_LABEL_SIZE * scale, QFont.Weight.DemiBold
        height = text_metrics(size, weight).height()
        padding = 2 * LABEL_PADDING * scale
        widths = [text_width(mark.label, size, weight) + padding for mark, _ in new]
        boxes = edges_of([rect for _, rect in new])
        places = _places_around(boxes, np.array(widths), height, _GAP * scale)
        taken = np.concatenate([edges_of(words), lines])
        is_free = _inside(places, pane) & ~meets(places, taken).any(axis=-1)
        for index, (mark, rect) in enumerate(new):
            self._around[mark.box, mark.label] = _Around(
                box=rect,
                edges=tuple(boxes[index].tolist()),
                width=widths[index],
                places=[tuple(place) for place in places[index].tolist()],
                free=np.flatnonzero(is_free[index]).tolist(),
            )

    def _chosen(
        self,
        marks: Sequence[BoxMark],
        viewport: Viewport,
        scale: float,
        words: Sequence[QRectF],
        lines: Edges,
    ) -> Mapping[int, BoxPlace]:
        ordered = sorted(marks, key=lambda mark: (mark.dimmed, mark.number))
        seen = [(m, a) for m in ordered if (a := self._around[m.box, m.label]) is not None]
        labels: dict[int, _Rect] = {}
        ways: dict[tuple[int, int], int] = {}

        def take(mark: BoxMark, around: _Around, choices: Sequence[int]) -> None:
            for way in choices:
                place = around.places[way]
                if not _is_on_any(place, labels.values()):
                    labels[mark.number] = place
                    ways[mark.number, mark.slice_index] = way
                    return

        for mark, around in seen:
            way = self._ways.get((mark.number, mark.slice_index))
            if way is not None and way in around.free:
                take(mark, around, (way,))
        boxes = [around.edges for _, around in seen]
        for mark, around in seen:
            if mark.number not in labels:
                off = [way for way in around.free if not _is_on_any(around.places[way], boxes)]
                take(mark, around, (*off, *around.free))
            if mark.number not in labels:
                others = [*words, *(_rect(label) for label in labels.values())]
                place = _farther(around, viewport, scale, others, lines)
                labels[mark.number] = (place.left(), place.top(), place.right(), place.bottom())
        self._ways = ways
        return MappingProxyType(
            {m.number: BoxPlace(box=a.box, label=_rect(labels[m.number])) for m, a in seen}
        )


def box_rect(mark: BoxMark, viewport: Viewport) -> QRectF:
    """The box in device pixels of the pane."""
    box = mark.box
    x0, y0 = viewport.to_device(box.top, box.left)
    x1, y1 = viewport.to_device(box.top + box.height, box.left + box.width)
    return QRectF(QPointF(min(x0, x1), min(y0, y1)), QPointF(max(x0, x1), max(y0, y1)))


def _farther(
    around: _Around, viewport: Viewport, scale: float, words: Sequence[QRectF], lines: Edges
) -> QRectF:
    """Where all places around a box are taken: the nearest free one."""
    pane = QRectF(0, 0, viewport.pane_width, viewport.pane_height)
    box, width = around.box, around.width
    height = text_metrics(BOX_LABEL_SIZE * scale, QFont.Weight.DemiBold).height()
    off_all = np.concatenate([edges_of((*words, box)), lines])
    cell = max(1, round(_CELL * scale))
    place = nearest_ground(box, width, height, pane=pane, obstacles=off_all, cell=cell)
    for obstacles in ((*words, box), words):
        place = place or nearest_free(box, width, height, pane, obstacles)
    return place or least_over(box, width, height, pane, words)


def _places_around(boxes: Edges, widths: NDArray[np.float64], height: float, gap: float) -> Edges:
    """Above, below, right, left of each box, at both ends, then at the middles and corners.

    Returns (boxes, ways, 4).
    """
    left, top, right, bottom = boxes.T
    above, below = top - gap - height, bottom + gap
    beyond, before = right + gap, left - gap - widths
    middle, half = (left + right - widths) / 2, (top + bottom - height) / 2
    corners = (
        (left, above),
        (right - widths, above),
        (left, below),
        (right - widths, below),
        (beyond, top),
        (before, top),
        (beyond, bottom - height),
        (before, bottom - height),
        (middle, above),
        (middle, below),
        (beyond, half),
        (before, half),
        (beyond, above),
        (before, above),
        (beyond, below),
        (before, below),
    )
    x = np.stack([corner[0] for corner in corners], axis=1)
    y = np.stack([corner[1] for corner in corners], axis=1)
    return np.stack([x, y, x + widths[:, None], y + height], axis=-1)


def _inside(places: Edges, pane: QRectF) -> NDArray[np.bool_]:
    left, top, right, bottom = np.moveaxis(places, -1, 0)
    is_across = (left >= 0) & (right <= pane.width())
    is_inside: NDArray[np.bool_] = is_across & (top >= 0) & (bottom <= pane.height())
    return is_inside


def _is_on_any(place: _Rect, others: Iterable[_Rect]) -> bool:
    left, top, right, bottom = place
    return any(
        left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
        for other in others
    )


def _rect(edges: _Rect) -> QRectF:
    left, top, right, bottom = edges
    return QRectF(left, top, right - left, bottom - top)
