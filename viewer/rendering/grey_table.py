"""The last lookup: from a code to the whole pixel that a window paints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from viewer.domain.display_function import DisplayFunction
from viewer.domain.grey_depth import GreyDepth, GreyLevels
from viewer.domain.windowing import GreyScale, Voi, level_table

Pixels = NDArray[np.int32]
"""32 bits each, red, green and blue alike below opaque bits: QImage's RGB32 of 8-bit greys, its
RGB30 of 10-bit ones. Brighter pixels are higher numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreyTable:
    """What one screen shows for every code."""

    depth: GreyDepth
    levels: GreyLevels
    """(65536,)."""
    pixels: Pixels
    """(65536,): the levels, as the window's pixels."""


def grey_table_of(levels: GreyLevels) -> GreyTable:
    """Pack a table of levels, uint8 for 8 bits or uint16 for 10."""
    depth = GreyDepth.EIGHT_BITS if levels.dtype == np.uint8 else GreyDepth.TEN_BITS
    return GreyTable(depth=depth, levels=levels, pixels=packed(levels, depth))


@lru_cache(maxsize=32)
def grey_table(
    grey_scale: GreyScale,
    voi: Voi,
    *,
    inverted: bool,
    display: DisplayFunction | None,
    depth: GreyDepth,
) -> GreyTable:
    """The table of a window on a screen, kept for the windows used last."""
    table = grey_table_of(
        level_table(grey_scale, voi, inverted=inverted, display=display, depth=depth)
    )
    table.levels.setflags(write=False)
    table.pixels.setflags(write=False)
    return table


def packed(levels: GreyLevels, depth: GreyDepth) -> Pixels:
    """Turn levels of a depth into pixels of the same shape."""
    grey = levels.astype(np.uint32)
    if depth is GreyDepth.EIGHT_BITS:
        pixels = grey * np.uint32(0x00010101) | np.uint32(0xFF000000)
    else:
        pixels = grey * np.uint32(0x00100401) | np.uint32(0xC0000000)
    return pixels.view(np.int32)


@lru_cache(maxsize=16)
def pixel_of(grey: float, depth: GreyDepth) -> int:
    """The pixel of a grey, 0..1."""
    level = depth.nearest(np.array([grey * depth.white]))
    return int(packed(level, depth)[0])
