"""The last lookup in 1,024 levels beside the one in 256."""

from __future__ import annotations

import numpy as np
import pytest

from viewer.domain.display_function import Calibration, DisplayFunction, LuminanceStep
from viewer.domain.grey_depth import GreyDepth, GreyLevels
from viewer.domain.windowing import GreyScale, Voi, VoiFunction, VoiLut, Window, level_table

LUT = VoiLut(first_mapped=300, grey_values=np.linspace(0.0, 1.0, 3000) ** 1.8)
VOIS = {
    "LINEAR": Window(center=2000, width=3600),
    "LINEAR_EXACT": Window(center=2000, width=3600, function=VoiFunction.LINEAR_EXACT),
    "SIGMOID": Window(center=2000, width=800, function=VoiFunction.SIGMOID),
    "LUT": LUT,
}


def screen(steps: int) -> DisplayFunction:
    levels = np.unique(np.rint(np.linspace(0, 255, steps)).astype(int))
    measured = tuple(
        LuminanceStep(level=int(level), luminance=0.4 + 420 * float(level / 255) ** 2.3)
        for level in levels
    )
    return DisplayFunction(calibration=Calibration(display="a", steps=measured))


DISPLAYS = {"plain": None, "18 steps": screen(18), "256 steps": screen(256)}
every = pytest.mark.parametrize("display", DISPLAYS.values(), ids=DISPLAYS)
voi_kinds = pytest.mark.parametrize("voi", VOIS.values(), ids=VOIS)


def table(
    voi: Voi,
    depth: GreyDepth,
    display: DisplayFunction | None = None,
    *,
    inverted: bool = False,
    scale: GreyScale | None = None,
) -> GreyLevels:
    scale = GreyScale(largest_code=4095) if scale is None else scale
    return level_table(scale, voi, inverted=inverted, display=display, depth=depth)


@voi_kinds
@every
def test_ten_bit_tables_rise_from_black_to_white(voi: Voi, display: DisplayFunction | None) -> None:
    levels = table(voi, GreyDepth.TEN_BITS, display)
    assert levels.dtype == np.uint16
    assert (np.diff(levels.astype(int)) >= 0).all()
    # A sigmoid comes near black at code 0 but does not reach it.
    assert levels[0] <= 5
    assert levels[-1] == 1023


@voi_kinds
@every
@pytest.mark.parametrize("inverted", [False, True])
def test_each_ten_bit_level_agrees_with_its_eight_bit_one(
    voi: Voi, display: DisplayFunction | None, inverted: bool
) -> None:
    eight = table(voi, GreyDepth.EIGHT_BITS, display, inverted=inverted)
    ten = table(voi, GreyDepth.TEN_BITS, display, inverted=inverted)
    assert eight.dtype == np.uint8
    # Half an eight-bit level and half a ten-bit one.
    apart = np.abs(ten * (255 / 1023) - eight)
    assert apart.max() <= 0.5 + 0.5 * 255 / 1023 + 1e-9


@every
def test_a_line_over_many_codes_has_far_more_levels_in_ten_bits(
    display: DisplayFunction | None,
) -> None:
    wide = Window(center=8191.5, width=16384)
    eight = np.unique(table(wide, GreyDepth.EIGHT_BITS, display))
    ten = np.unique(table(wide, GreyDepth.TEN_BITS, display))
    np.testing.assert_array_equal(eight, np.arange(256))
    # Steep parts of a screen's curve skip a few: two codes next to each other are farther apart.
    assert len(ten) == 1024 if display is None else len(ten) > 1000


def test_a_calibration_is_followed_more_closely_between_the_measured_levels() -> None:
    display = screen(256)
    p_values = np.linspace(0.0, 1.0, 5000)
    wanted = display.wanted_luminances(p_values)
    measured = display.calibration.luminances

    def error(depth: GreyDepth) -> float:
        levels = display.driving_levels(p_values, depth) * (255 / depth.white)
        return float(np.abs(np.interp(levels, np.arange(256), measured) - wanted).mean())

    assert error(GreyDepth.TEN_BITS) < 0.3 * error(GreyDepth.EIGHT_BITS)


@pytest.mark.parametrize("monochrome1", [False, True])
@pytest.mark.parametrize("inverted", [False, True])
def test_padding_stays_black(monochrome1: bool, inverted: bool) -> None:
    scale = GreyScale(largest_code=4095, monochrome1=monochrome1, padding=(4090, 4095))
    levels = table(VOIS["LINEAR"], GreyDepth.TEN_BITS, inverted=inverted, scale=scale)
    assert not levels[4090:4096].any()


def test_air_stays_black_when_a_window_without_padding_is_inverted() -> None:
    assert table(VOIS["LINEAR"], GreyDepth.TEN_BITS, inverted=True)[0] == 0
