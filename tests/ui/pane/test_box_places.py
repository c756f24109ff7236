"""Labels of boxes lie on no words and lines wherever there is room, and stay where they stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pane_builders import breast_scene, painted, with_boxes
from PySide6.QtCore import QPointF, QRectF

from inference.types import Box
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.pane_state import PaneState
from viewer.rendering.drawn_marks import DrawnMark, PaneMarks
from viewer.rendering.marks import BoxMark
from viewer.rendering.scene import PaneContext
from viewer.ui.pane.box_places import BoxPlaces, box_rect
from viewer.ui.pane.corner_ways import CornerWays
from viewer.ui.pane.drawn_mark_painting import mark_path
from viewer.ui.pane.kept_layer import KeptLayers
from viewer.ui.pane.mark_line_edges import MarkLineEdges

pytestmark = pytest.mark.usefixtures("qapp")
unhurried = settings(deadline=None, max_examples=80)
WIDTH, HEIGHT = 500, 400
PANE = QRectF(0, 0, WIDTH, HEIGHT)

spans = st.builds(
    QRectF, st.floats(0, 480), st.floats(0, 380), st.floats(1, 200), st.floats(1, 120)
)
boxes_of = st.builds(
    Box,
    top=st.integers(-60, 290),
    left=st.integers(-60, 230),
    height=st.just(50),
    width=st.just(50),
)


@pytest.fixture(scope="module")
def template(qapp):
    return with_boxes(breast_scene(), Box(top=120, left=60, height=50, width=50))


def has_room(size: QRectF, taken: Sequence[QRectF]) -> bool:
    """Whether a label of a size has a free place, tried at every second pixel."""
    tops, lefts = np.mgrid[: HEIGHT + 1 : 2, : WIDTH + 1 : 2]
    is_free = (lefts + size.width() <= WIDTH) & (tops + size.height() <= HEIGHT)
    for other in taken:
        is_free &= (
            (lefts >= other.right())
            | (lefts + size.width() <= other.left())
            | (tops >= other.bottom())
            | (tops + size.height() <= other.top())
        )
    return bool(is_free.any())


def labels(places: BoxPlaces, boxes: Sequence[BoxMark], viewport, taken=()) -> dict[int, QRectF]:
    return {n: place.label for n, place in places.find(boxes, viewport, 1.0, taken).items()}


@unhurried
@given(boxes=st.lists(boxes_of, min_size=1, max_size=12), taken=st.lists(spans, max_size=12))
def test_a_label_is_in_the_pane_and_on_nothing_where_a_place_is_free(template, boxes, taken):
    scene = with_boxes(template, *boxes)
    found = BoxPlaces().find(scene.boxes, scene.viewport, 1.0, taken)
    for number, place in found.items():
        assert PANE.contains(place.label)
        others = [other.label for n, other in found.items() if n != number]
        blocked = [*taken, *others]
        if has_room(place.label, [*blocked, place.box]):
            assert not place.label.intersects(place.box)
        if has_room(place.label, blocked):
            assert not any(place.label.intersects(other) for other in blocked)


@unhurried
@given(
    boxes=st.lists(boxes_of, min_size=1, max_size=12),
    lit=st.lists(st.booleans(), min_size=12, max_size=12),
    gone=st.integers(0, 11),
    taken=st.lists(spans, max_size=8),
    more=st.lists(spans, max_size=2),
)
def test_a_label_stays_over_a_step_where_its_old_place_still_fits(
    template, boxes, lit, gone, taken, more
):
    """A step takes a box away, lights others, and words or lines come into the way."""
    scene = with_boxes(template, *boxes)
    places = BoxPlaces()
    before = labels(places, scene.boxes, scene.viewport, taken)
    after_boxes = [
        replace(mark, dimmed=not lit[index])
        for index, mark in enumerate(scene.boxes)
        if index != gone
    ]
    after = labels(places, after_boxes, scene.viewport, [*taken, *more])
    for number, label in after.items():
        old = before[number]
        if old.width() != label.width():
            continue
        is_blocked = any(old.intersects(other) for other in (*taken, *more))
        grown = [after[n] for n in after if n != number and after[n].width() > before[n].width()]
        if not is_blocked and not any(old.intersects(other) for other in grown):
            others = [before[n] for n in before if n != number]
            assume(not any(old.intersects(other) for other in others))
            box = box_rect(scene.boxes[number - 1], scene.viewport)
            if not _is_beside(old, box):
                continue
            assert label == old


def _is_beside(label: QRectF, box: QRectF) -> bool:
    return box.adjusted(-2.1, -2.1, 2.1, 2.1).intersects(label) and not box.intersects(label)


def test_a_label_goes_back_to_its_first_choice_in_another_view(template):
    scene = with_boxes(template, Box(top=120, left=60, height=50, width=50))
    places = BoxPlaces()
    first = labels(places, scene.boxes, scene.viewport)[1]
    moved = labels(places, scene.boxes, scene.viewport, [first])[1]
    assert not moved.intersects(first)
    assert labels(places, scene.boxes, scene.viewport)[1] == moved
    shifted = replace(scene.viewport, left=scene.viewport.left + 8)
    assert labels(places, scene.boxes, shifted)[1] == first.translated(8, 0)


def test_a_label_keeps_off_other_boxes_where_another_side_of_its_own_is_free(template):
    scene = with_boxes(
        template,
        Box(top=120, left=60, height=50, width=50),
        Box(top=90, left=50, height=29, width=120),
    )
    found = BoxPlaces().find(scene.boxes, scene.viewport, 1.0)
    assert not found[1].label.intersects(found[2].box)
    assert _is_beside(found[1].label, found[1].box)


points = st.builds(ImagePoint, st.floats(5, 295, width=32), st.floats(5, 235, width=32))


@unhurried
@given(shape=st.sampled_from(MarkShape), data=st.data(), selected=st.booleans())
def test_rectangles_cover_every_line_and_little_else(template, shape, data, selected):
    count = shape.fewest_points
    drawn = DrawnMark(
        mark=Mark(
            mark_id="m",
            image_id="LCC-DBT",
            shape=shape,
            points=tuple(data.draw(st.lists(points, min_size=count, max_size=count))),
            slice_index=7,
            first_slice=7,
            last_slice=7,
        ),
        lines=(),
        selected=selected,
    )
    viewport = template.viewport
    edges = MarkLineEdges().find((drawn,), viewport, 1.0)
    rects = [QRectF(QPointF(*edge[:2]), QPointF(*edge[2:])) for edge in edges.tolist()]
    path = mark_path(drawn, viewport, 1.0)
    assume(path.length() > 0)
    for part in np.linspace(0, 1, 60):
        point = path.pointAtPercent(float(part))
        if PANE.contains(point):
            assert any(rect.contains(point) for rect in rects)
    assert all(max(rect.width(), rect.height()) <= 16 + 2 * 7 for rect in rects)


def test_a_pane_draws_labels_of_boxes_off_corner_words_and_off_a_length_across_them(template):
    length = Mark(
        mark_id="m",
        image_id="LCC-DBT",
        shape=MarkShape.LENGTH,
        points=(ImagePoint(112, 40), ImagePoint(112, 150)),
        slice_index=7,
        first_slice=7,
        last_slice=7,
    )
    context = PaneContext(exam_alias="Exam 7", marks=PaneMarks(marks=(length,), numbers={"m": 1}))
    scene = with_boxes(
        breast_scene(context=context),
        Box(top=120, left=60, height=50, width=50),
        Box(top=20, left=200, height=40, width=60),
    )
    kept = KeptLayers()
    painted(scene, kept=kept)
    corners = CornerWays().lay(scene, 1.0, None).places
    line = QRectF(
        QPointF(*scene.viewport.to_device(112, 40)), QPointF(*scene.viewport.to_device(112, 150))
    ).adjusted(0, -2, 0, 2)
    for place in kept.box_places.latest.values():
        assert not place.label.intersects(line)
        assert not any(place.label.intersects(corner) for corner in corners)


def test_scrolling_there_and_back_moves_no_label(template):
    context = PaneContext(exam_alias="Exam 7")
    kept = KeptLayers()
    seen = []
    for index in (7, 8, 9, 8, 7):
        state = PaneState(image_id="LCC-DBT", slice_index=index)
        painted(breast_scene(state=state, context=context), kept=kept)
        seen.append({n: place.label.topLeft() for n, place in kept.box_places.latest.items()})
    assert seen[0] == seen[-1]
    assert seen[1] == seen[3]
