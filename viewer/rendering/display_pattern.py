"""A test pattern for displays, after the ideas of AAPM TG18-QC, drawn to exact device pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.domain.display_function import DisplayFunction

PATCHES = 18
LOW_CONTRAST = 4 / 255
"""P-value by which the small squares of a patch differ from it."""
_BACKGROUND = 0.2
_PATCH_COLUMNS, _PATCH_ROWS = 6, 3

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


def display_pattern(
    width: int, height: int, display: DisplayFunction | None = None
) -> NDArray[np.uint8]:
    """Return driving levels, (height, width) uint8, of the whole pattern.

    18 patches from black to white, each with four squares just darker or lighter; 0 with 5 % and
    100 with 95 %; line pairs of one and two pixels; a ramp at either side; white corners.
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
    return levels_of(pattern, display)


def measuring_patch(
    width: int, height: int, level: int, display: DisplayFunction | None = None
) -> NDArray[np.uint8]:
    """Return a patch of one driving level, a tenth of the area, on a dim ground.

    The level is not corrected: it is the one that is measured.
    """
    picture = levels_of(np.full((height, width), _BACKGROUND), display)
    side = round((0.1 * width * height) ** 0.5)
    top, left = (height - side) // 2, (width - side) // 2
    picture[max(0, top) : top + side, max(0, left) : left + side] = level
    return picture


def levels_of(p_values: PValues, display: DisplayFunction | None) -> NDArray[np.uint8]:
    """Turn P-values into driving levels of a screen."""
    if display is None:
        return np.asarray(np.floor(p_values * 255.0 + 0.5), np.uint8)
    return display.driving_levels(p_values)


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


def _draw_corners(pattern: PValues) -> None:
    """A frame on the outermost pixels, white corners, and line pairs in each."""
    height, width = pattern.shape
    pattern[[0, -1], :] = 1.0
    pattern[:, [0, -1]] = 1.0
    side = max(8, _unit(width, height) // 2)
    margin = 4
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
