"""A loupe shows the pixels under the pointer at full resolution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rendering_builders import IDENTITY_TABLE, make_viewport, uncropped

from viewer.rendering.extremes import Extreme
from viewer.rendering.grey_table import grey_table_of
from viewer.rendering.loupe import loupe_scene
from viewer.rendering.raster import Quality, render_grey
from viewer.rendering.scene import ImageLayer, PaneScene


def pane(scale: float, flips: tuple[bool, bool] = (False, False)) -> PaneScene:
    codes = np.random.default_rng(2).integers(0, 60000, (300, 260)).astype(np.uint16)
    viewport = make_viewport(300, 260, scale=scale, flips=flips, pane=(130, 150))
    layer = ImageLayer(
        frame=uncropped(codes),
        table=grey_table_of(IDENTITY_TABLE),
        viewport=viewport,
        extreme=Extreme.HIGHEST,
    )
    return PaneScene(pane_width=130, pane_height=150, viewport=viewport, image=layer)


@given(
    scale=st.floats(0.2, 3.0),
    flips=st.tuples(st.booleans(), st.booleans()),
    zoom=st.sampled_from([1, 2, 3, 4]),
    point=st.tuples(st.floats(20, 100), st.floats(20, 120)),
)
def test_the_middle_of_the_loupe_is_the_pixel_under_the_pointer(scale, flips, zoom, point):
    shown = pane(scale, flips)
    loupe = loupe_scene(shown, device_x=point[0], device_y=point[1], zoom=zoom, side=61)
    assert loupe is not None
    assert loupe.viewport is not None
    assert shown.viewport is not None
    there = shown.viewport.to_image(*point)
    middle = loupe.viewport.to_image(30.5, 30.5)
    np.testing.assert_allclose(middle, there, atol=0.51)
    assert loupe.viewport.zoom == zoom
    assert loupe.viewport.flipped_horizontally is flips[0]


def test_at_one_to_one_the_loupe_holds_every_pixel_as_it_is_even_in_maximum_mode():
    shown = pane(0.5)
    loupe = loupe_scene(shown, device_x=65, device_y=75, zoom=1, side=40)
    assert loupe is not None
    assert loupe.image is not None
    layer = loupe.image
    assert layer.extreme is None
    drawn = render_grey(layer.frame, layer.viewport, layer.table.levels, quality=Quality.MOVING)
    np.testing.assert_array_equal(drawn, IDENTITY_TABLE[layer.frame.pixels[130:170, 110:150]])


def test_rows_keep_their_proportion_where_pixels_are_not_square():
    shown = pane(0.5)
    assert shown.viewport is not None
    tall = replace(shown, viewport=replace(shown.viewport, scale_row=1.0))
    loupe = loupe_scene(tall, device_x=65, device_y=75, zoom=2, side=40)
    assert loupe is not None
    assert loupe.viewport is not None
    assert (loupe.viewport.scale_row, loupe.viewport.scale_column) == (4.0, 2.0)


def test_a_pane_without_an_image_has_no_loupe():
    empty = PaneScene(pane_width=10, pane_height=10)
    assert loupe_scene(empty, device_x=5, device_y=5, zoom=2, side=40) is None
