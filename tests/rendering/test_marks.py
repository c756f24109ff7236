"""Boxes on the slices near their own, and outlines of known findings."""

from __future__ import annotations

import numpy as np
import pytest
from builders import make_image, make_prediction

from viewer.domain.overlay_settings import OverlaySettings, Palette
from viewer.rendering.marks import box_marks, outline_of

IMAGE = make_image("LCC", slices=40)
PREDICTION = make_prediction(IMAGE, patches=((5, 0.2), (15, 0.5), (30, 0.3)))


def test_boxes_are_numbered_by_attention():
    marks = box_marks(PREDICTION, 15, OverlaySettings())
    by_number = {mark.number: mark.slice_index for mark in marks}
    assert by_number == {1: 15, 3: 5}


def test_a_box_is_bright_on_its_slice_dimmed_within_ten_and_hidden_beyond():
    def look(slice_index: int) -> str:
        for mark in box_marks(PREDICTION, slice_index, OverlaySettings()):
            if mark.number == 1:
                return "dimmed" if mark.dimmed else "bright"
        return "hidden"

    assert [look(s) for s in (4, 5, 14, 15, 16, 25, 26)] == [
        "hidden",
        "dimmed",
        "dimmed",
        "bright",
        "dimmed",
        "dimmed",
        "hidden",
    ]


def test_labels_give_number_and_attention_and_only_the_number_when_dimmed():
    labels = {m.number: m.label for m in box_marks(PREDICTION, 15, OverlaySettings())}
    assert labels == {1: "1  0.50", 3: "3"}


def test_the_most_attended_box_of_the_slice_is_drawn_last():
    prediction = make_prediction(IMAGE, patches=((5, 0.2), (5, 0.5), (6, 0.3)))
    assert [m.number for m in box_marks(prediction, 5, OverlaySettings())] == [2, 3, 1]


@pytest.mark.parametrize("settings", [OverlaySettings(visible=False), OverlaySettings(boxes=False)])
def test_boxes_can_be_switched_off(settings):
    assert box_marks(PREDICTION, 15, settings) == ()


def test_a_prediction_without_a_salient_region_has_no_boxes():
    nothing = make_prediction(IMAGE, patches=((5, 1.0),), salient=False)
    assert box_marks(nothing, 5, OverlaySettings()) == ()


@pytest.mark.parametrize("palette", list(Palette))
def test_benign_dominant_boxes_are_dashed_and_in_the_benign_colour(palette):
    for mark in box_marks(PREDICTION, 15, OverlaySettings(palette=palette)):
        assert mark.dashed == (not mark.malignant)
        assert mark.colour == palette.colours[1 if mark.malignant else 0]


def test_an_outline_runs_through_the_outer_pixels_of_a_mask():
    mask = np.zeros((50, 60), bool)
    mask[10:20, 30:45] = True
    outline = outline_of(mask, malignant=False)
    (contour,) = outline.contours
    assert contour.min(axis=0).tolist() == [10.5, 30.5]
    assert contour.max(axis=0).tolist() == [19.5, 44.5]
    assert outline.name == "known benign finding"


def test_an_empty_mask_has_no_outline():
    assert outline_of(np.zeros((5, 5), bool), malignant=True).contours == ()
