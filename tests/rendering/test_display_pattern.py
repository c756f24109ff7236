"""The test pattern: every part is where it should be, in the right levels."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.rendering.display_pattern import (
    PATCHES,
    display_pattern,
    extreme_squares,
    measuring_patch,
    patch_squares,
)


@pytest.mark.parametrize(
    ("width", "height"), [(1560, 1050), (920, 770), (1800, 2500), (3400, 2100)]
)
def test_patches_rise_from_black_to_white_and_hold_fainter_squares(width: int, height: int) -> None:
    pattern = display_pattern(width, height)
    squares = patch_squares(width, height)
    assert len(squares) == PATCHES
    seen = [int(pattern[s.top + s.side // 2, s.left + s.side // 2]) for s in squares]
    assert seen == [round(number * 15) for number in range(PATCHES)]
    for square, level in zip(squares, seen, strict=True):
        inside = pattern[
            square.top : square.top + square.side, square.left : square.left + square.side
        ]
        assert set(np.unique(inside)) == {max(0, level - 4), level, min(255, level + 4)}


@pytest.mark.parametrize(
    ("width", "height"), [(1560, 1050), (920, 770), (1800, 2500), (3400, 2100)]
)
def test_nothing_lies_over_anything_else(width: int, height: int) -> None:
    every = (*patch_squares(width, height), *extreme_squares(width, height))
    for number, one in enumerate(every):
        assert one.left >= 0
        assert one.top >= 0
        assert one.left + one.side <= width
        assert one.top + one.side <= height
        for other in every[number + 1 :]:
            apart = (
                one.left + one.side <= other.left
                or other.left + other.side <= one.left
                or one.top + one.side <= other.top
                or other.top + other.side <= one.top
            )
            assert apart


def test_five_percent_lies_in_black_and_ninety_five_in_white() -> None:
    pattern = display_pattern(1560, 1050)
    for square, outer, inner in zip(extreme_squares(1560, 1050), (0, 255), (13, 242), strict=True):
        assert pattern[square.top + 1, square.left + 1] == outer
        assert pattern[square.top + square.side // 2, square.left + square.side // 2] == inner


def test_the_outermost_pixels_are_a_white_frame() -> None:
    pattern = display_pattern(1000, 800)
    for edge in (pattern[0], pattern[-1], pattern[:, 0], pattern[:, -1]):
        assert (edge == 255).all()


def test_the_patch_to_measure_is_a_tenth_of_the_area_in_its_own_level() -> None:
    picture = measuring_patch(1000, 800, 200)
    assert np.mean(picture == 200) == pytest.approx(0.1, abs=0.002)
    assert picture[400, 500] == 200


def test_a_tiny_window_still_has_a_pattern() -> None:
    assert display_pattern(40, 30).shape == (30, 40)
