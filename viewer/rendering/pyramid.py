"""A mean pyramid of a frame, so that a slice can be shrunk quickly without losing small things."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame

LEVELS = 4
"""Full size, 1/2, 1/4 and 1/8."""
_GRID = 1 << (LEVELS - 1)
_RECENT_LEVELS = 24
"""Four panes, two frames each, three levels: about 100 MB of full-size slices at most."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """Part of a slice at one reduction, with its own surroundings as margin.

    Cell (i, j) is the mean of the `reduction` x `reduction` image pixels from
    ((top + i) * reduction, (left + j) * reduction) on. Every border of `cells` lies either on the
    image's edge or in constant air, so the nearest cell stands for everything beyond it.
    """

    reduction: int
    top: int
    left: int
    cells: NDArray[np.uint16]


def level_for(scale: float) -> int:
    """The level whose own scale lies in (0.5, 1], the nearest there is.

    scale: device pixels per image pixel along the axis that is shrunk least.
    """
    level = 0
    while level < LEVELS - 1 and scale * (2 << level) <= 1.0:
        level += 1
    return level


@lru_cache(maxsize=_RECENT_LEVELS)
def pyramid_level(frame: Frame, level: int) -> Level:
    """The frame reduced by 2**level; kept for the frames shown last. Thread-safe."""
    if level == 0:
        return _with_margin(frame)
    if level == 1:
        return _halved(frame)
    finer = pyramid_level(frame, level - 1)
    rows, columns = finer.cells.shape
    # Both sides are even by construction, which is what cv2's fast 2 x 2 mean needs.
    cells = cv2.resize(finer.cells, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
    return Level(
        reduction=finer.reduction * 2, top=finer.top // 2, left=finer.left // 2, cells=cells
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Rows first..last or columns first..last that are kept, out of `size`."""

    first: int
    last: int
    size: int

    @property
    def grown(self) -> tuple[int, int]:
        """Whole coarsest cells, with one such cell of air on each side that has air.

        The grid is the image's own: frames cropped differently are averaged over the same pixels,
        so tissue does not shimmer while scrolling.
        """
        first = max(0, self.first // _GRID * _GRID - _GRID)
        last = min(-(-self.last // _GRID) * _GRID + _GRID, -(-self.size // _GRID) * _GRID)
        return first, last

    @property
    def reaches_end(self) -> bool:
        """True when the last one kept lies on the image's edge."""
        return self.last == self.size


def _spans(frame: Frame) -> tuple[_Span, _Span]:
    height, width = frame.pixels.shape
    return (
        _Span(first=frame.top, last=frame.top + height, size=frame.rows),
        _Span(first=frame.left, last=frame.left + width, size=frame.columns),
    )


def _all_air(frame: Frame, reduction: int) -> Level:
    cells = np.full((_GRID, _GRID), frame.air_code, np.uint16)
    return Level(reduction=reduction, top=0, left=0, cells=cells)


def _with_margin(frame: Frame) -> Level:
    """Full size: air up to the image's edge, then the edge itself repeated."""
    if frame.pixels.size == 0:
        return _all_air(frame, 1)
    rows, columns = _spans(frame)
    (first_row, last_row), (first_column, last_column) = rows.grown, columns.grown
    cells = cv2.copyMakeBorder(
        frame.pixels,
        rows.first - first_row,
        min(last_row, rows.size) - rows.last,
        columns.first - first_column,
        min(last_column, columns.size) - columns.last,
        cv2.BORDER_CONSTANT,
        value=frame.air_code,
    )
    below, beside = max(0, last_row - rows.size), max(0, last_column - columns.size)
    if below or beside:
        cells = cv2.copyMakeBorder(cells, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    return Level(reduction=1, top=first_row, left=first_column, cells=cells)


def _halved(frame: Frame) -> Level:
    """Half size, straight from the kept pixels: a copy with margin would cost as much again."""
    if frame.pixels.size == 0:
        return _all_air(frame, 2)
    rows, columns = _spans(frame)
    (first_row, last_row), (first_column, last_column) = rows.grown, columns.grown
    shape = ((last_row - first_row) // 2, (last_column - first_column) // 2)
    cells = np.full(shape, frame.air_code, np.uint16)
    for row_from, row_to in _even_parts(rows):
        for column_from, column_to in _even_parts(columns):
            part = _even_part(frame, row_from, row_to, column_from, column_to)
            cells[
                (row_from - first_row) // 2 : (row_to - first_row) // 2,
                (column_from - first_column) // 2 : (column_to - first_column) // 2,
            ] = cv2.resize(
                part, (part.shape[1] // 2, part.shape[0] // 2), interpolation=cv2.INTER_AREA
            )
    if rows.reaches_end:
        end = (rows.last + 1 - first_row) // 2
        cells[end:] = cells[end - 1]
    if columns.reaches_end:
        end = (columns.last + 1 - first_column) // 2
        cells[:, end:] = cells[:, end - 1 : end]
    return Level(reduction=2, top=first_row // 2, left=first_column // 2, cells=cells)


def _even_parts(span: _Span) -> list[tuple[int, int]]:
    """Cut a span at even places: its large middle, and the pairs its odd ends belong to."""
    inner_first, inner_last = span.first + span.first % 2, span.last - span.last % 2
    parts = [(inner_first, inner_last)] if inner_first < inner_last else []
    if span.first % 2:
        parts.append((span.first - 1, span.first + 1))
    if span.last % 2 and span.last - 1 >= inner_first:
        parts.append((span.last - 1, span.last + 1))
    return parts


def _even_part(
    frame: Frame, row_from: int, row_to: int, column_from: int, column_to: int
) -> NDArray[np.uint16]:
    """Rows and columns of a slice that may reach one beyond the kept pixels."""
    rows, columns = _spans(frame)
    above, left = max(0, rows.first - row_from), max(0, columns.first - column_from)
    below, right = max(0, row_to - rows.last), max(0, column_to - columns.last)
    kept = frame.pixels[
        row_from + above - rows.first : row_to - below - rows.first,
        column_from + left - columns.first : column_to - right - columns.first,
    ]
    if below and rows.reaches_end:
        kept, below = cv2.copyMakeBorder(kept, 0, below, 0, 0, cv2.BORDER_REPLICATE), 0
    if right and columns.reaches_end:
        kept, right = cv2.copyMakeBorder(kept, 0, 0, 0, right, cv2.BORDER_REPLICATE), 0
    if above or left or below or right:
        kept = cv2.copyMakeBorder(
            kept, above, below, left, right, cv2.BORDER_CONSTANT, value=frame.air_code
        )
    return kept
