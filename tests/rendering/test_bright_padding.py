"""Padding stored as a bright code is black, and lays no bright line around the breast."""

from __future__ import annotations

import gc
from dataclasses import replace
from weakref import ref

import cv2
import numpy as np
import pytest
from builders import make_image
from hypothesis import example, given, settings
from hypothesis import strategies as st
from padding_builders import (
    COLUMNS,
    HIGH_IS_PADDING,
    LOW_IS_PADDING,
    ROWS,
    SIGNED,
    WINDOW,
    levels_at,
    padded,
    tissue_mask,
    under,
)
from rendering_builders import make_viewport

from inference.types import Box
from viewer.domain.ai_state import NotRun
from viewer.domain.frame import Frame
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import Slab
from viewer.domain.windowing import GreyScale, VoiLut
from viewer.rendering.bright_padding import bright_padding, filled_bytes, for_drawing
from viewer.rendering.extremes import Extreme
from viewer.rendering.pane_frames import PaneFrames
from viewer.rendering.patch_picture import render_patch, render_thumbnail
from viewer.rendering.raster import Quality, render_grey
from viewer.rendering.scene import PaneContext, build_scene, display_table
from viewer.rendering.scene_raster import rasterise

bright_ends = st.sampled_from([HIGH_IS_PADDING, LOW_IS_PADDING])
_MOST_OVERSHOOT = 0.45
"""Of tissue's own contrast: cubic weights of -3/16 in all beside the middle, along both axes.

1.1875 squared and 0.1875 squared add up to 1.445 where tissue is a chessboard. A line of padding
would lie a hundred levels above tissue.
"""


def drawn_of(codes, grey_scale, viewport, *, inverted=False, **how):
    frame = for_drawing(Frame.cropped(codes), bright_padding(grey_scale, WINDOW, inverted=inverted))
    table = display_table(grey_scale, WINDOW, inverted=inverted)
    return render_grey(frame, viewport, table, **how)


anywhere = {
    "scale": st.one_of(st.floats(0.06, 0.99), st.just(1.0), st.floats(1.0, 4.0)),
    "aspect": st.floats(0.7, 1.4),
    "left": st.integers(-60, 40),
    "top": st.integers(-60, 40),
    "flips": st.tuples(st.booleans(), st.booleans()),
    "quality": st.sampled_from(Quality),
    "grey_scale": bright_ends,
    "inverted": st.booleans(),
    "seed": st.integers(0, 20),
    "extreme": st.sampled_from([None, "maximum"]),
}


def drawing(scale, aspect, left, top, flips, quality, grey_scale, extreme):
    viewport = make_viewport(
        ROWS, COLUMNS, scale=scale, scale_row=scale * aspect, left=left, top=top, flips=flips
    )
    lowest, highest = Extreme.LOWEST, Extreme.HIGHEST
    chosen = lowest if grey_scale.low_codes_are_bright else highest
    return viewport, {"quality": quality, "extreme": chosen if extreme else None}


@settings(max_examples=150)
@given(**anywhere)
def test_flat_tissue_ends_in_black_without_a_line_between(
    scale, aspect, left, top, flips, quality, grey_scale, inverted, seed, extreme
):
    codes = padded(grey_scale, seed, flat=1000)
    viewport, how = drawing(scale, aspect, left, top, flips, quality, grey_scale, extreme)
    drawn = drawn_of(codes, grey_scale, viewport, inverted=inverted, **how)
    tissue = int(levels_at(codes[70:71, 0:1], grey_scale, inverted)[0, 0])
    assert set(np.unique(drawn)) <= {0, tissue}


