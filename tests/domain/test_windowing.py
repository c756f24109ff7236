"""From codes to grey, against the formulas of the standard."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.windowing import (
    GreyScale,
    ModalityLut,
    VoiFunction,
    VoiLut,
    Window,
    lookup_table,
)

finite = st.floats(-1e5, 1e5, allow_nan=False)
functions = st.sampled_from(VoiFunction)


def windows(least_width: float = 1.0) -> st.SearchStrategy[Window]:
    widths = st.floats(least_width, 1e5, allow_nan=False)
    return st.builds(Window, center=finite, width=widths, function=functions)


def expected_grey(value: float, window: Window) -> float:
    """The pseudo-code of PS3.3 C.11.2.1.2 and C.11.2.1.3, for an output range of 0..1."""
    c, w = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        return 1 / (1 + math.exp(max(-700.0, min(700.0, -4 * (value - c) / w))))
    if window.function is VoiFunction.LINEAR:
        if value <= c - 0.5 - (w - 1) / 2:
            return 0.0
        if value > c - 0.5 + (w - 1) / 2:
            return 1.0
        return (value - (c - 0.5)) / (w - 1) + 0.5
    if value <= c - w / 2:
        return 0.0
    if value > c + w / 2:
        return 1.0
    return (value - c) / w + 0.5


@given(window=windows(), value=finite)
def test_every_window_follows_the_standard(window: Window, value: float) -> None:
    grey = window.grey(np.array([value]))[0]
    assert grey == pytest.approx(expected_grey(value, window), abs=1e-9)


@given(window=windows())
def test_more_is_never_darker(window: Window) -> None:
    grey = window.grey(np.linspace(-2e5, 2e5, 400))
    assert np.all(np.diff(grey) >= 0)


@pytest.mark.parametrize(
    ("width", "function"),
    [
        (0.9, VoiFunction.LINEAR),
        (0.0, VoiFunction.LINEAR_EXACT),
        (-1.0, VoiFunction.SIGMOID),
        (math.nan, VoiFunction.LINEAR),
        (math.inf, VoiFunction.LINEAR),
    ],
)
def test_windows_the_standard_forbids_are_refused(width: float, function: VoiFunction) -> None:
    with pytest.raises(ValueError, match="width"):
        Window(center=0.0, width=width, function=function)


@given(window=windows(), center_by=finite, width_by=finite)
def test_a_dragged_window_stays_allowed_and_keeps_its_function(
    window: Window, center_by: float, width_by: float
) -> None:
    moved = window.moved(center_by=center_by, width_by=width_by)
    assert moved.width >= 1.0
    assert moved.function is window.function


def test_a_lut_looks_values_up_and_holds_its_ends() -> None:
    lut = VoiLut(first_mapped=100, grey_values=np.array([0.0, 0.25, 1.0]))
    np.testing.assert_allclose(lut.grey(np.array([0.0, 100, 101, 102, 999])), [0, 0, 0.25, 1, 1])


def test_a_lut_gives_a_window_to_drag() -> None:
    lut = VoiLut(first_mapped=100, grey_values=np.linspace(0, 1, 101))
    window = lut.window_like()
    assert window.center == pytest.approx(150, abs=2)
    assert window.width == pytest.approx(100, abs=3)
    assert window.function is VoiFunction.LINEAR


@given(
    center=st.floats(300.0, 700.0),
    width=st.floats(50.0, 400.0),
    function=st.sampled_from([VoiFunction.LINEAR, VoiFunction.SIGMOID]),
    falls=st.booleans(),
)
def test_a_drag_from_a_lut_starts_with_the_picture_that_is_there(
    center: float, width: float, function: VoiFunction, falls: bool
) -> None:
    values = np.arange(1000.0)
    grey = Window(center=center, width=width, function=function).grey(values)
    lut = VoiLut(first_mapped=0, grey_values=1 - grey if falls else grey)
    window = lut.window_like()
    assert lut.falls is falls
    assert window.function is function
    assert np.abs(window.grey(values) - grey).max() < 0.05


def test_a_flat_lut_still_gives_a_window() -> None:
    assert VoiLut(first_mapped=0, grey_values=np.full(50, 0.5)).window_like().width >= 1


def test_a_window_over_fine_values_can_be_dragged_narrow() -> None:
    fine = Window(center=0.5, width=1.0, function=VoiFunction.LINEAR_EXACT)
    assert fine.moved(center_by=0, width_by=-0.5, least_width=1e-4).width == 0.5
    assert fine.moved(center_by=0, width_by=-5, least_width=1e-4).width == 1e-4
    line = Window(center=0.5, width=4.0)
    assert line.moved(center_by=0, width_by=-5, least_width=1e-4).width == 1.0


def test_a_modality_lut_is_looked_up_before_the_window() -> None:
    lut = ModalityLut(first_mapped=10, values=np.array([900.0, 500.0, 0.0]))
    scale = GreyScale(modality_lut=lut)
    np.testing.assert_array_equal(
        scale.values(np.array([0, 10, 11, 12, 99])), [900, 900, 500, 0, 0]
    )
    assert scale.low_codes_are_bright
    table = lookup_table(scale, WINDOW, inverted=False)
    assert table[9] > table[11] > table[12] == 0


def test_a_falling_slope_makes_low_codes_bright_and_monochrome1_turns_it_back() -> None:
    falling = GreyScale(slope=-1.0, intercept=1000.0)
    assert falling.low_codes_are_bright
    assert not GreyScale(slope=-1.0, intercept=1000.0, monochrome1=True).low_codes_are_bright
    inverted = lookup_table(falling, WINDOW, inverted=True)
    assert inverted[falling.largest_code] == 0


WINDOW = Window(center=500.0, width=1000.0, function=VoiFunction.LINEAR_EXACT)


def test_the_table_covers_every_code_after_rescaling() -> None:
    table = lookup_table(GreyScale(slope=2.0, intercept=-100.0), WINDOW, inverted=False)
    assert table.shape == (65536,)
    assert table.dtype == np.uint8
    assert (table[0], table[50], table[300], table[550]) == (0, 0, 128, 255)


def test_low_values_are_bright_in_monochrome1() -> None:
    table = lookup_table(GreyScale(monochrome1=True), WINDOW, inverted=False)
    assert (table[0], table[1000]) == (255, 0)


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("monochrome1", [False, True])
def test_padding_is_black_whatever_the_window(inverted: bool, monochrome1: bool) -> None:
    scale = GreyScale(padding=(0, 30), monochrome1=monochrome1)
    table = lookup_table(scale, WINDOW, inverted=inverted)
    assert not table[:31].any()


@pytest.mark.parametrize(("monochrome1", "air"), [(False, 0), (True, 4095)])
def test_air_stays_black_on_invert_without_padding(monochrome1: bool, air: int) -> None:
    scale = GreyScale(largest_code=4095, monochrome1=monochrome1)
    table = lookup_table(scale, WINDOW, inverted=True)
    assert table[air] == 0
