"""Moving through volumes: linked depth, cine, slices seen, linked framing, quadrants, picks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.hanging import Slot
from viewer.domain.slab import SlabMode
from viewer.domain.slice_depth import slice_depth
from viewer.domain.slice_places import SlicePlaces
from viewer.domain.view import ImageKind
from viewer.domain.viewport import FITTED, viewport_for
from viewer.session.exams import closed
from viewer.session.framing import (
    linked_framing_toggled,
    pane_measured,
    panned_by,
    viewport_of,
    zoomed_at,
)
from viewer.session.linked_depth import linked_slice
from viewer.session.picking import pick_left, picked_at, place_in, volume_of_pick
from viewer.session.placing import image_shown
from viewer.session.quadrants import quadrant_framing, quadrant_stepped
from viewer.session.readings import opened
from viewer.session.scrolling import cine_started, cine_step, cine_sweep_chosen, scrolled, to_slice
from viewer.session.seen_slices import all_seen, counting, slices_seen, to_next_unseen
from viewer.session.slabs import shown_slices, slab_mode_stepped, slab_stepped
from viewer.session.spot_moves import spot_offered
from viewer.session.staging import with_stage
from viewer.session.state import CineSweep, SessionState


def hung(spacing_mm: float | None = None) -> SessionState:
    exam = make_exam()
    if spacing_mm is not None:
        images = tuple(replace(image, slice_spacing_mm=spacing_mm) for image in exam.images)
        exam = replace(exam, images=images)
    state = opened(SessionState(), [exam])
    for slot in state.slots:
        state = pane_measured(state, slot, 400, 300)
    return state


def spaced(view: str, slices: int, mm: float | None, *, support_is_first: bool | None = None):
    image = make_image(view, slices=slices)
    return replace(image, slice_spacing_mm=mm, support_is_first=support_is_first)


def test_one_projection_is_linked_by_millimetres() -> None:
    leader, thin = spaced("RCC", 60, 1.0), spaced("LCC", 20, 2.0)
    assert linked_slice(leader, 20, thin) == 10
    assert linked_slice(leader, 59, thin) == 19
    upside_down = spaced("LCC", 61, 1.0, support_is_first=False)
    from_support = spaced("RCC", 60, 1.0, support_is_first=True)
    assert linked_slice(from_support, 20, upside_down) == 40


def test_depths_that_cannot_be_compared_are_linked_relatively() -> None:
    leader = spaced("RCC", 61, 1.0)
    for other in (
        spaced("LCC", 31, None),
        spaced("RMLO", 31, 1.0),
        spaced("LCC", 31, 1.0, support_is_first=True),
    ):
        assert linked_slice(leader, 30, other) == 15


def test_an_unknown_view_does_not_follow() -> None:
    assert linked_slice(spaced("RCC", 61, 1.0), 30, spaced("", 61, 1.0)) is None


def test_a_volume_with_lost_slices_is_linked_by_where_its_slices_lie() -> None:
    places = SlicePlaces(mm=(0.0, 1.0, 2.0, 6.0, 7.0), last_mm=7.0)
    gappy = replace(spaced("LCC", 5, 1.0), places=places)
    whole, other_view = spaced("RCC", 8, 1.0), spaced("RMLO", 15, None)
    assert [linked_slice(gappy, index, whole) for index in range(5)] == [0, 1, 2, 6, 7]
    assert [linked_slice(whole, index, gappy) for index in range(8)] == [0, 1, 2, 2, 3, 3, 3, 4]
    assert linked_slice(gappy, 3, other_view) == 12
    assert linked_slice(other_view, 12, gappy) == 3


def test_another_volume_in_a_pane_begins_where_the_slice_before_it_lies() -> None:
    places = SlicePlaces(mm=(0.0, 1.0, 2.0, 6.0, 7.0), last_mm=7.0)
    gappy = replace(spaced("RCC", 5, 1.0), places=places, image_id="gappy")
    whole = replace(spaced("RCC", 8, 1.0), image_id="whole")
    state = opened(SessionState(), [make_exam(images=[gappy, whole])])
    state = to_slice(image_shown(state, Slot.RCC, "gappy"), Slot.RCC, 3)
    assert state.panes[Slot.RCC].slice_index == 3
    state = replace(state, remembered={})
    assert image_shown(state, Slot.RCC, "whole").panes[Slot.RCC].slice_index == 6


def test_depth_is_said_from_the_support_only_where_it_is_known() -> None:
    assert slice_depth(spaced("RCC", 10, None), 3) is None
    words = [
        depth.words
        for support in (None, True, False)
        if (depth := slice_depth(spaced("RCC", 10, 1.5, support_is_first=support), 2))
    ]
    assert words == [
        "3.0 mm from first slice",
        "3.0 mm from support side",
        "10.5 mm from support side",
    ]


def played(state: SessionState, steps: int) -> list[int]:
    indices = []
    for _ in range(steps):
        state = cine_step(state, Slot.RCC)
        indices.append(state.panes[Slot.RCC].slice_index)
    return indices


def test_cine_turns_back_at_the_ends() -> None:
    state = cine_sweep_chosen(to_slice(hung(), Slot.RCC, 8))
    assert state.options.cine.sweep is CineSweep.BACK_AND_FORTH
    assert played(cine_started(state, Slot.RCC), 14) == [9, 10, *range(9, -1, -1), 1, 2]


def test_cine_once_through_stops_at_the_end_and_begins_anew() -> None:
    state = cine_sweep_chosen(cine_sweep_chosen(to_slice(hung(), Slot.RCC, 8)))
    state = cine_started(state, Slot.RCC)
    state = cine_step(cine_step(state, Slot.RCC), Slot.RCC)
    assert (state.panes[Slot.RCC].slice_index, state.options.cine.playing) == (10, False)
    assert cine_started(state, Slot.RCC).panes[Slot.RCC].slice_index == 0


def test_scrolling_stops_cine_and_cine_itself_does_not() -> None:
    state = cine_started(hung(), Slot.RCC)
    assert cine_step(state, Slot.RCC).options.cine.playing
    assert not scrolled(state, Slot.RCC, 1).options.cine.playing


def test_slices_seen_are_kept_until_the_exam_is_closed() -> None:
    state = hung()
    image = state.image_in(Slot.RCC)
    assert image is not None
    assert slices_seen(state, {image.image_id: 3}) is state, "nobody counts"
    state = counting(state)
    for index in range(image.slices):
        if index != 7:
            state = slices_seen(state, {image.image_id: index, "gone": 1})
    assert not all_seen(state, image)
    state = to_next_unseen(state, Slot.RCC)
    assert state.panes[Slot.RCC].slice_index == 7
    state = slices_seen(state, {image.image_id: 7})
    assert all_seen(state, image)
    assert state.exam_id is not None
    assert closed(state, state.exam_id).seen == {}


def test_slabs_step_from_the_slice_alone_to_twenty_and_back() -> None:
    state, thick = hung(), []
    for _ in range(6):
        state = slab_stepped(state, Slot.RCC, 1)
        thick.append(state.panes[Slot.RCC].slab.thickness)
    assert thick == [3, 5, 10, 20, 20, 20]
    for _ in range(5):
        state = slab_stepped(state, Slot.RCC, -1)
    assert state.panes[Slot.RCC].slab.thickness == 0
    state = slab_mode_stepped(slab_mode_stepped(state, Slot.RCC), Slot.RCC)
    slab = state.panes[Slot.RCC].slab
    assert (slab.thickness, slab.mode) == (3, SlabMode.MAXIMUM)
    assert shown_slices(state, state.panes[Slot.RCC]) == (5, 4, 6)


@pytest.mark.parametrize(
    ("spacing_mm", "steps"),
    [(1.0, [3, 5, 10, 20]), (4.2, [10, 20]), (12.0, [20]), (50.0, [])],
)
def test_every_step_of_a_slab_shows_more_slices_than_the_one_before(
    spacing_mm: float, steps: list[float]
) -> None:
    state, thick, slices = hung(spacing_mm), [], [1]
    while (thicker := slab_stepped(state, Slot.RCC, 1)) is not state:
        state = thicker
        thick.append(state.panes[Slot.RCC].slab.thickness)
        slices.append(len(shown_slices(state, state.panes[Slot.RCC])))
    assert thick == steps
    assert sorted(set(slices)) == slices


@settings(deadline=None)
@given(dx=st.floats(-60, 60), dy=st.floats(-60, 60), factor=st.floats(1.2, 6))
def test_linked_panes_of_a_projection_are_mirror_images(
    dx: float, dy: float, factor: float
) -> None:
    state = zoomed_at(linked_framing_toggled(hung()), Slot.RCC, factor, 200, 100)
    state = panned_by(state, Slot.RCC, dx, dy)
    right, left = viewport_of(state, Slot.RCC), viewport_of(state, Slot.LCC)
    assert right is not None
    assert left is not None
    assert right.top == pytest.approx(left.top)
    width = right.image_columns * right.scale_column
    assert 400 - (right.left + width) == pytest.approx(left.left)
    assert state.panes[Slot.RMLO].framing == FITTED


def test_unlinked_panes_are_framed_alone() -> None:
    state = zoomed_at(hung(), Slot.RCC, 2, 200, 100)
    assert state.panes[Slot.LCC].framing == FITTED


@pytest.mark.parametrize("view", ["RCC", "LCC"])
def test_the_four_quadrants_show_every_pixel_of_the_breast(view: str) -> None:
    image = make_image(view, rows=2000, columns=1500)
    box = (200.0, 0.0, 1700.0, 900.0) if view == "LCC" else (200.0, 600.0, 1700.0, 1500.0)
    covered = set()
    for number in range(1, 5):
        framing = quadrant_framing(image, box, number, (400, 300))
        port = viewport_for(image, framing, fit_scale=1.0, pane_width=400, pane_height=300)
        assert port.zoom <= 1.0 + 1e-9
        row_a, column_a = port.to_image(0, 0)
        row_b, column_b = port.to_image(400, 300)
        covered |= {
            (row, column)
            for row in range(205, 1700, 50)
            for column in range(int(box[1]) + 5, int(box[3]), 50)
            if row_a <= row <= row_b and column_a <= column <= column_b
        }
    assert len(covered) == 30 * 18


def test_quadrants_are_stepped_through_and_left_by_any_other_framing() -> None:
    state, said = linked_framing_toggled(hung()), []
    for _ in range(5):
        state = quadrant_stepped(state, Slot.RCC, (20.0, 50.0, 180.0, 150.0), 1)
        said.append(state.quadrant.words if state.quadrant else "")
    assert said == [*(f"quadrant {n} of 4" for n in (1, 2, 3, 4)), ""]
    assert state.panes[Slot.RCC].framing == FITTED
    state = quadrant_stepped(state, Slot.RCC, (20.0, 50.0, 180.0, 150.0), -1)
    assert state.quadrant is not None
    assert state.quadrant.number == 4
    assert len(state.quadrant.image_ids) == 2
    assert panned_by(state, Slot.RCC, 5, 5).quadrant is None


def test_a_quadrant_shows_no_air_behind_the_chest_wall_of_a_wide_pane() -> None:
    image = make_image("RCC", rows=2000, columns=1500)
    for number in range(1, 5):
        framing = quadrant_framing(image, (200.0, 600.0, 1700.0, 1500.0), number, (1500, 600))
        port = viewport_for(image, framing, fit_scale=1.0, pane_width=1500, pane_height=600)
        assert port.to_device(0, 1500)[0] == pytest.approx(1500)


def test_another_stage_shows_no_quadrant() -> None:
    state = quadrant_stepped(hung(), Slot.RCC, (20.0, 50.0, 180.0, 150.0), 1)
    assert with_stage(state, 0).quadrant is None


def test_a_picked_point_is_found_in_the_volume_of_its_view() -> None:
    state = hung()
    assert picked_at(state, Slot.RCC, -1, 5).picked is None
    exam = state.exam
    assert exam is not None
    synthetic = next(i for i in exam.images if i.kind is ImageKind.SYNTHETIC_2D)
    panes = {**state.panes, Slot.RCC: replace(state.panes[Slot.RCC], image_id=synthetic.image_id)}
    state = picked_at(replace(state, panes=panes), Slot.RCC, 60, 70)
    volume = volume_of_pick(state)
    assert volume is not None
    assert (volume.kind, volume.view) == (ImageKind.DBT, synthetic.view)
    for index in (7, 2, 7):
        state = spot_offered(state, volume, (7, 2), 60, 70)
        pane = state.panes[Slot.RCC]
        assert (pane.image_id, pane.slice_index) == (volume.image_id, index)
    assert pick_left(state).picked is None


def test_a_place_keeps_its_millimetres_from_the_chest_wall() -> None:
    fine = make_image("RCC", rows=400, columns=300)
    assert fine.spacing is not None
    coarse = replace(
        make_image("RCC", rows=100, columns=160),
        spacing=replace(fine.spacing, row_mm=0.2, column_mm=0.2),
    )
    assert place_in(fine, coarse, 240, 250) == pytest.approx((70, 135))
