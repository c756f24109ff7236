"""Only what changed is rendered again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import make_image, make_prediction
from rendering_builders import uncropped

from viewer.domain.ai_state import Done
from viewer.domain.pane_state import PaneState
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneContext, PaneScene, build_scene
from viewer.rendering.scene_raster import rasterise

STACK = make_image("LCC", slices=5)
PREDICTION = make_prediction(STACK)
FRAMES = [
    uncropped(np.random.default_rng(seed).integers(0, 4096, (200, 150)).astype(np.uint16))
    for seed in range(2)
]


def scene_of(frame: int = 0, slice_index: int = 2, fit_scale: float = 5.0) -> PaneScene:
    return build_scene(
        stack=STACK,
        state=PaneState(image_id=STACK.image_id, slice_index=slice_index),
        frame=FRAMES[frame],
        fit_scale=fit_scale,
        pane_width=120,
        pane_height=110,
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


def test_a_scene_without_an_image_has_no_pixels():
    raster = rasterise(replace(scene_of(), image=None, saliency=()), Quality.STILL)
    assert raster.grey is None
    assert raster.saliency == ()
