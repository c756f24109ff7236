"""From codes to grey, against the formulas of the standard."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.windowing import (
    GreyScale,
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
    assert window.width == pytest.approx(96, abs=3)


def test_a_falling_or_flat_lut_still_gives_a_window() -> None:
    for grey in (np.linspace(1, 0, 50), np.full(50, 0.5)):
        assert VoiLut(first_mapped=0, grey_values=grey).window_like().width >= 1


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