@settings(max_examples=150)
@given(**anywhere)
@example(
    scale=0.37,
    aspect=1.0,
    left=0,
    top=0,
    flips=(False, False),
    quality=Quality.STILL,
    grey_scale=HIGH_IS_PADDING,
    inverted=False,
    seed=1,
    extreme=None,
)
def test_no_screen_pixel_is_brighter_than_the_breast_about_it_and_padding_is_black(
    scale, aspect, left, top, flips, quality, grey_scale, inverted, seed, extreme
):
    codes = padded(grey_scale, seed)
    viewport, how = drawing(scale, aspect, left, top, flips, quality, grey_scale, extreme)
    drawn = drawn_of(codes, grey_scale, viewport, inverted=inverted, **how)
    rows, columns, clearly = under(viewport)
    inside = (rows >= 0)[:, None] & (columns >= 0)
    mask = tissue_mask(seed)
    is_tissue = mask[rows][:, columns] & inside
    assert not drawn[~is_tissue & clearly].any()
    shown = levels_at(codes, grey_scale, inverted).astype(np.float32)
    reach = int(4 * max(1.0, 1 / viewport.scale_row, 1 / viewport.scale_column)) + 3
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    brightest = cv2.dilate(np.where(mask, shown, 0).astype(np.float32), kernel)
    darkest = cv2.erode(np.where(mask, shown, 255).astype(np.float32), kernel)
    limit = brightest + _MOST_OVERSHOOT * np.maximum(brightest - darkest, 0) + 1
    assert (drawn.astype(float) <= limit[rows][:, columns])[is_tissue & clearly].all()


@pytest.mark.parametrize("quality", list(Quality))
@pytest.mark.parametrize("inverted", [False, True])
def test_padding_far_from_every_tissue_code_is_no_edge_either(quality, inverted):
    codes = padded(SIGNED, 0, flat=1000)
    for scale in (0.2, 0.6, 1.0, 2.7):
        viewport = make_viewport(ROWS, COLUMNS, scale=scale)
        drawn = drawn_of(codes, SIGNED, viewport, inverted=inverted, quality=quality)
        assert set(np.unique(drawn)) <= {0, int(levels_at(codes[70:71], SIGNED, inverted)[0, 0])}
        assert drawn.any()


@pytest.mark.parametrize(
    "grey_scale",
    [
        GreyScale(largest_code=4095),
        GreyScale(largest_code=4095, monochrome1=True),
        GreyScale(largest_code=4095, padding=(0, 4)),
        GreyScale(largest_code=4095, padding=(4095, 65535), monochrome1=True),
        GreyScale(padding=(30768, 30768), intercept=-32768.0),
        GreyScale(largest_code=4095, padding=(4095, 4095), slope=-1.0),
    ],
)
def test_padding_at_the_dark_end_and_no_padding_are_drawn_as_they_are(grey_scale):
    frame = Frame.cropped(padded(HIGH_IS_PADDING, 3))
    assert bright_padding(grey_scale, WINDOW, inverted=False) is None
    assert for_drawing(frame, bright_padding(grey_scale, WINDOW, inverted=False)) is frame
    if grey_scale.padding is None:
        assert bright_padding(grey_scale, WINDOW, inverted=True) is None


@pytest.mark.parametrize("quality", list(Quality))
@pytest.mark.parametrize(
    "grey_scale",
    [
        GreyScale(largest_code=4095, padding=(0, 0)),
        GreyScale(largest_code=4095, padding=(4095, 4095), monochrome1=True),
    ],
)
def test_what_is_dark_as_stored_lays_no_bright_line_when_inverted(grey_scale, quality):
    codes = padded(grey_scale, 1, flat=1000)
    tissue = int(levels_at(codes[70:71], grey_scale, True)[0, 0])
    for scale in (0.2, 0.37, 1.0, 2.5):
        viewport = make_viewport(ROWS, COLUMNS, scale=scale)
        drawn = drawn_of(codes, grey_scale, viewport, inverted=True, quality=quality)
        assert set(np.unique(drawn)) == {0, tissue}


def test_a_frame_without_a_padding_pixel_is_drawn_as_it_is():
    frame = Frame.cropped(np.full((40, 30), 700, np.uint16))
    assert for_drawing(frame, bright_padding(HIGH_IS_PADDING, WINDOW, inverted=False)) is frame


