"""The maximum mode: nothing bright is lost below 1:1, and the pane says that it is on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rendering_builders import IDENTITY_TABLE, make_viewport, uncropped

from viewer.domain.ai_state import NotRun
from viewer.domain.pane_state import PaneState
from viewer.domain.windowing import GreyScale
from viewer.rendering.extremes import Extreme
from viewer.rendering.grey_drawing import GreyDrawing
from viewer.rendering.raster import Quality, render_grey
from viewer.rendering.scene import PaneContext, PaneScene, build_scene


@settings(max_examples=60)
@given(
    scale=st.floats(0.06, 0.99),
    left=st.floats(-60.0, 40.0),
    top=st.floats(-60.0, 40.0),
    flips=st.tuples(st.booleans(), st.booleans()),
    spot=st.tuples(st.integers(0, 150), st.integers(0, 202)),
    extreme=st.sampled_from(Extreme),
)
@example(
    scale=0.06, left=1.0, top=1.4375, flips=(False, True), spot=(0, 0), extreme=Extreme.HIGHEST
)
def test_a_single_pixel_keeps_its_whole_contrast_wherever_it_falls(
    scale, left, top, flips, spot, extreme
):
    background, bright = (20000, 40000) if extreme is Extreme.HIGHEST else (40000, 20000)
    codes = np.full((151, 203), background, np.uint16)
    codes[spot] = bright
    viewport = make_viewport(151, 203, scale=scale, left=left, top=top, flips=flips)
    drawn = render_grey(
        uncropped(codes), viewport, IDENTITY_TABLE, quality=Quality.MOVING, extreme=extreme
    )
    device_x, device_y = viewport.to_device(spot[0] + 0.5, spot[1] + 0.5)
    if 1 <= device_x < 99 and 1 <= device_y < 79:
        near = drawn[int(device_y) - 1 : int(device_y) + 2, int(device_x) - 1 : int(device_x) + 2]
        assert (near == bright >> 8).any()


@pytest.mark.parametrize("quality", list(Quality))
def test_at_one_to_one_the_maximum_is_every_pixel_as_it_is(quality):
    codes = np.random.default_rng(1).integers(0, 60000, (70, 90)).astype(np.uint16)
    viewport = make_viewport(70, 90)
    plain = render_grey(uncropped(codes), viewport, IDENTITY_TABLE, quality=quality)
    maximum = render_grey(
        uncropped(codes), viewport, IDENTITY_TABLE, quality=quality, extreme=Extreme.HIGHEST
    )
    np.testing.assert_array_equal(plain, maximum)


def shown(grey: GreyDrawing, grey_scale: GreyScale | None = None) -> PaneScene:
    stack = make_image("LCC")
    if grey_scale is not None:
        stack = replace(stack, grey_scale=grey_scale)
    return build_scene(
        stack=stack,
        state=PaneState(image_id=stack.image_id),
        frame=uncropped(np.zeros((stack.rows, stack.columns), np.uint16)),
        fit_scale=1.0,
        pane_width=400,
        pane_height=500,
        ai=NotRun(),
        context=PaneContext(grey=grey),
    )


def test_a_pane_in_maximum_mode_says_so():
    assert not any("maximum" in badge.text for badge in shown(GreyDrawing()).badges)
    assert any("maximum" in badge.text for badge in shown(GreyDrawing(maximum=True)).badges)


def test_where_low_codes_are_bright_the_lowest_is_the_maximum():
    maximum = GreyDrawing(maximum=True)
    for scale, extreme in (
        (GreyScale(), Extreme.HIGHEST),
        (GreyScale(monochrome1=True), Extreme.LOWEST),
        (GreyScale(slope=-1.0), Extreme.LOWEST),
    ):
        image = shown(maximum, scale).image
        assert image is not None
        assert image.extreme is extreme
