"""PS3.14: the standard's curve, and driving levels that follow it on a measured screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.display_function import (
    Calibration,
    DisplayFunction,
    LuminanceStep,
    checked_steps,
)
from viewer.domain.gsdf import jnd_index_of, luminance_of
from viewer.domain.windowing import GreyScale, VoiFunction, Window, lookup_table


def calibration(
    *, black: float = 0.3, white: float = 400.0, gamma: float = 2.2, ambient: float = 0.0
) -> Calibration:
    """A screen with a power law, measured at 18 steps."""
    steps = []
    for number in range(18):
        level = round(number * 15)
        luminance = black + (white - black) * (level / 255) ** gamma
        steps.append(LuminanceStep(level=level, luminance=luminance))
    return Calibration(display="Screen", ambient=ambient, steps=tuple(steps))


screens = st.builds(
    calibration,
    black=st.floats(0.05, 1.0),
    white=st.floats(80.0, 1500.0),
    gamma=st.floats(1.6, 2.8),
    ambient=st.floats(0.0, 2.0),
)


@pytest.mark.parametrize(("index", "luminance"), [(1, 0.0500), (2, 0.0547), (1023, 3993.4)])
def test_the_curve_has_the_values_of_the_standards_table(index: int, luminance: float) -> None:
    assert luminance_of(np.array([float(index)]))[0] == pytest.approx(luminance, rel=1e-3)


@given(st.floats(1.0, 1023.0))
def test_index_and_luminance_are_each_others_inverse(index: float) -> None:
    back = jnd_index_of(luminance_of(np.array([index])))[0]
    assert back == pytest.approx(index, abs=0.11)


@given(screens)
def test_driving_levels_rise_from_black_to_white(screen: Calibration) -> None:
    levels = DisplayFunction(calibration=screen).driving_levels(np.linspace(0, 1, 1000))
    assert (levels[0], levels[-1]) == (0, 255)
    assert np.all(np.diff(levels.astype(int)) >= 0)


@given(screens)
def test_equal_steps_of_grey_are_equal_steps_of_what_is_seen(screen: Calibration) -> None:
    function = DisplayFunction(calibration=screen)
    p_values = np.linspace(0, 1, 18)
    jnd = jnd_index_of(function.given_luminances(function.driving_levels(p_values)))
    ideal = np.linspace(jnd[0], jnd[-1], 18)
    # A driving level is the finest step there is: half of one may be off.
    finest = np.diff(jnd_index_of(function.given_luminances(np.arange(256)))).max()
    assert np.abs(jnd - ideal).max() <= finest / 2 + 0.5


@given(screens)
def test_a_screen_that_follows_the_standard_has_no_deviation(screen: Calibration) -> None:
    function = DisplayFunction(calibration=screen)
    levels = [round(number * 15) for number in range(18)]
    wanted = function.wanted_luminances(np.array(levels) / 255)
    steps = tuple(
        LuminanceStep(level=level, luminance=float(luminance))
        for level, luminance in zip(levels, wanted, strict=True)
    )
    checked = checked_steps(Calibration(display="Screen", steps=steps))
    assert checked[0].contrast_deviation is None
    for step in checked[1:]:
        assert step.contrast_deviation == pytest.approx(0.0, abs=0.03)
        assert step.measured == pytest.approx(step.wanted, rel=0.01)


def test_a_power_law_deviates_from_the_standard_and_ambient_light_counts() -> None:
    dark = checked_steps(calibration(gamma=2.8))
    assert max(abs(s.contrast_deviation or 0.0) for s in dark) > 0.1
    lit = checked_steps(calibration(ambient=1.5))
    assert lit[0].measured == pytest.approx(1.8)


def steps(*pairs: tuple[int, float]) -> tuple[LuminanceStep, ...]:
    return tuple(LuminanceStep(level=level, luminance=luminance) for level, luminance in pairs)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"display": " "}, "name"),
        ({"ambient": -1.0}, "ambient"),
        ({"ambient": float("nan")}, "ambient"),
        ({"steps": steps((0, 0.3), (255, 400))}, "steps are needed"),
        ({"steps": steps((0, 0.3), (60, 9), (120, 80), (200, 200), (250, 400))}, "last level"),
        ({"steps": steps((0, 0.3), (60, 9), (60, 80), (200, 200), (255, 400))}, "levels must rise"),
        ({"steps": steps((0, 0.3), (60, 9), (120, 8), (200, 200), (255, 400))}, "luminance must"),
        (
            {"steps": steps((0, 0.3), (60, float("nan")), (120, 8), (200, 200), (255, 400))},
            "level 60",
        ),
        ({"steps": steps((0, 0.0), (60, 9), (120, 80), (200, 200), (255, 400))}, "level 0"),
        ({"steps": steps((0, -0.3), (60, 9), (120, 80), (200, 200), (255, 400))}, "level 0"),
        ({"steps": steps((0, 0.3), (60, 9), (120, 80), (200, 200), (255, 9e9))}, "level 255"),
    ],
)
def test_measurements_that_cannot_be_right_are_refused_in_words(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(calibration(), **changes)


def test_black_glass_in_a_lit_room_may_measure_zero() -> None:
    found = replace(
        calibration(),
        ambient=0.4,
        steps=steps((0, 0.0), (60, 9), (120, 80), (200, 200), (255, 400)),
    )
    assert found.luminances[0] == pytest.approx(0.4)


WINDOW = Window(center=512.0, width=1024.0, function=VoiFunction.LINEAR_EXACT)


@given(screens, st.booleans())
def test_the_displays_table_is_composed_into_the_lookup_table(
    screen: Calibration, inverted: bool
) -> None:
    function = DisplayFunction(calibration=screen)
    scale = GreyScale(largest_code=1023, padding=(0, 4))
    table = lookup_table(scale, WINDOW, inverted=inverted, display=function)
    grey = WINDOW.grey(np.arange(5.0, 1024.0))
    wanted = function.driving_levels(1.0 - grey if inverted else grey)
    np.testing.assert_array_equal(table[5:1024], wanted)
    assert not table[:5].any()


def test_without_a_calibration_grey_goes_to_the_screen_as_it_is() -> None:
    plain = lookup_table(GreyScale(largest_code=1023), WINDOW, inverted=False)
    same = lookup_table(GreyScale(largest_code=1023), WINDOW, inverted=False, display=None)
    np.testing.assert_array_equal(plain, same)
    assert plain[512] == 128
