"""Frames become panes: right place, right grey, nothing small lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering_builders import IDENTITY_TABLE, make_viewport, uncropped

from viewer.domain.frame import Frame
from viewer.rendering.raster import Quality, needs_still, render_grey

both_flips = st.tuples(st.booleans(), st.booleans())
qualities = st.sampled_from(list(Quality))


def speckled(rows: int, columns: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 60000, (rows, columns)).astype(np.uint16)


@given(st.integers(-60, 60), st.integers(-60, 60), both_flips, qualities, st.integers(0, 5))
def test_one_to_one_shows_every_pixel_as_it_is(left, top, flips, quality, seed):
    codes = speckled(70, 90, seed)
    viewport = make_viewport(70, 90, left=left, top=top, flips=flips)
    drawn = render_grey(Frame.cropped(codes), viewport, IDENTITY_TABLE, quality=quality)
    laid = codes[:: -1 if flips[1] else 1, :: -1 if flips[0] else 1]
    expected = np.zeros((80, 100), np.uint8)
    for row in range(70):
        for_row = top + row
        if not 0 <= for_row < 80:
            continue
        first, last = max(0, left), min(100, left + 90)
        if first < last:
            expected[for_row, first:last] = IDENTITY_TABLE[laid[row, first - left : last - left]]
    np.testing.assert_array_equal(drawn, expected)


@settings(max_examples=60)
@given(
    scale=st.floats(0.06, 3.0),
    aspect=st.floats(0.7, 1.4),
    left=st.floats(-60.0, 40.0),
    top=st.floats(-60.0, 40.0),
    flips=both_flips,
    quality=qualities,
)
def test_a_ramp_is_shown_at_its_own_place(scale, aspect, left, top, flips, quality):
    rows, columns = 151, 203
    ramp = np.arange(columns) * 200 + np.arange(rows)[:, None] * 100 + 500
    viewport = make_viewport(
        rows, columns, scale=scale, scale_row=scale * aspect, left=left, top=top, flips=flips
    )
    drawn = render_grey(
        uncropped(ramp.astype(np.uint16)), viewport, IDENTITY_TABLE, quality=quality
    )
    # A filter sees the image's edge for some pixels: compare where it does not.
    reach = 3 * max(1.0, 1 / scale, 1 / (scale * aspect)) + 8
    for y in range(0, 80, 7):
        for x in range(0, 100, 9):
            row, column = viewport.to_image(x + 0.5, y + 0.5)
            if reach < row < rows - reach and reach < column < columns - reach:
                expected = ((column - 0.5) * 200 + (row - 0.5) * 100 + 500) / 256
                # The table takes the whole level below, and a cubic bends a ramp by half a level.
                assert expected - 1.5 <= drawn[y, x] <= expected + 0.5


@settings(max_examples=60)
@given(
    span=st.tuples(
        st.integers(0, 40), st.integers(45, 93), st.integers(0, 50), st.integers(55, 117)
    ),
    scale=st.floats(0.06, 3.0),
    left=st.floats(-90.0, 60.0),
    top=st.floats(-90.0, 60.0),
    flips=both_flips,
    quality=qualities,
    seed=st.integers(0, 3),
)
def test_cropping_a_frame_changes_no_pixel(span, scale, left, top, flips, quality, seed):
    first_row, last_row, first_column, last_column = span
    codes = np.full((93, 117), 20_000, np.uint16)
    # Far from both ends of the codes: there Pillow clips what a filter overshoots by between its
    # two passes, and which of them is first depends on the size.
    tissue = 20_000 + speckled(last_row - first_row, last_column - first_column, seed) // 3
    codes[first_row:last_row, first_column:last_column] = tissue
    kept = Frame(
        rows=93,
        columns=117,
        top=first_row,
        left=first_column,
        pixels=np.ascontiguousarray(codes[first_row:last_row, first_column:last_column]),
        air_code=20_000,
    )
    viewport = make_viewport(93, 117, scale=scale, left=left, top=top, flips=flips)
    cropped = render_grey(kept, viewport, IDENTITY_TABLE, quality=quality)
    whole = render_grey(uncropped(codes), viewport, IDENTITY_TABLE, quality=quality)
    np.testing.assert_allclose(cropped.astype(int), whole.astype(int), atol=1)


@given(st.floats(0.1, 2.0), qualities)
def test_air_is_shown_in_its_own_grey_and_only_outside_the_image_is_black(scale, quality):
    codes = np.full((60, 50), 7, np.uint16)
    codes[20:40, :25] = 300
    white_air = np.full(1 << 16, 255, np.uint8)
    viewport = make_viewport(60, 50, scale=scale, left=10, top=5, pane=(140, 160))
    drawn = render_grey(Frame.cropped(codes), viewport, white_air, quality=quality)
    rows = np.arange(160) + 0.5
    columns = np.arange(140) + 0.5
    inside = ((rows >= 5) & (rows < 5 + 60 * scale))[:, None] & (
        (columns >= 10) & (columns < 10 + 50 * scale)
    )
    np.testing.assert_array_equal(drawn, np.where(inside, 255, 0))


@pytest.mark.parametrize("quality", list(Quality))
def test_a_slice_of_nothing_but_air_is_drawn(quality):
    air = Frame.cropped(np.full((40, 30), 9, np.uint16))
    drawn = render_grey(air, make_viewport(40, 30, scale=0.3), IDENTITY_TABLE, quality=quality)
    assert not drawn.any()


@pytest.mark.parametrize("quality", list(Quality))
def test_an_image_panned_out_of_its_pane_leaves_it_black(quality):
    frame = uncropped(speckled(40, 30, 1))
    viewport = make_viewport(40, 30, left=5000.0)
    assert not render_grey(frame, viewport, IDENTITY_TABLE, quality=quality).any()


def vanished_share(quality: Quality, shift: float) -> float:
    """Share of one-pixel calcifications that keep less than a tenth of their contrast."""
    codes = np.full((984, 800), 10000, np.uint16)
    random = np.random.default_rng(5)
    spots = [(row, int(random.integers(20, 780))) for row in range(20, 960, 9)]
    for row, column in spots:
        codes[row, column] += 20000
    viewport = make_viewport(984, 800, scale=0.488, left=shift, top=shift / 2, pane=(400, 490))
    # One grey level per hundredth of the calcification's contrast.
    table = np.clip((np.arange(1 << 16) - 10000) / 200 + 50, 0, 255).astype(np.uint8)
    drawn = render_grey(uncropped(codes), viewport, table, quality=quality)
    missed = 0
    for row, column in spots:
        x, y = viewport.to_device(row + 0.5, column + 0.5)
        near = drawn[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2]
        missed += near.max() < 50 + 10
    return missed / len(spots)


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.5, 0.7, 0.9])
def test_no_one_pixel_calcification_vanishes_from_a_still_picture(shift):
    assert vanished_share(Quality.STILL, shift) == 0.0


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.5, 0.7, 0.9])
def test_under_a_twentieth_of_one_pixel_calcifications_vanish_while_moving(shift):
    assert vanished_share(Quality.MOVING, shift) < 0.05


@given(st.floats(0.05, 0.99), st.integers(0, 65535), qualities)
def test_flat_grey_stays_the_same_grey_however_it_is_shrunk(scale, code, quality):
    flat = uncropped(np.full((60, 50), code, np.uint16))
    viewport = make_viewport(60, 50, scale=scale, pane=(60, 70))
    drawn = render_grey(flat, viewport, IDENTITY_TABLE, quality=quality)
    inside = drawn[: int(60 * scale), : int(50 * scale)]
    assert (inside == code >> 8).all()


def test_only_a_shrunk_image_needs_a_still_picture():
    assert needs_still(make_viewport(10, 10, scale=0.99))
    assert not needs_still(make_viewport(10, 10, scale=1.0))
