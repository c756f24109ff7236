"""Slabs and whole panes of images whose padding is a bright code: no line around the breast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image
from padding_builders import (
    COLUMNS,
    HIGH_IS_PADDING,
    LOW_IS_PADDING,
    ROWS,
    WINDOW,
    levels_at,
    padded,
    tissue_mask,
    under,
)
from rendering_builders import make_viewport

from viewer.domain.ai_state import NotRun
from viewer.domain.frame import Frame
from viewer.domain.mark import ImagePoint
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import Slab, SlabMode
from viewer.domain.windowing import GreyScale
from viewer.rendering.bright_padding import bright_padding, for_drawing
from viewer.rendering.grey_drawing import GreyDrawing
from viewer.rendering.pane_frames import PaneFrames
from viewer.rendering.raster import Quality, render_grey
from viewer.rendering.scene import PaneContext, build_scene, display_table
from viewer.rendering.scene_raster import on_other_slice, rasterise
from viewer.rendering.slab_values import slab_probe


def volume_of(grey_scale: GreyScale, count: int = 9) -> list[Frame]:
    """Every slice's breast has another outline, and flat tissue of another code."""
    return [Frame.cropped(padded(grey_scale, n, flat=900 + 20 * n)) for n in range(count)]


@pytest.mark.parametrize("grey_scale", [HIGH_IS_PADDING, LOW_IS_PADDING])
@pytest.mark.parametrize("mode", list(SlabMode))
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("quality", list(Quality))
def test_a_slab_has_no_bright_edge_and_is_black_where_every_slice_is(
    grey_scale, mode, inverted, quality
):
    frames = volume_of(grey_scale)
    image = replace(
        make_image("LCC", slices=len(frames)),
        rows=ROWS,
        columns=COLUMNS,
        grey_scale=grey_scale,
        vois=(WINDOW,),
        slice_spacing_mm=1.0,
    )
    pane = PaneState(
        image_id=image.image_id,
        slice_index=4,
        slab=Slab(thickness=5.0, mode=mode),
        inverted=inverted,
    )
    shown = PaneFrames(lambda _, index: frames[index]).of(image, pane)
    assert shown.frame is not None
    table = display_table(grey_scale, WINDOW, inverted=inverted)
    padding = bright_padding(grey_scale, WINDOW, inverted=inverted)
    masks = [tissue_mask(n) for n in range(2, 7)]
    somewhere = np.any(masks, axis=0)
    brightest = max(int(table[frames[n].pixels[60, 0]]) for n in range(2, 7))
    for scale in (0.3, 0.8, 1.0, 2.5):
        viewport = make_viewport(ROWS, COLUMNS, scale=scale)
        drawn = render_grey(
            for_drawing(shown.frame, padding), viewport, table, quality=quality
        ).astype(int)
        rows, columns, clearly = under(viewport)
        inside = (rows >= 0)[:, None] & (columns >= 0)
        assert not drawn[~(somewhere[rows][:, columns] & inside) & clearly].any()
        assert drawn.max() <= brightest + 2


@pytest.mark.parametrize("grey_scale", [HIGH_IS_PADDING, LOW_IS_PADDING])
def test_a_slab_is_measured_on_its_slices_as_they_are(grey_scale):
    frames = volume_of(grey_scale)
    image = replace(
        make_image("LCC", slices=len(frames)),
        rows=ROWS,
        columns=COLUMNS,
        grey_scale=grey_scale,
        slice_spacing_mm=1.0,
    )
    pane = PaneState(image_id=image.image_id, slice_index=4, slab=Slab(thickness=5.0))
    shown = PaneFrames(lambda _, index: frames[index]).of(image, pane)
    assert shown.parts is not None
    assert shown.parts.frames == tuple(frames[2:7])
    beside = slab_probe(ImagePoint(2.5, 190.5), shown.parts, grey_scale)
    assert beside is not None
    assert beside.pixel.is_padding
    within = slab_probe(ImagePoint(70.5, 5.5), shown.parts, grey_scale)
    assert within is not None
    assert (within.pixel.code, within.slices) == (int(frames[4].whole()[70, 5]), 5)


def scene_of(codes, grey_scale, *, inverted, maximum=False):
    stack = replace(
        make_image("LCC", slices=3),
        rows=ROWS,
        columns=COLUMNS,
        grey_scale=grey_scale,
        vois=(WINDOW,),
        spacing=None,
    )
    return build_scene(
        stack=stack,
        state=PaneState(image_id=stack.image_id, inverted=inverted),
        frame=Frame.cropped(codes),
        fit_scale=5.0,
        pane_width=160,
        pane_height=120,
        ai=NotRun(),
        context=PaneContext(grey=GreyDrawing(maximum=maximum)),
    )


@pytest.mark.parametrize("grey_scale", [HIGH_IS_PADDING, LOW_IS_PADDING])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("maximum", [False, True])
@pytest.mark.parametrize("quality", list(Quality))
def test_a_pane_draws_breast_and_black_alone_also_on_the_next_slice(
    grey_scale, inverted, maximum, quality
):
    scene = scene_of(
        padded(grey_scale, 0, flat=1000), grey_scale, inverted=inverted, maximum=maximum
    )
    other = on_other_slice(scene, Frame.cropped(padded(grey_scale, 4, flat=1000)), 1)
    assert other is not None
    # Values are measured on the frame as it is.
    assert scene.image is not None
    assert scene.image.frame.padding is None
    for shown in (scene, other):
        raster = rasterise(shown, quality).grey
        assert raster is not None
        tissue = int(levels_at(padded(grey_scale, 0, flat=1000)[70:71], grey_scale, inverted)[0, 0])
        assert set(np.unique(raster.pixels & 0xFF)) == {0, tissue}
