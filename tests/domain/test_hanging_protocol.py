"""Stages: their places, their screens, and how an editor changes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.hanging_edit import (
    FREE,
    column_added,
    column_removed,
    place_changed,
    row_added,
    row_removed,
    screen_added,
    screen_removed,
    stage_deleted,
    stage_inserted,
    stage_moved,
)
from viewer.domain.hanging_protocol import (
    FOUR_VIEWS,
    HangingProtocol,
    Origin,
    Place,
    PlaceFraming,
    Stage,
)
from viewer.domain.view import ImageKind

PLACES = st.builds(
    Place,
    view=st.sampled_from([*STANDARD_SLOTS, None]),
    origin=st.sampled_from(Origin),
    kinds=st.lists(st.sampled_from(ImageKind), max_size=2, unique=True).map(tuple),
    framing=st.sampled_from(PlaceFraming),
)
ROWS = st.lists(st.lists(PLACES, min_size=1, max_size=4).map(tuple), min_size=1, max_size=4)
STAGES = st.builds(
    Stage,
    title=st.just("a stage"),
    screens=st.lists(ROWS.map(tuple), min_size=1, max_size=3).map(tuple),
)


@given(STAGES)
def test_every_place_of_a_stage_has_a_slot_of_its_own(stage: Stage) -> None:
    slots = [slot for rows in stage.slot_rows for row in rows for slot in row]
    assert len(set(slots)) == len(slots) == sum(len(r) for rows in stage.screens for r in rows)
    assert list(stage.places) == slots


@given(STAGES, st.integers(1, 4))
def test_open_windows_together_show_every_place_once(stage: Stage, screens: int) -> None:
    shown = [s for n in range(screens) for row in stage.rows_on(n, screens) for s in row]
    assert sorted(shown) == sorted(stage.places)


def test_a_screen_without_a_window_stands_beside_the_first() -> None:
    right, left = Place(view=Slot.RCC), Place(view=Slot.LCC)
    stage = Stage(title="two", screens=(((right,),), ((left,),)))
    assert stage.rows_on(0, 1) == ((Slot.RCC, Slot.LCC),)
    assert stage.rows_on(0, 2) == ((Slot.RCC,),)
    assert stage.rows_on(1, 2) == ((Slot.LCC,),)


@pytest.mark.parametrize("screens", [(), ((),), (((),),), (((FREE,) * 5,),)])
def test_a_stage_without_places_or_with_too_many_is_refused(screens: tuple) -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        Stage(title="bad", screens=screens)


def test_a_protocol_needs_a_stage() -> None:
    with pytest.raises(ValueError, match="needs a stage"):
        HangingProtocol(protocol_id="none", title="None", stages=())


@given(STAGES)
def test_adding_and_removing_a_row_or_column_gives_the_stage_back(stage: Stage) -> None:
    if len(stage.screens[0]) < 4:
        assert row_removed(row_added(stage, 0), 0) == stage
    if all(len(row) < 4 for row in stage.screens[0]):
        assert column_removed(column_added(stage, 0), 0) == stage
    if len(stage.screens) < 4:
        assert screen_removed(screen_added(stage)) == stage


def test_the_last_row_column_screen_and_stage_stay() -> None:
    stage = Stage(title="one", screens=(((FREE,),),))
    assert row_removed(stage, 0) == column_removed(stage, 0) == screen_removed(stage) == stage
    assert stage_deleted(FOUR_VIEWS, 0) == FOUR_VIEWS


def test_a_place_is_changed_without_its_neighbours() -> None:
    stage = FOUR_VIEWS.stages[0]
    changed = place_changed(stage, 0, 1, 0, FREE)
    assert changed.screens[0][1] == (FREE, Place(view=Slot.LMLO))
    assert changed.screens[0][0] == stage.screens[0][0]


def test_stages_are_inserted_moved_and_deleted_in_order() -> None:
    other = Stage(title="other", screens=(((FREE,),),))
    two = stage_inserted(FOUR_VIEWS, 1, other)
    assert [stage.title for stage in two.stages] == ["Four views", "other"]
    moved = stage_moved(two, 1, -1)
    assert [stage.title for stage in moved.stages] == ["other", "Four views"]
    assert stage_moved(moved, 0, -1) == moved
    assert stage_deleted(moved, 0) == FOUR_VIEWS


def test_two_windows_share_a_stage_of_one_screen_by_side() -> None:
    stage = FOUR_VIEWS.stages[0]
    assert stage.rows_on(0, 2) == ((Slot.RCC,), (Slot.RMLO,))
    assert stage.rows_on(1, 2) == ((Slot.LCC,), (Slot.LMLO,))
    alone = Stage(title="one", screens=(((Place(view=Slot.RCC),),),))
    assert alone.rows_on(1, 2) == ()
