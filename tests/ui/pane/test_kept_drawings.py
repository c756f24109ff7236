"""Labels and boxes that are drawn again as they were follow everything they are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from builders import make_image, make_prediction
from pane_builders import breast_frame, breast_scene, painted

from viewer.domain.ai_state import Done
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.overlay_settings import OverlaySettings, Palette
from viewer.domain.pane_state import PaneState
from viewer.domain.viewport import Framing
from viewer.rendering.drawn_marks import PaneMarks, drawn_marks
from viewer.rendering.marks import box_marks
from viewer.rendering.scene import PaneContext, PaneScene
from viewer.ui.pane import drawn_mark_painting, mark_line_edges, mark_painting, painting
from viewer.ui.pane.kept_layer import KeptLayers

pytestmark = pytest.mark.usefixtures("qapp")

STACK = replace(make_image("LCC", slices=20, rows=300, columns=240), slice_spacing_mm=1.0)
FRAMES = [breast_frame(STACK) for _ in range(STACK.slices)]
FRAME = FRAMES[7]
AI = Done(make_prediction(STACK))
MARK = Mark(
    mark_id="m",
    image_id=STACK.image_id,
    shape=MarkShape.ELLIPSE,
    points=(ImagePoint(120.0, 40.0), ImagePoint(180.0, 90.0)),
    slice_index=7,
    first_slice=6,
    last_slice=8,
)
MARKS = PaneMarks(marks=(MARK,), numbers={"m": 1})


def scene(
    *,
    slice_index: int = 7,
    framing: Framing | None = None,
    marks: PaneMarks = MARKS,
    overlay: OverlaySettings | None = None,
    alias: str = "Exam 7",
    width: int = 500,
) -> PaneScene:
    state = PaneState(
        image_id=STACK.image_id, slice_index=slice_index, framing=framing or Framing()
    )
    context = PaneContext(exam_alias=alias, marks=marks, overlay=overlay or OverlaySettings())
    return breast_scene(
        stack=STACK,
        state=state,
        frame=FRAMES[slice_index],
        ai=AI,
        context=context,
        width=width,
        height=400,
    )


CHANGES: dict[str, Callable[[], tuple[PaneScene, float]]] = {
    "slice": lambda: (scene(slice_index=6), 1.0),
    "another slice": lambda: (scene(slice_index=9), 1.0),
    "zoom": lambda: (scene(framing=Framing(scale=12.0, chest_mm=10.0)), 1.0),
    "pan": lambda: (scene(framing=Framing(scale=12.0, chest_mm=12.0)), 1.0),
    "size of words": lambda: (scene(), 1.5),
    "size of the pane": lambda: (scene(width=520), 1.0),
    "palette": lambda: (scene(overlay=OverlaySettings(palette=list(Palette)[-1])), 1.0),
    "selection": lambda: (scene(marks=replace(MARKS, selected="m")), 1.0),
    "number": lambda: (scene(marks=replace(MARKS, numbers={"m": 4})), 1.0),
    "another mark": lambda: (
        scene(marks=replace(MARKS, marks=(replace(MARK, points=MARK.points[::-1]),))),
        1.0,
    ),
    "words in a corner": lambda: (scene(alias="A much longer name of an exam"), 1.0),
}


def from_the_start(shown: PaneScene, scale: float) -> np.ndarray:
    """As painted by a program that has painted nothing yet."""
    mark_painting._label_sprites.cache_clear()
    drawn_mark_painting._label_sprites.cache_clear()
    mark_line_edges._found.cache_clear()
    painting._without_words.cache_clear()
    return painted(shown, scale=scale)


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_painted_as_if_nothing_had_been_painted_before(what: str) -> None:
    changed, scale = CHANGES[what]()
    wanted = from_the_start(changed, scale)
    before = from_the_start(scene(), 1.0)
    assert (painted(changed, scale=scale) == wanted).all()
    assert (painted(scene()) == before).all()


def test_a_slice_that_comes_back_is_drawn_from_what_is_kept_of_it() -> None:
    first, layers = scene(), KeptLayers()
    painted(first, kept=layers)
    painted(scene(slice_index=9), kept=layers)
    parts = drawn_mark_painting, mark_painting
    kept = [part._label_sprites.cache_info() for part in parts]
    again = scene()
    assert again.boxes is first.boxes
    painted(again, kept=layers)
    now = [part._label_sprites.cache_info() for part in parts]
    assert [one.misses for one in now] == [one.misses for one in kept]
    assert all(one.hits > before.hits for one, before in zip(now, kept, strict=True))


def test_boxes_follow_prediction_slice_slab_and_palette() -> None:
    settings, prediction = OverlaySettings(), AI.prediction
    patch = prediction.patches_by_attention[0]
    away = patch.slice_index + (1 if patch.slice_index < 10 else -1)
    boxes = box_marks(prediction, away, settings)
    assert boxes
    assert box_marks(prediction, away, settings) is boxes
    others = [
        box_marks(prediction, patch.slice_index, settings),
        box_marks(prediction, 0, settings, last_slice=19),
        box_marks(prediction, away, replace(settings, palette=list(Palette)[-1])),
        box_marks(replace(prediction, patches=prediction.patches[:1]), away, settings),
    ]
    assert all(other != boxes for other in others)
    assert box_marks(prediction, away, replace(settings, boxes=False)) == ()


def test_marks_of_a_slice_follow_what_the_pane_is_told_image_and_slice() -> None:
    shown = drawn_marks(MARKS, STACK, 7, FRAME)
    assert drawn_marks(MARKS, STACK, 7, FRAME) is shown
    told = replace(MARKS, selected="m")
    assert drawn_marks(told, STACK, 7, FRAME)[0].selected
    assert drawn_marks(MARKS, STACK, 5, FRAME)[0].is_near
    coarser = replace(STACK, spacing=None)
    assert drawn_marks(MARKS, coarser, 7, FRAME) != shown
    assert drawn_marks(MARKS, STACK, 7, breast_frame(STACK, code=900)) != shown
    assert drawn_marks(MARKS, STACK, 7, FRAME) == shown
