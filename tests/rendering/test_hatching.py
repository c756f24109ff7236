"""Patterns over saliency: by direction, fixed to the image, never hiding what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image, make_prediction
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.viewport import FITTED, Viewport, fitting_scale, viewport_for
from viewer.rendering.hatching import LEAST_PERIOD, hatch_period, hatched
from viewer.rendering.raster import DeviceRect
from viewer.rendering.saliency import render_saliency
from viewer.rendering.scene import saliency_layers

VIEWPORT = Viewport(
    pane_width=64,
    pane_height=64,
    image_rows=64,
    image_columns=64,
    scale_row=1.0,
    scale_column=1.0,
    left=0.0,
    top=0.0,
)
WHOLE = DeviceRect(left=0, top=0, right=64, bottom=64)
FULL = np.full((64, 64), 90, np.uint8)


@given(cell=st.floats(0.01, 4000.0))
def test_lines_are_never_too_close_nor_too_far(cell: float) -> None:
    assert hatch_period(cell) * (1 + 1e-9) >= LEAST_PERIOD
    assert hatch_period(cell) < 2 * LEAST_PERIOD * (1 + 1e-9)


@pytest.mark.parametrize(("rising", "step"), [(True, -1), (False, 1)])
def test_malignant_lines_rise_and_benign_lines_fall(rising: bool, step: int) -> None:
    drawn = hatched(FULL, VIEWPORT, WHOLE, 8.0, rising=rising)
    assert (drawn[1:, 1:] == drawn[:-1, :-1]).all() == (step == 1)
    assert (drawn[1:, :-1] == drawn[:-1, 1:]).all() == (step == -1)
    assert set(np.unique(drawn)) == {27, 90}


def test_lines_stay_with_the_image_when_it_is_moved() -> None:
    moved = replace(VIEWPORT, left=5.0, top=-3.0)
    part = DeviceRect(left=5, top=0, right=64, bottom=61)
    before = hatched(FULL, VIEWPORT, WHOLE, 8.0, rising=True)
    after = hatched(FULL[:61, :59], moved, part, 8.0, rising=True)
    np.testing.assert_array_equal(after[:40, :40], before[3:43, :40])


def test_clear_stays_clear_and_drawn_stays_drawn() -> None:
    alpha = np.zeros((64, 64), np.uint8)
    alpha[10:20] = 1
    drawn = hatched(alpha, VIEWPORT, WHOLE, 8.0, rising=True)
    np.testing.assert_array_equal(drawn > 0, alpha > 0)


def test_the_switch_changes_what_a_pane_and_a_file_show_and_keeps_colours() -> None:
    image = make_image("RCC")
    prediction = make_prediction(image, malignant=0.9)
    scale = fitting_scale(image, 300, 300)
    viewport = viewport_for(image, FITTED, fit_scale=scale, pane_width=300, pane_height=300)
    pictures = {}
    for patterns in (False, True):
        settings = OverlaySettings(patterns=patterns)
        layers = saliency_layers(prediction, 7, viewport, settings)
        pictures[patterns] = render_saliency(layers[-1])
    plain, lines = pictures[False], pictures[True]
    assert plain is not None
    assert lines is not None
    assert plain.rect == lines.rect
    assert (lines.pixels[..., 3] <= plain.pixels[..., 3]).all()
    assert (lines.pixels[..., 3] < plain.pixels[..., 3]).any()
    assert (lines.pixels[..., 3] == plain.pixels[..., 3]).any()
