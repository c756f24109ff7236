"""Pixels made ahead are those that painting would make."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest
from builders import make_image, make_prediction

from viewer.domain.ai_state import Done
from viewer.domain.frame import Frame
from viewer.domain.pane_state import PaneState
from viewer.jobs.raster_ahead import PaneAhead, RasterAhead
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneContext, PaneScene, build_scene
from viewer.rendering.scene_raster import (
    NOTHING_RENDERED,
    SceneRaster,
    on_other_slice,
    rasterise,
)

STACK = make_image("LCC", slices=5)
PREDICTION = make_prediction(STACK)
FRAME = Frame.cropped(np.random.default_rng(1).integers(0, 4096, (200, 150)).astype(np.uint16))

OTHER_FRAME = Frame.cropped(
    np.random.default_rng(2).integers(0, 4096, (200, 150)).astype(np.uint16)
)


def _scene(slice_index: int = 2) -> PaneScene:
    return build_scene(
        stack=STACK,
        state=PaneState(image_id=STACK.image_id, slice_index=slice_index),
        frame=FRAME,
        fit_scale=5.0,
        pane_width=120,
        pane_height=110,
        ai=Done(PREDICTION),
        context=PaneContext(),
    )


@pytest.fixture
def threads() -> Iterator[RasterAhead]:
    made = RasterAhead()
    yield made
    made.close()


def test_what_is_made_ahead_is_what_painting_would_make(threads: RasterAhead) -> None:
    scene, ahead = _scene(), PaneAhead(threads)
    ahead.begin(scene, NOTHING_RENDERED)
    made, plain = ahead.take(scene, NOTHING_RENDERED), rasterise(scene, Quality.MOVING)
    assert made.grey is not None
    assert plain.grey is not None
    assert (made.grey.pixels == plain.grey.pixels).all()
    assert made.grey.key == plain.grey.key
    assert len(made.saliency) == len(plain.saliency)
    assert ahead.take(scene, made) is made


def test_a_scene_that_was_replaced_is_not_painted(threads: RasterAhead) -> None:
    scene, newer, ahead = _scene(), _scene(3), PaneAhead(threads)
    ahead.begin(scene, NOTHING_RENDERED)
    assert ahead.take(newer, NOTHING_RENDERED) is NOTHING_RENDERED
    ahead.forget()
    assert ahead.take(scene, NOTHING_RENDERED) is NOTHING_RENDERED


def test_an_antialiased_picture_that_came_meanwhile_stays(threads: RasterAhead) -> None:
    scene, ahead = _scene(), PaneAhead(threads)
    ahead.begin(scene, NOTHING_RENDERED)
    still = rasterise(scene, Quality.STILL)
    assert ahead.take(scene, still).grey is still.grey


def test_nothing_is_made_of_a_pane_without_an_image_nor_after_the_end() -> None:
    threads = RasterAhead()
    ahead = PaneAhead(threads)
    ahead.begin(replace(_scene(), image=None), NOTHING_RENDERED)
    assert ahead.take(_scene(), NOTHING_RENDERED) is NOTHING_RENDERED
    threads.close()
    scene = _scene()
    ahead.begin(scene, NOTHING_RENDERED)
    assert ahead.take(scene, NOTHING_RENDERED) is NOTHING_RENDERED


def test_a_slice_that_was_expected_is_rendered_once(threads: RasterAhead) -> None:
    ahead, shown = PaneAhead(threads), _scene(2)
    coming = on_other_slice(shown, OTHER_FRAME, 3)
    assert coming is not None
    ahead.expect(coming)
    scene = replace(_scene(3), image=coming.image)
    rendered = _counted(threads)
    ahead.begin(scene, rasterise(shown, Quality.MOVING))
    made, plain = ahead.take(scene, NOTHING_RENDERED), rasterise(scene, Quality.MOVING)
    assert rendered == []
    assert made.grey is not None
    assert plain.grey is not None
    assert made.saliency_key == plain.saliency_key
    assert (made.grey.pixels == plain.grey.pixels).all()


def test_a_slice_that_comes_instead_of_the_expected_one_is_rendered(threads: RasterAhead) -> None:
    ahead, shown = PaneAhead(threads), _scene(2)
    coming = on_other_slice(shown, OTHER_FRAME, 3)
    assert coming is not None
    ahead.expect(coming)
    other = _scene(1)
    ahead.begin(other, rasterise(shown, Quality.MOVING))
    made = ahead.take(other, NOTHING_RENDERED)
    assert made.saliency_key == rasterise(other, Quality.MOVING).saliency_key


def test_a_step_back_finds_what_was_painted(threads: RasterAhead) -> None:
    ahead, before = PaneAhead(threads), _scene(2)
    painted = rasterise(before, Quality.STILL)
    ahead.keep(painted)
    after = on_other_slice(before, OTHER_FRAME, 3)
    assert after is not None
    now = rasterise(after, Quality.MOVING)
    ahead.keep(now)
    assert ahead.recall(before, now) is painted
    assert ahead.recall(after, now) is now
    ahead.forget_all()
    assert ahead.recall(before, now) is now


def test_a_coarser_picture_of_the_same_gives_way(threads: RasterAhead) -> None:
    ahead, scene = PaneAhead(threads), _scene(2)
    ahead.keep(rasterise(scene, Quality.MOVING))
    still = rasterise(scene, Quality.STILL)
    ahead.keep(still)
    assert ahead.recall(scene, NOTHING_RENDERED) is still


def _counted(threads: RasterAhead) -> list[PaneScene]:
    """The scenes that are begun from now on."""
    begun: list[PaneScene] = []
    begin = threads.begin

    def counting(scene: PaneScene, earlier: SceneRaster) -> Future[SceneRaster] | None:
        begun.append(scene)
        return begin(scene, earlier)

    threads.begin = counting  # type: ignore[method-assign]
    return begun
