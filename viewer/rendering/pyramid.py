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
    finer = pyramid_level(frame, level - 1)
    rows, columns = finer.cells.shape
    # Both sides are even by construction, which is what cv2's fast 2 x 2 mean needs.
    cells = cv2.resize(finer.cells, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
    return Level(
        reduction=finer.reduction * 2, top=finer.top // 2, left=finer.left // 2, cells=cells
    )


def _with_margin(frame: Frame) -> Level:
    """Surround the kept pixels up to a grid of whole coarsest cells.

    The grid is the image's own: frames cropped differently are averaged over the same pixels, so
    tissue does not shimmer while scrolling.
    """
    height, width = frame.pixels.shape
    first_row, last_row = _grown(frame.top, frame.top + height, frame.rows)
    first_column, last_column = _grown(frame.left, frame.left + width, frame.columns)
    if height == 0 or width == 0:
        cells = np.full((2 * _GRID, 2 * _GRID), frame.air_code, np.uint16)
        return Level(reduction=1, top=0, left=0, cells=cells)
    # Air up to the image's edge, then the edge itself repeated.
    air = cv2.copyMakeBorder(
        frame.pixels,
        frame.top - first_row,
        min(last_row, frame.rows) - frame.top - height,
        frame.left - first_column,
        min(last_column, frame.columns) - frame.left - width,
        cv2.BORDER_CONSTANT,
        value=frame.air_code,
    )
    beyond_bottom, beyond_right = max(0, last_row - frame.rows), max(0, last_column - frame.columns)
    if beyond_bottom or beyond_right:
        air = cv2.copyMakeBorder(air, 0, beyond_bottom, 0, beyond_right, cv2.BORDER_REPLICATE)
    return Level(reduction=1, top=first_row, left=first_column, cells=air)


def _grown(first: int, last: int, size: int) -> tuple[int, int]:
    """Grow a span to whole coarsest cells, with one such cell of air on each side that has air."""
    grown_first = max(0, first // _GRID * _GRID - _GRID)
    grown_last = min(-(-last // _GRID) * _GRID + _GRID, -(-size // _GRID) * _GRID)
    return grown_first, grown_last
