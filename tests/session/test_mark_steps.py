"""Undo and redo where the reader sees what they change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam

from viewer.domain.hanging import Slot
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.session.framing import pane_measured, viewport_of, zoomed_centre
from viewer.session.mark_steps import (
    redone_in_sight,
    step_elsewhere,
    undone_in_sight,
)
from viewer.session.marks import (
    all_marks,
    mark_added,
    mark_changed,
    mark_deleted,
    marks_toggled,
    restored,
)
from viewer.session.placing import activated, image_shown
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.state import Layout, SessionState

EXAM = make_exam("a")


def ready() -> SessionState:
    state = opened(SessionState(), [EXAM])
    for slot in state.slots:
        state = pane_measured(state, slot, 300, 400)
    state = restored(state, EXAM.exam_id, KeptMarks())
    return replace(state, options=replace(state.options, linked_scrolling=False))


def make_mark(mark_id: str = "m", *, image_id: str = "a-RCC-DBT", **others: object) -> Mark:
    values = {
        "shape": MarkShape.LENGTH,
        "points": (ImagePoint(10, 10), ImagePoint(20, 30)),
        "slice_index": 3,
        "first_slice": 2,
        "last_slice": 4,
    }
    return Mark(mark_id=mark_id, image_id=image_id, **{**values, **others})


def slice_of(state: SessionState, slot: Slot = Slot.RCC) -> int:
    return state.panes[slot].slice_index


def test_undo_and_redo_go_to_the_slice_of_the_mark_they_change() -> None:
    state = to_slice(mark_added(ready(), make_mark()), Slot.RCC, 9)
    state = undone_in_sight(state)
    assert (slice_of(state), all_marks(state)) == (3, ())
    state = redone_in_sight(to_slice(state, Slot.RCC, 0))
    assert (slice_of(state), len(all_marks(state))) == (3, 1)


@pytest.mark.parametrize("shown", [2, 3, 4])
def test_a_slice_that_shows_the_mark_stays(shown: int) -> None:
    state = to_slice(mark_added(ready(), make_mark()), Slot.RCC, shown)
    assert slice_of(undone_in_sight(state)) == shown


def test_a_slice_stays_on_which_a_mark_is_seen_to_go() -> None:
    state = mark_changed(mark_added(ready(), make_mark()), make_mark(last_slice=8))
    state = undone_in_sight(to_slice(state, Slot.RCC, 7))
    assert slice_of(state) == 7


def test_the_pane_that_shows_the_image_follows_also_when_another_is_active() -> None:
    state = mark_added(ready(), make_mark())
    state = activated(to_slice(state, Slot.RCC, 9), Slot.LCC)
    before = slice_of(state, Slot.LCC)
    state = undone_in_sight(state)
    assert slice_of(state) == 3
    assert (state.active, slice_of(state, Slot.LCC)) == (Slot.LCC, before)


def test_only_the_mark_that_a_step_changes_counts() -> None:
    other = make_mark("n", slice_index=8, first_slice=8, last_slice=8)
    state = mark_added(mark_added(ready(), make_mark()), other)
    state = to_slice(mark_deleted(state, "m"), Slot.RCC, 0)
    assert slice_of(undone_in_sight(state)) == 3


def test_a_zoomed_pane_brings_the_changed_mark_into_sight() -> None:
    far = make_mark(points=(ImagePoint(180, 140), ImagePoint(190, 145)))
    state = zoomed_centre(mark_added(ready(), far), Slot.RCC, 8.0)
    state = undone_in_sight(state)
    viewport = viewport_of(state, Slot.RCC)
    assert viewport is not None
    x, y = viewport.to_device(185, 142.5)
    assert 0 <= x <= 300
    assert 0 <= y <= 400


def test_hidden_marks_come_back_when_one_is_changed_by_a_step() -> None:
    state = marks_toggled(mark_added(ready(), make_mark()))
    assert undone_in_sight(state).marks.visible


def test_a_step_on_an_image_that_is_not_on_screen_is_said_and_moves_nothing() -> None:
    before = mark_added(ready(), make_mark())
    before = image_shown(before, Slot.RCC, "a-RCC-SYNTHETIC_2D")
    after = undone_in_sight(before)
    assert after.panes == before.panes
    assert step_elsewhere(before, after, "Undone") == (
        "Undone: length on RCC DBT, slices 3-5; the image is not on screen."
    )
    before, after = after, redone_in_sight(after)
    assert step_elsewhere(before, after, "Redone").startswith("Redone: length on RCC DBT")


def test_a_flat_image_has_no_slice_to_say() -> None:
    flat = make_mark(image_id="a-LCC-SYNTHETIC_2D", slice_index=0, first_slice=0, last_slice=0)
    before = mark_added(ready(), flat)
    assert step_elsewhere(before, undone_in_sight(before), "Undone") == (
        "Undone: length on LCC Synthetic 2D; the image is not on screen."
    )


def test_one_view_alone_hides_the_others() -> None:
    before = replace(activated(mark_added(ready(), make_mark()), Slot.LMLO), layout=Layout.SINGLE)
    after = undone_in_sight(before)
    assert after.panes == before.panes
    assert step_elsewhere(before, after, "Undone")


def test_nothing_is_said_of_what_is_seen_or_of_no_step() -> None:
    before = mark_added(ready(), make_mark())
    after = undone_in_sight(before)
    assert step_elsewhere(before, after, "Undone") == ""
    assert undone_in_sight(after) is after
    assert step_elsewhere(after, after, "Undone") == ""
