"""A test pattern for displays, after the ideas of AAPM TG18-QC, drawn to exact device pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from viewer.domain.display_function import LEVELS
from viewer.domain.grey_depth import GreyDepth, GreyLevels
from viewer.rendering.grey_drawing import ScreenGrey

PATCHES = 18
LOW_CONTRAST = 4 / 255
"""P-value by which the small squares of a patch differ from it."""
_BACKGROUND = 0.2
_PATCH_COLUMNS, _PATCH_ROWS = 6, 3

_CORNER_MARGIN = 4
_LEAST_RAMP = 4
"""Rows of a ramp that can be told from the one below it."""
PLAIN = ScreenGrey()
"""A screen that was not measured, in a window of 8 bits."""

PValues = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Square:
    """A square of a pattern, in device pixels."""

    left: int
    top: int
    side: int

    def inner(self, share: float) -> Square:
        """The square in its middle with so much of its side."""
        side = max(1, round(self.side * share))
        margin = (self.side - side) // 2
        return Square(self.left + margin, self.top + margin, side)


def display_pattern(width: int, height: int, screen: ScreenGrey = PLAIN) -> GreyLevels:
    """Return driving levels, (height, width), of the whole pattern.

    18 patches from black to white, each with four squares just darker or lighter; 0 with 5 % and
    100 with 95 %; line pairs of one and two pixels; a ramp at either side; white corners. Of more
    than 8 bits also ramps at the foot, in pairs: one of all levels above one of 256.
    """
    pattern = np.full((height, width), _BACKGROUND)
    for number, patch in enumerate(patch_squares(width, height)):
        _draw_patch(pattern, patch, number / (PATCHES - 1))
    dark, bright = extreme_squares(width, height)
    for square, outer, inner in ((dark, 0.0, 0.05), (bright, 1.0, 0.95)):
        _fill(pattern, square, outer)
        _fill(pattern, square.inner(0.5), inner)
    _draw_ramps(pattern)
    _draw_corners(pattern)
    _draw_line_pairs(pattern, _middle_lines(width, height))
    levels = levels_of(pattern, screen)
    if screen.depth is not GreyDepth.EIGHT_BITS:
        _draw_depth_ramps(levels, screen)
    return levels


def measuring_patch(width: int, height: int, level: int, screen: ScreenGrey = PLAIN) -> GreyLevels:
    """Return a patch of one driving level (0..255), a tenth of the area, on a dim ground.

    The level is not corrected: it is the one that is measured.
    """
    picture = levels_of(np.full((height, width), _BACKGROUND), screen)
    side = round((0.1 * width * height) ** 0.5)
    top, left = (height - side) // 2, (width - side) // 2
    painted = _measured_levels(np.array([level]), screen.depth)
    picture[max(0, top) : top + side, max(0, left) : left + side] = painted
    return picture


def levels_of(p_values: PValues, screen: ScreenGrey) -> GreyLevels:
    """Turn P-values into driving levels of a screen."""
    if screen.display is None:
        return screen.depth.nearest(p_values * screen.depth.white)
    return screen.display.driving_levels(p_values, screen.depth)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthRamp:
    """Two ramps of the same greys, one below the other: of all levels, and of 256."""

    every: slice
    """Rows of the ramp of all levels."""
    coarse: slice
    """Rows of the ramp of 256 levels."""
    columns: slice
    darkest: float
    brightest: float
    """P-values at its left and right end."""


def depth_ramps(width: int, height: int, depth: GreyDepth) -> tuple[DepthRamp, ...]:
    """Where ramps of a depth lie, between the lower corners; none where there is no room.

    As many as it takes to give every level a column of its own, the darkest above.
    """
    side, reach = _corner_side(width, height), _CORNER_MARGIN
    columns = slice(2 * (side + reach) + reach, width - 2 * (side + reach) - reach)
    steps = max(1, columns.stop - columns.start - 1)
    count = ceil(depth.white / steps)
    high = side // (2 * count)
    if high < _LEAST_RAMP:
        return ()
    top = height - reach - side
    return tuple(
        DepthRamp(
            every=slice(top + 2 * high * number, top + 2 * high * number + high),
            coarse=slice(top + 2 * high * number + high, top + 2 * high * (number + 1)),
            columns=columns,
            darkest=number / count,
            brightest=(number + 1) / count,
        )
        for number in range(count)
    )


def patch_squares(width: int, height: int) -> tuple[Square, ...]:
    """Where the patches lie, black first, row by row."""
    side = _unit(width, height)
    gap = side // 4
    left = (width - _PATCH_COLUMNS * side - (_PATCH_COLUMNS - 1) * gap) // 2
    top = (height - _PATCH_ROWS * side - (_PATCH_ROWS - 1) * gap) // 2
    return tuple(
        Square(left + column * (side + gap), top + row * (side + gap), side)
        for row in range(_PATCH_ROWS)
        for column in range(_PATCH_COLUMNS)
    )


def extreme_squares(width: int, height: int) -> tuple[Square, Square]:
    """Where 0 % holds 5 %, and 100 % holds 95 %: below the patches."""
    last = patch_squares(width, height)[-1]
    side = last.side
    top = last.top + side + side // 3
    return Square(width // 2 - side - side // 4, top, side), Square(
        width // 2 + side // 4, top, side
    )


def _unit(width: int, height: int) -> int:
    """The side of a patch: the whole block fits beside ramps and corners."""
    return max(8, min(width // 11, height // 8))


def _draw_patch(pattern: PValues, patch: Square, p_value: float) -> None:
    _fill(pattern, patch, p_value)
    small = max(2, patch.side // 5)
    inset = small // 2
    far = patch.side - inset - small
    darker, lighter = max(0.0, p_value - LOW_CONTRAST), min(1.0, p_value + LOW_CONTRAST)
    for down, across, value in (
        (inset, inset, darker),
        (inset, far, lighter),
        (far, inset, lighter),
        (far, far, darker),
    ):
        _fill(pattern, Square(patch.left + across, patch.top + down, small), value)


def _draw_ramps(pattern: PValues) -> None:
    """From white above to black below, at the left and the other way round at the right."""
    height, width = pattern.shape
    reach = max(4, width // 24)
    inset = reach + reach // 2
    first, last = height // 6, height - height // 6
    ramp = np.linspace(1.0, 0.0, last - first)[:, None]
    pattern[first:last, inset : inset + reach] = ramp
    pattern[first:last, width - inset - reach : width - inset] = ramp[::-1]


def _corner_side(width: int, height: int) -> int:
    return max(8, _unit(width, height) // 2)


def _draw_depth_ramps(levels: GreyLevels, screen: ScreenGrey) -> None:
    """Where a screen shows more than 256 levels, the upper ramp of a pair has finer steps."""
    height, width = levels.shape
    for ramp in depth_ramps(width, height, screen.depth):
        greys = np.linspace(ramp.darkest, ramp.brightest, ramp.columns.stop - ramp.columns.start)
        levels[ramp.every, ramp.columns] = levels_of(greys, screen)
        eight = levels_of(greys, ScreenGrey(display=screen.display))
        levels[ramp.coarse, ramp.columns] = _measured_levels(eight, screen.depth)


def _measured_levels(levels: NDArray[np.integer], depth: GreyDepth) -> GreyLevels:
    """The levels of a depth that give what 8-bit levels give."""
    return depth.nearest(levels.astype(np.float64) * (depth.white / (LEVELS - 1)))


def _draw_corners(pattern: PValues) -> None:
    """A frame on the outermost pixels, white corners, and line pairs in each."""
    height, width = pattern.shape
    pattern[[0, -1], :] = 1.0
    pattern[:, [0, -1]] = 1.0
    side, margin = _corner_side(width, height), _CORNER_MARGIN
    for top in (margin, height - margin - side):
        for left in (margin, width - margin - side):
            _fill(pattern, Square(left, top, side), 1.0)
            toward = left + side + margin if left == margin else left - side - margin
            _draw_line_pairs(pattern, (Square(toward, top, side),))


def _middle_lines(width: int, height: int) -> tuple[Square, ...]:
    first = patch_squares(width, height)[0]
    side = first.side
    top = first.top - side - side // 3
    left = width // 2 - side - side // 4
    return Square(left, top, side), Square(width // 2 + side // 4, top, side)


def _draw_line_pairs(pattern: PValues, squares: tuple[Square, ...]) -> None:
    """Upright and lying lines of one pixel, then of two, a quarter of the square each."""
    for square in squares:
        half = square.side // 2
        count = np.arange(half)
        for row, thickness in enumerate((1, 2)):
            lines = (count // thickness % 2).astype(np.float64)
            top = square.top + row * half
            upright = np.broadcast_to(lines, (half, half))
            pattern[top : top + half, square.left : square.left + half] = upright
            right = square.left + half
            pattern[top : top + half, right : right + half] = upright.T


def _fill(pattern: PValues, square: Square, p_value: float) -> None:
    rows = slice(max(0, square.top), square.top + square.side)
    pattern[rows, max(0, square.left) : square.left + square.side] = p_value
