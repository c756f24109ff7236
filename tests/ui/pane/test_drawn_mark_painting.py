"""Marks as they are painted: seen on any tissue, labels beside them, nothing but numbers in air."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pane_builders import bare, breast_scene, painted

from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.pane_state import PaneState
from viewer.rendering.drawn_marks import PaneMarks, text_lines
from viewer.rendering.grey_table import grey_table_of
from viewer.rendering.scene import PaneContext, PaneScene
from viewer.ui.pane.drawn_mark_painting import label_place, mark_rect
from viewer.ui.pane.kept_layer import KeptLayers

pytestmark = pytest.mark.usefixtures("qapp")


def make_mark(shape: MarkShape, *points: tuple[float, float], **others: object) -> Mark:
    values = {"mark_id": "m", "slice_index": 7, "first_slice": 7, "last_slice": 7}
    values |= {"image_id": "LCC-DBT", "points": tuple(ImagePoint(*p) for p in points)}
    return Mark(shape=shape, **{**values, **others})


def scene_of(*marks: Mark, selected: str | None = None, **changes: object) -> PaneScene:
    numbers = {mark.mark_id: n for n, mark in enumerate(marks, start=1)}
    pane = PaneMarks(marks=marks, numbers=numbers, selected=selected)
    return breast_scene(context=PaneContext(marks=pane), **changes)


SHAPES = {
    MarkShape.LENGTH: ((150, 20), (180, 80)),
    MarkShape.ANGLE: ((150, 20), (180, 80), (120, 60)),
    MarkShape.ELLIPSE: ((150, 20), (180, 80)),
    MarkShape.RECTANGLE: ((150, 20), (180, 80)),
    MarkShape.ARROW: ((150, 20), (180, 80)),
    MarkShape.TEXT: ((150, 60),),
    MarkShape.POINT: ((150, 60),),
    MarkShape.OUTLINE: ((150, 20), (180, 80), (120, 60)),
    MarkShape.PROBE: ((150, 60),),
}


@pytest.mark.parametrize("shape", list(MarkShape))
@pytest.mark.parametrize("bright", [True, False])
def test_every_shape_is_seen_on_white_and_on_dark_tissue(shape: MarkShape, bright: bool) -> None:
    scene = bare(scene_of(make_mark(shape, *SHAPES[shape])))
    assert scene.image is not None
    table = np.full(1 << 16, 255 if bright else 30, np.uint8)
    scene = replace(scene, image=replace(scene.image, table=grey_table_of(table)))
    scene = replace(scene, drawn_marks=tuple(replace(d, lines=()) for d in scene.drawn_marks))
    scene = replace(scene, drawn_marks=tuple(replace(d, quiet_lines=()) for d in scene.drawn_marks))
    with_marks, without = painted(scene), painted(replace(scene, drawn_marks=()))
    changed = (with_marks != without).any(axis=2)
    assert changed.any()
    blue, _, red = (with_marks[changed][:, n].astype(int) for n in range(3))
    assert ((red > 150) & (blue < 120)).any()
    if bright:
        assert (with_marks[changed].max(axis=1) < 90).any()


@pytest.mark.parametrize("shape", list(MarkShape))
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_label_stands_in_the_pane_and_beside_its_mark(shape: MarkShape, scale: float) -> None:
    for down in (-140, 0, 100):
        points = [(row + down, column) for row, column in SHAPES[shape]]
        mark = make_mark(shape, *points, mark_class=MarkClass.MASS)
        scene = scene_of(mark, width=900, height=700)
        (drawn,) = scene.drawn_marks
        place = label_place(drawn, scene.viewport, scale)
        assert not place.intersects(mark_rect(drawn, scene.viewport))
        assert place.left() >= 0
        assert place.top() >= 0
        assert place.right() <= 900
        assert place.bottom() <= 700


def test_labels_do_not_cover_each_other() -> None:
    marks = [
        make_mark(MarkShape.POINT, (150 + 3 * n, 60 + 2 * n), mark_id=f"m{n}", text="words of it")
        for n in range(5)
    ]
    scene = scene_of(*marks)
    placed = []
    for drawn in scene.drawn_marks:
        place = label_place(drawn, scene.viewport, 1.0, placed)
        assert not any(place.intersects(other) for other in placed)
        placed.append(place)


def test_a_label_keeps_off_other_words_of_the_pane() -> None:
    scene = scene_of(make_mark(MarkShape.POINT, (150, 60)))
    (drawn,) = scene.drawn_marks
    alone = label_place(drawn, scene.viewport, 1.0)
    assert not label_place(drawn, scene.viewport, 1.0, [alone]).intersects(alone)


def test_a_mark_is_drawn_on_its_slices_and_dimmed_on_two_to_each_side() -> None:
    mark = make_mark(MarkShape.POINT, (150, 60), first_slice=6, last_slice=8)
    drawn = {}
    for slice_index in range(3, 10):
        state = replace(breast_state(), slice_index=slice_index)
        drawn[slice_index] = scene_of(mark, state=state).drawn_marks
    assert drawn[3] == ()
    for slice_index, words in ((4, "1  slice 7"), (5, "1  slice 7"), (9, "1  slice 9")):
        (near,) = drawn[slice_index]
        assert (near.is_near, near.lines) == (True, (words,))
    assert not any(one.is_near for index in (6, 7, 8) for one in drawn[index])
    brightest = [
        painted(bare(scene_of(mark, state=replace(breast_state(), slice_index=index)))).max()
        for index in (5, 6)
    ]
    assert brightest[0] <= brightest[1]


def breast_state() -> PaneState:
    return PaneState(image_id="LCC-DBT", slice_index=7)


def test_a_label_says_number_class_measure_values_words_and_how_it_was_derived() -> None:
    mark = make_mark(
        MarkShape.RECTANGLE, (150, 20), (180, 80), mark_class=MarkClass.MASS, text="soft"
    )
    (drawn,) = scene_of(mark).drawn_marks
    assert drawn.lines[0] == "1  mass  18.0 mm²  (6.0 × 3.0 mm)"
    assert drawn.lines[1].startswith("mean 2")
    assert "SD" in drawn.lines[1]
    assert drawn.lines[2] == "soft"
    assert drawn.quiet_lines == ("at the reconstructed slice",)


def test_while_a_slice_is_decoded_nothing_is_said_of_its_values() -> None:
    mark = make_mark(MarkShape.RECTANGLE, (150, 20), (180, 80))
    (drawn,) = scene_of(mark, frame=None).drawn_marks
    assert len(drawn.lines) == 1


def test_long_words_are_shortened() -> None:
    assert text_lines("a " * 500)[-1].endswith("…")
    assert all(len(line) <= 42 for line in text_lines("b" * 400 + " cc"))
    assert text_lines("  ") == ()


def test_the_selected_mark_is_drawn_last_with_handles() -> None:
    marks = [
        make_mark(MarkShape.LENGTH, (150, 20), (180, 80), mark_id="a"),
        make_mark(MarkShape.LENGTH, (100, 20), (120, 80), mark_id="b"),
    ]
    scene = scene_of(*marks, selected="a")
    assert [drawn.mark.mark_id for drawn in scene.drawn_marks] == ["b", "a"]
    plain = painted(scene_of(*marks))
    x, y = (round(v) for v in scene.viewport.to_device(150, 20))
    assert (painted(scene)[y - 3, x - 3] != plain[y - 3, x - 3]).any()


def test_a_mark_is_dimmed_on_a_slice_nearby_also_by_a_pane_that_keeps_its_layers() -> None:
    mark = make_mark(MarkShape.LENGTH, (150, 20), (180, 80))
    own, near = (
        bare(scene_of(mark, state=replace(breast_state(), slice_index=index))) for index in (7, 8)
    )
    kept = KeptLayers()
    for _ in range(2):
        painted(own, kept=kept)
    assert (painted(near, kept=kept) == painted(near)).all()
