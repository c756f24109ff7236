"""Image pixels and device pixels, there and back."""

from __future__ import annotations

import pytest
from builders import make_image
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.domain.viewport import (
    FITTED,
    Framing,
    Viewport,
    actual_pixels_scale,
    common_scale,
    fitting_scale,
    framing_of,
    on_whole_pixels,
    panned,
    viewport_for,
    zoomed,
)

views = st.sampled_from(["RCC", "LCC", "RMLO", "LMLO"])
spacings = st.builds(
    lambda row, column: PixelSpacing(
        row_mm=row, column_mm=column, origin=SpacingOrigin.PIXEL_MEASURES
    ),
    st.floats(0.04, 0.3),
    st.floats(0.04, 0.3),
)
images = st.builds(
    lambda view, rows, columns, spacing: make_image(
        view, rows=rows, columns=columns, spacing=spacing
    ),
    views,
    st.integers(40, 4000),
    st.integers(40, 4000),
    st.one_of(st.none(), spacings),
)
panes = st.tuples(st.integers(64, 4000), st.integers(64, 4000))
framings = st.builds(
    Framing,
    scale=st.floats(0.5, 80.0),
    chest_mm=st.floats(-50.0, 250.0),
    vertical_mm=st.floats(-200.0, 200.0),
)
viewports = st.builds(
    Viewport,
    pane_width=st.integers(1, 4000),
    pane_height=st.integers(1, 4000),
    image_rows=st.integers(1, 5000),
    image_columns=st.integers(1, 5000),
    scale_row=st.floats(0.02, 40.0),
    scale_column=st.floats(0.02, 40.0),
    left=st.floats(-5000.0, 5000.0),
    top=st.floats(-5000.0, 5000.0),
    flipped_horizontally=st.booleans(),
    flipped_vertically=st.booleans(),
)
points = st.tuples(st.floats(-2000.0, 6000.0), st.floats(-2000.0, 6000.0))


@given(viewports, points)
def test_device_and_image_positions_are_inverse(viewport, point):
    x, y = viewport.to_device(*point)
    assert viewport.to_image(x, y) == pytest.approx(point, abs=1e-6)


@given(viewports, st.floats(0.2, 5.0), points)
def test_zooming_keeps_the_image_point_under_the_pointer(viewport, factor, pointer):
    before = viewport.to_image(*pointer)
    after = zoomed(viewport, factor, *pointer).to_image(*pointer)
    assert after == pytest.approx(before, abs=1e-4)


@given(viewports, points, points)
def test_panning_moves_every_image_point_by_the_same_device_distance(viewport, point, by):
    x, y = viewport.to_device(*point)
    assert panned(viewport, *by).to_device(*point) == pytest.approx((x + by[0], y + by[1]))


@given(images, panes, st.booleans(), st.booleans())
def test_a_fitted_image_lies_in_its_pane_with_the_chest_wall_at_the_edge(
    image, pane, flipped_horizontally, flipped_vertically
):
    width, height = pane
    viewport = viewport_for(
        image,
        FITTED,
        fit_scale=fitting_scale(image, width, height),
        pane_width=width,
        pane_height=height,
        flipped_horizontally=flipped_horizontally,
        flipped_vertically=flipped_vertically,
    )
    corners = [viewport.to_device(row, c) for row in (0, image.rows) for c in (0, image.columns)]
    assert all(-1e-6 <= x <= width + 1e-6 and -1e-6 <= y <= height + 1e-6 for x, y in corners)
    chest_column = 0 if image.chest_wall_is_left else image.columns
    chest_x = viewport.to_device(0, chest_column)[0]
    at_left = image.chest_wall_is_left != flipped_horizontally
    assert chest_x == pytest.approx(0 if at_left else width, abs=1e-6)


@given(images, panes, framings, st.booleans(), st.booleans())
def test_the_framed_point_lies_at_the_panes_centre(image, pane, framing, across, down):
    width, height = pane
    viewport = viewport_for(
        image,
        framing,
        fit_scale=1.0,
        pane_width=width,
        pane_height=height,
        flipped_horizontally=across,
        flipped_vertically=down,
    )
    found = framing_of(image, viewport)
    assert found.scale == pytest.approx(framing.scale)
    assert found.chest_mm == pytest.approx(framing.chest_mm, abs=1e-6)
    assert found.vertical_mm == pytest.approx(framing.vertical_mm, abs=1e-6)


@given(images, panes, framings, st.booleans(), st.booleans())
def test_a_viewport_is_reproduced_by_its_own_framing(image, pane, framing, across, down):
    options = {
        "fit_scale": 1.0,
        "pane_width": pane[0],
        "pane_height": pane[1],
        "flipped_horizontally": across,
        "flipped_vertically": down,
    }
    viewport = viewport_for(image, framing, **options)
    again = viewport_for(image, framing_of(image, viewport), **options)
    assert (again.left, again.top) == pytest.approx((viewport.left, viewport.top), abs=1e-6)
    assert again.scale_row == pytest.approx(viewport.scale_row)


@given(images, images, panes, framings)
def test_another_image_of_the_view_shows_the_same_millimetres(first, second, pane, framing):
    options = {"fit_scale": 1.0, "pane_width": pane[0], "pane_height": pane[1]}
    shown = [viewport_for(image, framing, **options) for image in (first, second)]
    framed = [
        framing_of(image, viewport) for image, viewport in zip((first, second), shown, strict=True)
    ]
    assert framed[0].chest_mm == pytest.approx(framed[1].chest_mm, abs=1e-6)
    assert framed[0].scale == pytest.approx(framed[1].scale)


@given(st.lists(st.tuples(images, panes), min_size=1, max_size=4))
def test_the_common_scale_fits_every_image(shown):
    scale = common_scale((image, *pane) for image, pane in shown)
    assert scale is not None
    for image, (width, height) in shown:
        assert scale <= fitting_scale(image, width, height)


def test_there_is_no_common_scale_of_nothing():
    assert common_scale([]) is None


@given(images)
def test_actual_pixels_are_one_device_pixel_wide(image):
    scale = actual_pixels_scale(image)
    viewport = viewport_for(
        image, Framing(scale=scale), fit_scale=1.0, pane_width=800, pane_height=600
    )
    assert viewport.zoom == pytest.approx(1.0)


@given(viewports)
def test_whole_pixels_are_at_most_half_a_pixel_away(viewport):
    moved = on_whole_pixels(viewport)
    assert (moved.left, moved.top) == (int(moved.left), int(moved.top))
    assert (moved.left, moved.top) == pytest.approx((viewport.left, viewport.top), abs=0.5)
    assert on_whole_pixels(moved) == moved
