"""Labels of boxes stand outside their boxes and are hit by clicks."""

from __future__ import annotations

import pytest
from pane_builders import breast_scene, with_boxes
from PySide6.QtCore import QPointF

from inference.types import Box
from viewer.ui.pane.box_places import BoxPlaces, box_rect
from viewer.ui.pane.mark_painting import box_at

pytestmark = pytest.mark.usefixtures("qapp")

MIDDLE = Box(top=120, left=60, height=50, width=50)


def places_in(scene):
    return BoxPlaces().find(scene.boxes, scene.viewport, 1.0)


def labels_in(scene):
    return [place.label for place in places_in(scene).values()]


def scene_with(*boxes: Box):
    return with_boxes(breast_scene(), *boxes)


@pytest.mark.parametrize(
    "box",
    [
        MIDDLE,
        Box(top=0, left=0, height=50, width=50),
        Box(top=250, left=190, height=50, width=50),
        Box(top=0, left=0, height=300, width=30),
    ],
)
def test_a_label_stands_in_the_pane_and_outside_its_box(box):
    scene = scene_with(box)
    (label,) = labels_in(scene)
    assert not label.intersects(box_rect(scene.boxes[0], scene.viewport))
    assert label.left() >= 0
    assert label.right() <= 500
    assert label.top() >= 0
    assert label.bottom() <= 400


def test_labels_of_overlapping_boxes_do_not_cover_each_other():
    boxes = [Box(top=120 + 3 * n, left=60 + 2 * n, height=50, width=50) for n in range(4)]
    scene = scene_with(*boxes)
    labels = labels_in(scene)
    for index, label in enumerate(labels):
        assert not any(label.intersects(other) for other in labels[index + 1 :])


def test_a_click_on_a_label_or_a_line_finds_the_box():
    scene = scene_with(MIDDLE, Box(top=30, left=20, height=40, width=40))
    places = places_in(scene)
    rect = box_rect(scene.boxes[0], scene.viewport)
    assert box_at(scene.boxes, places, 1.0, places[2].label.center()) == 2
    assert box_at(scene.boxes, places, 1.0, rect.bottomLeft() + QPointF(2, 2)) == 1


def test_a_click_inside_a_box_is_a_click_on_the_image():
    scene = scene_with(MIDDLE)
    rect = box_rect(scene.boxes[0], scene.viewport)
    assert box_at(scene.boxes, places_in(scene), 1.0, rect.center()) is None


def test_a_box_out_of_sight_has_no_label():
    scene = scene_with(Box(top=5000, left=60, height=50, width=50))
    assert places_in(scene) == {}
