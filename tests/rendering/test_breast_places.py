"""The nipple, the arc in the other projection, and the slices that show a place."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import numpy as np
import pytest
from builders import make_image, make_prediction
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.frame import Frame
from viewer.domain.picked_point import PickedPoint
from viewer.rendering.breast_shape import breast_shape
from viewer.rendering.picked import picked_drawing
from viewer.rendering.same_spot import local_maxima, spot_slices

ROWS, COLUMNS = 800, 600


def half_disc(*, left: bool, nipple_row: int = 400, depth: int = 300) -> Frame:
    """A breast whose skin is farthest from the chest wall at `nipple_row`."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    inside = ((rows - nipple_row) / 250) ** 2 + (columns / depth) ** 2 < 1
    codes = np.where(inside, 500, 0).astype(np.uint16)
    return Frame.cropped(np.ascontiguousarray(codes if left else codes[:, ::-1]))


@pytest.mark.parametrize("left", [True, False])
def test_the_nipple_is_the_skin_farthest_from_the_chest_wall(left: bool) -> None:
    shape = breast_shape(half_disc(left=left, nipple_row=350), chest_wall_is_left=left)
    assert shape is not None
    assert shape.nipple == pytest.approx((350, 300 if left else COLUMNS - 300), abs=12)
    assert (shape.top, shape.bottom) == pytest.approx((100, 600), abs=12)


def test_no_nipple_is_found_where_the_image_cuts_the_breast_off() -> None:
    shape = breast_shape(half_disc(left=True, depth=900), chest_wall_is_left=True)
    assert shape is not None
    assert shape.nipple is None


def test_air_alone_has_no_breast() -> None:
    air = Frame.cropped(np.zeros((ROWS, COLUMNS), np.uint16))
    assert breast_shape(air, chest_wall_is_left=True) is None


CC = make_image("LCC", rows=ROWS, columns=COLUMNS)
MLO = make_image("LMLO", rows=ROWS, columns=COLUMNS)
SHAPE = breast_shape(half_disc(left=True), chest_wall_is_left=True)


@given(row=st.floats(200, 600), column=st.floats(5, 290))
def test_every_point_of_the_arc_is_as_far_from_the_nipple_as_the_picked_one(
    row: float, column: float
) -> None:
    assert SHAPE is not None
    assert SHAPE.nipple is not None
    picked = PickedPoint(image_id=CC.image_id, slice_index=0, row=row, column=column)
    drawing = picked_drawing(picked, CC, MLO, lambda _: SHAPE)
    assert drawing is not None
    assert "approximate" in drawing.words
    wanted = hypot(row - SHAPE.nipple[0], column - SHAPE.nipple[1])
    for arc in drawing.arcs:
        for at_row, at_column in arc:
            away = hypot(at_row - SHAPE.nipple[0], at_column - SHAPE.nipple[1])
            assert away == pytest.approx(wanted)


def test_the_arc_is_refused_with_a_reason() -> None:
    picked = PickedPoint(image_id=CC.image_id, slice_index=0, row=300, column=100)
    unknown = picked_drawing(picked, CC, replace(MLO, spacing=None), lambda _: SHAPE)
    assert unknown is not None
    assert (unknown.arcs, unknown.words) == ((), "no arc: millimetres per pixel unknown")
    lost = picked_drawing(picked, CC, MLO, lambda _: None)
    assert lost is not None
    assert lost.words == "no arc: nipple not found in the picked view"


@pytest.mark.parametrize("part", ["picked", "shown"])
@pytest.mark.parametrize("how", ["spot", "partial"])
def test_no_arc_is_drawn_from_or_in_an_image_of_a_part_of_the_breast(part: str, how: str) -> None:
    cc, mlo = CC, MLO
    if how == "partial":
        cc = replace(CC, partial_view=part == "picked")
        mlo = replace(MLO, partial_view=part == "shown")
    elif part == "picked":
        cc = make_image("LCC-M-S", rows=ROWS, columns=COLUMNS)
    else:
        mlo = make_image("LMLO-S", rows=ROWS, columns=COLUMNS)
    picked = PickedPoint(image_id=cc.image_id, slice_index=0, row=300, column=100)
    drawing = picked_drawing(picked, cc, mlo, lambda _: SHAPE)
    assert drawing is not None
    assert (drawing.arcs, drawing.words) == ((), "no arc: an image shows a part of the breast")


def test_other_sides_and_the_same_projection_draw_nothing() -> None:
    picked = PickedPoint(image_id=CC.image_id, slice_index=0, row=300, column=100)
    for other in (make_image("RMLO"), make_image("LCC", image_id="other")):
        assert picked_drawing(picked, CC, other, lambda _: SHAPE) is None
    own = picked_drawing(picked, CC, CC, lambda _: SHAPE)
    assert own is not None
    assert own.cross == (300, 100)


def test_the_slice_with_the_highest_contrast_about_the_place_is_offered_first() -> None:
    volume = make_image("LCC", slices=9, rows=400, columns=300)
    frames = {}
    for index, height in enumerate((0, 5, 40, 10, 0, 20, 60, 30, 0)):
        codes = np.full((400, 300), 500, np.uint16)
        codes[0, 0] = 0
        codes[190:210, 140:160] += height
        frames[index] = Frame.cropped(codes)
    found = spot_slices(volume, frames, None, 200, 150)
    assert (found.slices, found.reason) == ((6, 2), "highest local contrast")
    assert spot_slices(volume, frames, None, 60, 60).slices == ()


@pytest.mark.parametrize("view", ["LCC", "RCC"])
def test_saliency_goes_before_contrast(view: str) -> None:
    volume = make_image(view, slices=11)
    saliency = np.zeros((11, 2, 8, 6), np.float32)
    cell = 1 if view == "LCC" else 4
    saliency[4, 1, 3, cell], saliency[8, 1, 3, cell] = 0.4, 0.9
    saliency[1, 1, 7, 5 - cell] = 1.0
    prediction = replace(make_prediction(volume), saliency=saliency)
    assert prediction.placement.mirrored == (view == "RCC")
    # The network sees a right breast mirrored: image column 37 of 150 is its column 113.
    found = spot_slices(volume, {}, prediction, 3.5 * 25, 1.5 * 25)
    assert (found.slices, found.reason) == ((8, 4), "highest saliency about it")


def test_a_plateau_is_offered_once() -> None:
    assert local_maxima({1: 2.0, 2: 5.0, 3: 5.0, 4: 1.0, 6: 3.0}) == (2, 6)
