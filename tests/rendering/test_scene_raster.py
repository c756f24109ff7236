"""Only what changed is rendered again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import make_image, make_prediction
from rendering_builders import uncropped

from viewer.domain.ai_state import Done
from viewer.domain.pane_state import PaneState
from viewer.domain.windowing import VoiFunction, Window
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneContext, PaneScene, build_scene
from viewer.rendering.scene_raster import place_in, rasterise

STACK = make_image("LCC", slices=5)
PREDICTION = make_prediction(STACK)
DRAGGED = Window(function=VoiFunction.LINEAR, center=1500.0, width=900.0)
FRAMES = [
    uncropped(np.random.default_rng(seed).integers(0, 4096, (200, 150)).astype(np.uint16))
    for seed in range(2)
]


def scene_of(
    frame: int = 0,
    slice_index: int = 2,
    fit_scale: float = 5.0,
    window: Window | None = None,
    pane: tuple[int, int] = (120, 110),
) -> PaneScene:
    return build_scene(
        stack=STACK,
        state=PaneState(image_id=STACK.image_id, slice_index=slice_index, window=window),
        frame=FRAMES[frame],
        fit_scale=fit_scale,
        pane_width=pane[0],
        pane_height=pane[1],
        ai=Done(PREDICTION),
        context=PaneContext(),
    )


def test_an_unchanged_scene_keeps_its_pixels():
    first = rasterise(scene_of(), Quality.MOVING)
    again = rasterise(scene_of(), Quality.MOVING, first)
    assert again.grey is first.grey
    assert again.saliency is first.saliency


def test_another_frame_is_drawn_but_the_overlay_kept():
    first = rasterise(scene_of(), Quality.MOVING)
    moved = rasterise(scene_of(frame=1), Quality.MOVING, first)
    assert moved.grey is not first.grey
    assert moved.saliency is first.saliency


def test_a_still_picture_replaces_a_moving_one_and_stays():
    moving = rasterise(scene_of(), Quality.MOVING)
    assert moving.grey is not None
    assert not moving.grey.is_final
    still = rasterise(scene_of(), Quality.STILL, moving)
    assert still.grey is not None
    assert still.grey.is_final
    assert rasterise(scene_of(), Quality.MOVING, still).grey is still.grey


def test_an_enlarged_image_is_final_at_once():
    raster = rasterise(scene_of(fit_scale=30.0), Quality.MOVING)
    assert raster.grey is not None
    assert raster.grey.is_final


def test_a_drag_of_the_window_keeps_the_antialiased_picture():
    still = rasterise(scene_of(), Quality.STILL)
    dragged = scene_of(window=DRAGGED)
    raster = rasterise(dragged, Quality.MOVING, still)
    assert raster.grey is not None
    assert still.grey is not None
    assert raster.grey.is_final
    assert not np.array_equal(raster.grey.pixels, still.grey.pixels)
    anew = rasterise(dragged, Quality.STILL).grey
    assert anew is not None
    np.testing.assert_array_equal(raster.grey.pixels, anew.pixels)


def test_a_drag_of_the_window_samples_nothing_anew():
    moving = rasterise(scene_of(), Quality.MOVING)
    raster = rasterise(scene_of(window=DRAGGED), Quality.MOVING, moving)
    assert raster.grey is not None
    assert moving.grey is not None
    assert raster.grey.sampled is moving.grey.sampled
    assert not raster.grey.is_final


def test_a_still_picture_is_never_made_of_codes_sampled_while_moving():
    moving = rasterise(scene_of(), Quality.MOVING)
    still = rasterise(scene_of(window=DRAGGED), Quality.STILL, moving).grey
    anew = rasterise(scene_of(window=DRAGGED), Quality.STILL).grey
    assert still is not None
    assert anew is not None
    np.testing.assert_array_equal(still.pixels, anew.pixels)


def test_another_slice_or_another_zoom_is_sampled_anew_with_the_same_window():
    first = rasterise(scene_of(), Quality.MOVING)
    for other in (scene_of(frame=1), scene_of(fit_scale=4.0)):
        raster, anew = rasterise(other, Quality.MOVING, first), rasterise(other, Quality.MOVING)
        assert raster.grey is not None
        assert anew.grey is not None
        np.testing.assert_array_equal(raster.grey.pixels, anew.grey.pixels)


def test_an_earlier_picture_is_placed_where_the_image_lies_in_a_larger_pane():
    earlier = rasterise(scene_of(), Quality.MOVING).grey
    assert earlier is not None
    larger = scene_of(fit_scale=10.0, pane=(240, 220))
    place = place_in(larger, earlier)
    assert place is not None
    left, top, width, height = place
    now = rasterise(larger, Quality.MOVING).grey
    assert now is not None
    np.testing.assert_allclose((left, top), (now.rect.left, now.rect.top), atol=2)
    right, bottom = left + width, top + height
    np.testing.assert_allclose((right, bottom), (now.rect.right, now.rect.bottom), atol=2)


def test_another_slice_or_window_and_a_pane_of_the_same_size_are_not_placed():
    earlier = rasterise(scene_of(), Quality.MOVING).grey
    assert earlier is not None
    assert place_in(scene_of(), earlier) is None
    for other in (scene_of(frame=1, pane=(240, 220)), scene_of(window=DRAGGED, pane=(240, 220))):
        assert place_in(other, earlier) is None


def test_a_scene_without_an_image_has_no_pixels():
    raster = rasterise(replace(scene_of(), image=None, saliency=()), Quality.STILL)
    assert raster.grey is None
    assert raster.saliency == ()
