"""A pyramid of extremes: each screen pixel shows the brightest image pixel under it."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.rendering.pyramid import Level, level_for, pyramid_level

_RECENT_LEVELS = 8
_NEIGHBOURS = np.ones((3, 3), np.uint8)


class Extreme(Enum):
    """Which code stands for the brightest tissue."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    """Where low codes are bright (MONOCHROME1)."""


@lru_cache(maxsize=_RECENT_LEVELS)
def extreme_level(frame: Frame, level: int, extreme: Extreme) -> Level:
    """A frame reduced by 2**level, each cell the extreme of its pixels and of its eight neighbours.

    A screen pixel that takes its nearest cell has then seen every image pixel it covers. It is
    biased on purpose: small things are drawn with their full contrast and about two screen pixels
    wide. Thread-safe.
    """
    whole = pyramid_level(frame, 0)
    cells = whole.cells
    for _ in range(level):
        cells = halved_extreme(cells, extreme)
    widened = cv2.dilate if extreme is Extreme.HIGHEST else cv2.erode
    return Level(
        reduction=1 << level,
        top=whole.top >> level,
        left=whole.left >> level,
        cells=np.asarray(widened(_edges_drawn_in(cells, extreme), _NEIGHBOURS), np.uint16),
    )


def _edges_drawn_in(cells: NDArray[np.uint16], extreme: Extreme) -> NDArray[np.uint16]:
    """The cells, those next to an edge joined with the edge's own.

    The outermost screen pixel's centre can lie a whole screen pixel, two cells, inside the image.
    """
    choose = cv2.max if extreme is Extreme.HIGHEST else cv2.min
    drawn = cells.copy()
    for lines in (drawn, drawn.T):
        if len(lines) > 2:
            for edge, inner in ((0, 1), (-1, -2)):
                lines[inner] = np.ravel(choose(lines[edge].copy(), lines[inner].copy()))
    return drawn


def extreme_level_for(frame: Frame, scale: float, extreme: Extreme) -> Level:
    """The level to take nearest cells from at a scale below 1 (device pixels per image pixel)."""
    return extreme_level(frame, level_for(scale), extreme)


def halved_extreme(cells: NDArray[np.uint16], extreme: Extreme) -> NDArray[np.uint16]:
    """The extreme of every 2 x 2 cells, (rows, columns), both even as in every pyramid."""
    choose = cv2.max if extreme is Extreme.HIGHEST else cv2.min
    rows = choose(cells[::2], cells[1::2])
    pairs = rows.reshape(rows.shape[0], -1, 2)
    return np.asarray(choose(cv2.extractChannel(pairs, 0), cv2.extractChannel(pairs, 1)), np.uint16)
