"""Stages of quadrants at 1:1: they show the breast, all of it where panes allow."""

from __future__ import annotations

import pytest
from builders import make_exam, make_image
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import HangingProtocol, Place, PlaceFraming, Stage
from viewer.domain.image_stack import ImageStack
from viewer.session.corner_stages import NUMBERS, LaidCorners, corners_laid
from viewer.session.framing import pane_measured, panned_by, viewport_of
from viewer.session.readings import opened
from viewer.session.staging import with_protocol
from viewer.session.state import SessionState

ROWS, COLUMNS = 2000, 1500
Box = tuple[float, float, float, float]


def pair_of(framing: PlaceFraming, *images: ImageStack, size: tuple[int, int]) -> SessionState:
    places = tuple(Place(view=slot, framing=framing) for slot in (Slot.RCC, Slot.LCC))
    stage = Stage(title="corner", screens=((places,),))
    protocol = HangingProtocol(protocol_id="q", title="Q", stages=(stage,))
    state = with_protocol(opened(SessionState(), [make_exam("x", list(images))]), protocol)
    for slot in state.slots:
        state = pane_measured(state, slot, *size)
    return state


def pair() -> tuple[ImageStack, ImageStack]:
    right, left = (make_image(view, rows=ROWS, columns=COLUMNS) for view in ("RCC", "LCC"))
    return right, left


def boxes_of(right: ImageStack, left: ImageStack, depth: int) -> dict[str, Box]:
    """The left breast lies 60 rows lower than the right one."""
    return {
        right.image_id: (300.0, float(COLUMNS - depth), 1500.0, float(COLUMNS)),
        left.image_id: (360.0, 0.0, 1560.0, float(depth)),
    }


@pytest.mark.parametrize("framing", list(NUMBERS))
def test_a_corner_shows_the_breast_although_it_is_small_in_its_image(
    framing: PlaceFraming,
) -> None:
    right, left = pair()
    state = pair_of(framing, right, left, size=(500, 700))
    state, _ = corners_laid(state, boxes_of(right, left, 600), LaidCorners())
    for slot, side in zip(state.slots, "RL", strict=True):
        viewport = viewport_of(state, slot)
        assert viewport is not None
        assert viewport.zoom == pytest.approx(1.0)
        depth = 590.0 if "nipple" in framing.value else 10.0
        x, _ = viewport.to_device(900.0, COLUMNS - depth if side == "R" else depth)
        assert 0 <= x <= 500


@given(depth=st.integers(200, 970), width=st.integers(500, 900), height=st.integers(680, 900))
def test_the_four_corners_show_every_pixel_of_a_breast_that_fits_in_them(
    depth: int, width: int, height: int
) -> None:
    right, left = pair()
    boxes = boxes_of(right, left, depth)
    shown: dict[str, set[tuple[int, int]]] = {image_id: set() for image_id in boxes}
    for framing in NUMBERS:
        state = pair_of(framing, right, left, size=(width, height))
        state, _ = corners_laid(state, boxes, LaidCorners())
        assert state.quadrant is not None
        assert "not shown" not in state.quadrant.words
        for slot, image in zip(state.slots, (right, left), strict=True):
            viewport = viewport_of(state, slot)
            assert viewport is not None
            (top, first), (bottom, last) = viewport.to_image(0, 0), viewport.to_image(width, height)
            box = boxes[image.image_id]
            shown[image.image_id] |= {
                (row, column)
                for row in range(int(box[0]), int(box[2]), 40)
                for column in range(int(box[1]), int(box[3]), 40)
                if top - 1e-6 <= row <= bottom and first - 1e-6 <= column <= last
            }
    wanted = len(range(0, 1200, 40)) * len(range(0, depth, 40))
    assert {len(cells) for cells in shown.values()} == {wanted}


def test_what_no_corner_of_a_small_pane_can_show_is_said() -> None:
    right, left = pair()
    state = pair_of(PlaceFraming.UPPER_CHEST, right, left, size=(400, 700))
    state, _ = corners_laid(state, boxes_of(right, left, 1000), LaidCorners())
    assert state.quadrant is not None
    # 1000 pixels of 0.1 mm and a margin of 2 mm, less twice 400 pixels.
    assert state.quadrant.words == "quadrant 1 of 4, 22 mm between quadrants not shown"


def test_right_and_left_corners_are_mirror_images() -> None:
    right, left = pair()
    state = pair_of(PlaceFraming.LOWER_NIPPLE, right, left, size=(500, 700))
    state, _ = corners_laid(state, boxes_of(right, left, 700), LaidCorners())
    one, other = state.panes.values()
    assert one.framing == other.framing


def test_a_corner_that_the_reader_moved_stays_and_one_that_was_only_resized_follows() -> None:
    right, left = pair()
    boxes = boxes_of(right, left, 700)
    state = pair_of(PlaceFraming.UPPER_NIPPLE, right, left, size=(500, 700))
    state, laid = corners_laid(state, boxes, LaidCorners())
    here, there = state.slots
    state = panned_by(state, here, 15, 20)
    moved, before = state.panes[here].framing, state.panes[there].framing
    for slot in state.slots:
        state = pane_measured(state, slot, 450, 600)
    state, _ = corners_laid(state, boxes, laid)
    assert state.panes[here].framing == moved
    assert state.panes[there].framing != before
