"""The test pattern: every part is where it should be, in the right levels."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.domain.display_function import Calibration, DisplayFunction, LuminanceStep
from viewer.domain.grey_depth import GreyDepth
from viewer.rendering.display_pattern import (
    PATCHES,
    depth_ramps,
    display_pattern,
    extreme_squares,
    measuring_patch,
    patch_squares,
)
from viewer.rendering.grey_drawing import ScreenGrey

TEN = ScreenGrey(depth=GreyDepth.TEN_BITS)


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


@pytest.mark.parametrize(
    ("width", "height", "pairs"),
    [(1560, 1050, 1), (920, 770, 2), (1800, 2500, 1), (3400, 2100, 1), (700, 500, 2)],
)
def test_a_window_of_10_bits_has_ramps_of_1024_levels_above_ramps_of_256(
    width: int, height: int, pairs: int
) -> None:
    pattern = display_pattern(width, height, TEN)
    ramps = depth_ramps(width, height, GreyDepth.TEN_BITS)
    assert len(ramps) == pairs
    upper = np.concatenate([pattern[ramp.every.start, ramp.columns] for ramp in ramps])
    lower = np.concatenate([pattern[ramp.coarse.start, ramp.columns] for ramp in ramps])
    np.testing.assert_array_equal(np.unique(upper), np.arange(1024))
    assert len(np.unique(lower)) == 256
    for ramp in ramps:
        for rows in (ramp.every, ramp.coarse):
            assert (np.diff(pattern[rows.start, ramp.columns].astype(int)) >= 0).all()
            assert (pattern[rows, ramp.columns] == pattern[rows.start, ramp.columns]).all()


@pytest.mark.parametrize(
    ("width", "height"), [(1560, 1050), (920, 770), (1800, 2500), (3400, 2100)]
)
def test_the_ramps_of_depth_lie_over_nothing_else_and_8_bits_have_none(
    width: int, height: int
) -> None:
    eight, ten = display_pattern(width, height), display_pattern(width, height, TEN)
    for ramp in depth_ramps(width, height, GreyDepth.TEN_BITS):
        place = slice(ramp.every.start, ramp.coarse.stop), ramp.columns
        assert (eight[place] == 51).all()
        ten[place] = round(0.2 * 1023)
    np.testing.assert_allclose(ten * (255 / 1023), eight, atol=0.63)


def test_a_calibrated_screen_has_its_own_curve_in_both_ramps() -> None:
    steps = (LuminanceStep(level=n * 15, luminance=0.3 + 400 * (n / 17) ** 2.2) for n in range(18))
    display = DisplayFunction(calibration=Calibration(display="a", steps=tuple(steps)))
    screen = ScreenGrey(display=display, depth=GreyDepth.TEN_BITS)
    pattern = display_pattern(1560, 1050, screen)
    (ramp,) = depth_ramps(1560, 1050, screen.depth)
    upper, lower = (
        pattern[rows.start, ramp.columns].astype(int) for rows in (ramp.every, ramp.coarse)
    )
    assert np.abs(upper - lower).max() <= 3
    assert len(np.unique(upper)) > 3 * len(np.unique(lower))


def test_the_patch_to_measure_is_the_same_grey_in_10_bits() -> None:
    assert measuring_patch(1000, 800, 200, TEN)[400, 500] == round(200 * 1023 / 255)
    assert measuring_patch(1000, 800, 255, TEN)[400, 500] == 1023


def test_a_tiny_window_still_has_a_pattern() -> None:
    assert display_pattern(40, 30).shape == (30, 40)
    assert display_pattern(40, 30, TEN).shape == (30, 40)