@pytest.mark.parametrize("thickness", [1.0, 5.0])
def test_a_lut_that_falls_makes_padding_of_low_codes_bright_and_of_high_codes_dark(thickness):
    falling = VoiLut(first_mapped=0, grey_values=np.linspace(1.0, 0.0, 4096))
    low = GreyScale(largest_code=4095, padding=(0, 0))
    assert bright_padding(HIGH_IS_PADDING, falling, inverted=False) is None
    assert bright_padding(LOW_IS_PADDING, falling, inverted=False) is None
    flat = [Frame.cropped(np.where(tissue_mask(n), 1000, 0).astype(np.uint16)) for n in range(9)]
    image = replace(
        make_image("LCC", slices=len(flat)),
        rows=ROWS,
        columns=COLUMNS,
        grey_scale=low,
        vois=(falling,),
        spacing=None,
        slice_spacing_mm=1.0,
    )
    pane = PaneState(image_id=image.image_id, slice_index=4, slab=Slab(thickness=thickness))
    scene = build_scene(
        stack=image,
        state=pane,
        frame=PaneFrames(lambda _, index: flat[index]).of(image, pane).frame,
        fit_scale=5.0,
        pane_width=160,
        pane_height=120,
        ai=NotRun(),
        context=PaneContext(),
    )
    raster = rasterise(scene, Quality.STILL).grey
    assert raster is not None
    tissue = int(display_table(low, falling, inverted=False)[1000])
    assert set(np.unique(raster.pixels & 0xFF)) == {0, tissue}


@pytest.mark.parametrize("grey_scale", [GreyScale(largest_code=4095), HIGH_IS_PADDING])
@pytest.mark.parametrize("has_padding", [False, True])
def test_a_frame_that_was_drawn_is_let_go_with_its_exam(grey_scale, has_padding):
    codes = padded(HIGH_IS_PADDING, 3)
    frame = Frame.cropped(codes if has_padding else np.minimum(codes, 4000))
    padding = bright_padding(grey_scale, WINDOW, inverted=False)
    drawn = for_drawing(frame, padding)
    assert for_drawing(frame, padding) is drawn
    held = [ref(frame), ref(drawn)]
    del frame, drawn
    gc.collect()
    assert [each() for each in held] == [None, None]


def test_frames_made_ready_are_counted_for_as_long_as_they_are_kept():
    padding = bright_padding(HIGH_IS_PADDING, WINDOW, inverted=False)
    before = filled_bytes()
    frames = [Frame.cropped(padded(HIGH_IS_PADDING, seed)) for seed in range(3)]
    made = sum(for_drawing(frame, padding).stored_bytes for frame in frames)
    assert made > 0
    assert filled_bytes() == before + made
    del frames
    gc.collect()
    assert filled_bytes() == before


def test_a_frame_of_nothing_but_padding_is_black():
    table = display_table(HIGH_IS_PADDING, WINDOW, inverted=False)
    for whole in (True, False):
        codes = np.full((40, 30), 4095, np.uint16)
        frame = (
            Frame.cropped(codes)
            if not whole
            else Frame(rows=40, columns=30, top=0, left=0, pixels=codes, air_code=4095)
        )
        shown = for_drawing(frame, bright_padding(HIGH_IS_PADDING, WINDOW, inverted=False))
        for quality in Quality:
            viewport = make_viewport(40, 30, scale=0.7)
            assert not render_grey(shown, viewport, table, quality=quality).any()


@pytest.mark.parametrize("inverted", [False, True])
def test_a_thread_of_tissue_is_filled_around_with_its_own_grey(inverted):
    codes = np.full((40, 30), 4095, np.uint16)
    codes[6:30, 5] = 900
    frame = for_drawing(
        Frame.cropped(codes), bright_padding(HIGH_IS_PADDING, WINDOW, inverted=inverted)
    )
    assert set(np.unique(frame.whole())) == {900}
    assert frame.padding is not None
    assert np.array_equal(frame.padding.whole() != 0, codes == 4095)


@pytest.mark.parametrize("grey_scale", [HIGH_IS_PADDING, LOW_IS_PADDING])
def test_small_pictures_have_no_bright_edge(grey_scale):
    codes = padded(grey_scale, 2, flat=1000)
    table = display_table(grey_scale, WINDOW, inverted=False)
    frame = for_drawing(Frame.cropped(codes), bright_padding(grey_scale, WINDOW, inverted=False))
    tissue = int(table[codes[70, 0]])
    thumbnail = render_thumbnail(frame, table, width=45, height=45)
    box = Box(top=40, left=60, height=70, width=90)
    patch = render_patch(frame, box, table, width=200, height=200)
    for picture in (thumbnail, patch):
        assert set(np.unique(picture)) == {0, tissue}
