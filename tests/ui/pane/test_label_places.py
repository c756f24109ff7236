"""Labels of marks lie on nothing that is read, wherever there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pane_builders import breast_scene, painted, with_boxes
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from inference.types import Box
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.rendering.drawn_marks import PaneMarks
from viewer.rendering.marks import outline_of
from viewer.rendering.scene import PaneContext, PaneScene
from viewer.ui.pane import painting
from viewer.ui.pane.box_places import BoxPlaces
from viewer.ui.pane.corner_ways import CornerWays
from viewer.ui.pane.drawn_mark_painting import label_places
from viewer.ui.pane.kept_layer import KeptLayers
from viewer.ui.pane.label_places import edges_of, meets, place_beside
from viewer.ui.pane.mark_painting import outline_name_rects

pytestmark = pytest.mark.usefixtures("qapp")
unhurried = settings(deadline=None, max_examples=60)
WIDTH, HEIGHT = 500, 400
PANE = QRectF(0, 0, WIDTH, HEIGHT)

rows_of, columns_of = st.floats(5, 295, width=32), st.floats(5, 235, width=32)
points_of = st.builds(ImagePoint, rows_of, columns_of)
boxes_of = st.builds(
    Box, top=st.integers(0, 240), left=st.integers(0, 180), height=st.just(50), width=st.just(50)
)


@st.composite
def marks(draw: st.DrawFn) -> tuple[Mark, ...]:
    """Some marks of any shape on the slice that is shown, and near it."""
    made = []
    for number in range(draw(st.integers(1, 7))):
        shape = draw(st.sampled_from(MarkShape))
        count = shape.fewest_points
        first = draw(st.integers(5, 8))
        made.append(
            Mark(
                mark_id=f"m{number}",
                image_id="LCC-DBT",
                shape=shape,
                points=tuple(draw(st.lists(points_of, min_size=count, max_size=count))),
                slice_index=first,
                first_slice=first,
                last_slice=first,
                mark_class=draw(st.sampled_from(MarkClass)),
                text=draw(st.sampled_from(["", "round, near the nipple"])),
            )
        )
    return tuple(made)


def scene_of(drawn: tuple[Mark, ...], boxes: list[Box]) -> PaneScene:
    pane = PaneMarks(marks=drawn, numbers={mark.mark_id: n for n, mark in enumerate(drawn, 1)})
    scene = breast_scene(
        width=WIDTH, height=HEIGHT, context=PaneContext(exam_alias="Exam 7", marks=pane)
    )
    return with_boxes(scene, *boxes)


def corner_words(scene: PaneScene) -> tuple[QRectF, ...]:
    return CornerWays().lay(scene, 1.0, None).places


def box_labels(scene: PaneScene, taken: Sequence[QRectF] = ()) -> list[QRectF]:
    places = BoxPlaces().find(scene.boxes, scene.viewport, 1.0, taken)
    return [place.label for place in places.values()]


def has_room(size: QRectF, taken: list[QRectF]) -> bool:
    """Whether a label of a size has a free place, tried at every second pixel."""
    is_free = np.ones((HEIGHT // 2 + 1, WIDTH // 2 + 1), bool)
    tops, lefts = np.mgrid[: HEIGHT + 1 : 2, : WIDTH + 1 : 2]
    is_free &= (lefts + size.width() <= WIDTH) & (tops + size.height() <= HEIGHT)
    for other in taken:
        is_free &= (
            (lefts >= other.right())
            | (lefts + size.width() <= other.left())
            | (tops >= other.bottom())
            | (tops + size.height() <= other.top())
        )
    return bool(is_free.any())


@unhurried
@given(marks(), st.lists(boxes_of, max_size=8))
def test_labels_cover_neither_boxes_numbers_nor_corner_words_nor_one_another(
    drawn: tuple[Mark, ...], boxes: list[Box]
) -> None:
    scene = scene_of(drawn, boxes)
    corners = corner_words(scene)
    taken = [*corners, *box_labels(scene, corners)]
    for _, place in label_places(scene.drawn_marks, scene.viewport, 1.0, taken):
        assert PANE.contains(place)
        if has_room(place, taken):
            assert not any(place.intersects(other) for other in taken)
        taken.append(place)


spans = st.tuples(st.floats(0, 480), st.floats(0, 380), st.floats(1, 300), st.floats(1, 200))


@unhurried
@given(spans, st.floats(10, 400), st.floats(8, 120), st.lists(spans, max_size=14))
def test_a_free_place_is_found_wherever_there_is_one(
    around: tuple[float, ...], width: float, height: float, others: list[tuple[float, ...]]
) -> None:
    taken = [QRectF(*other) for other in others]
    place = place_beside(QRectF(*around), width, height, gap=7, pane=PANE, taken=taken)
    assert PANE.contains(place)
    assert (place.width(), place.height()) == (width, height)
    if has_room(place, taken):
        assert not any(place.intersects(other) for other in taken)


def test_a_label_goes_no_further_than_it_must() -> None:
    around = QRectF(200, 180, 60, 40)
    wall = QRectF(100, 80, 300, 240)
    place = place_beside(around, 50, 20, gap=7, pane=PANE, taken=[wall])
    assert not place.intersects(wall)
    # The wall's upper and lower edges are nearest.
    assert place.bottom() == wall.top() or place.top() == wall.bottom()


def test_a_pane_paints_labels_off_the_numbers_of_boxes_and_the_names_of_known_findings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = Box(top=120, left=60, height=50, width=50)
    point = Mark(
        mark_id="m",
        image_id="LCC-DBT",
        shape=MarkShape.POINT,
        points=(ImagePoint(112, 42),),
        slice_index=7,
        first_slice=7,
        last_slice=7,
    )
    scene = scene_of((point,), [box])
    mask = np.zeros((300, 240), bool)
    mask[60:100, 30:60] = True
    scene = replace(scene, outlines=(outline_of(mask, malignant=True),))
    seen: list[QRectF] = []
    real = painting.draw_mark_labels

    def noted(painter: QPainter, *rest: object) -> None:
        seen.extend(rest[3])
        real(painter, *rest)

    monkeypatch.setattr(painting, "draw_mark_labels", noted)
    kept = KeptLayers()
    painted(scene, kept=kept)
    (number,) = (place.label for place in kept.box_places.latest.values())
    (name,) = outline_name_rects(scene.outlines, scene.viewport, 1.0)
    assert number in seen
    assert name in seen
    ((_, place),) = label_places(scene.drawn_marks, scene.viewport, 1.0, seen)
    assert not place.intersects(number)
    assert not place.intersects(name)


def test_where_none_is_free_a_label_covers_as_few_words_as_can_be() -> None:
    words = [QRectF(0, 0, WIDTH, 180), QRectF(0, 210, WIDTH, HEIGHT - 210)]
    place = place_beside(QRectF(200, 60, 60, 40), 120, 40, gap=7, pane=PANE, taken=words)
    assert PANE.contains(place)
    covered = sum(place.intersected(other).height() for other in words)
    # The gap between the words is 30 high.
    assert covered <= 15


def test_a_label_keeps_off_lines_and_boxes_where_another_place_beside_is_free() -> None:
    around = QRectF(200, 180, 60, 40)
    first = place_beside(around, 50, 20, gap=7, pane=PANE, taken=[])
    box = edges_of([first.adjusted(-5, -5, 5, 5)])
    place = place_beside(around, 50, 20, gap=7, pane=PANE, taken=[], lines=box)
    assert not meets(edges_of([place]), box).any()
    everywhere = edges_of([PANE])
    assert place_beside(around, 50, 20, gap=7, pane=PANE, taken=[], lines=everywhere) == first
