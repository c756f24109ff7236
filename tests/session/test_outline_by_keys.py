"""An outline drawn by keys: a point is moved, corners are set and taken back, it is closed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.geometry import Orientation
from viewer.domain.hanging import Slot
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, MarkShape
from viewer.session.exams import closed
from viewer.session.framing import pane_measured, viewport_of, zoomed_centre
from viewer.session.mark_drawing import drawing_followed, mark_left, tool_chosen
from viewer.session.mark_editing import editing_begun, handle_stepped, mark_set_at_centre, nudged
from viewer.session.marks import (
    all_marks,
    laid_as_open,
    mark_added,
    redone,
    restored,
    selected_mark,
    undone,
)
from viewer.session.outline_by_keys import (
    corner_set,
    corner_set_at,
    corner_taken_back,
    corners_of,
    outline_begun,
    outline_closed,
    outline_given_over,
    outline_in_hand,
    point_nudged,
    why_no_corner,
    why_not_closed,
)
from viewer.session.pane_marks import pane_marks, picture_marks
from viewer.session.placing import activated
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState, Tool
from viewer.session.windows import flipped

EXAM = make_exam("a")
START = ImagePoint(100, 75)
unhurried = settings(deadline=None)


def ready() -> SessionState:
    """Four panes of a known size, the outline tool chosen; images of 200 rows, 150 columns."""
    state = opened(SessionState(), [EXAM])
    for slot in (Slot.RCC, Slot.LCC, Slot.RMLO, Slot.LMLO):
        state = pane_measured(state, slot, 300, 400)
    return tool_chosen(restored(state, EXAM.exam_id, KeptMarks()), Tool.OUTLINE)


def begun() -> SessionState:
    return outline_begun(ready(), START, "new")


def corner(state: SessionState, right: float, down: float) -> SessionState:
    """Move the point and set a corner there."""
    return corner_set(point_nudged(state, right, down))


def square() -> SessionState:
    """Three corners set, the point at the fourth."""
    state = corner_set(begun())
    for right, down in ((20, 0), (0, 20)):
        state = corner(state, right, down)
    return point_nudged(state, -20, 0)


SQUARE = ((100, 75), (100, 95), (120, 95), (120, 75))


def test_the_outline_tool_set_by_keys_begins_with_a_point_and_no_mark() -> None:
    state = mark_set_at_centre(ready(), "new")
    drawn = outline_in_hand(state)
    assert drawn is not None
    assert drawn.shape is MarkShape.OUTLINE
    assert corners_of(state) == ()
    assert all_marks(state) == ()
    assert not state.marks.editing


def test_corners_are_set_one_by_one_and_the_point_is_the_last_when_it_is_closed() -> None:
    state = square()
    assert corners_of(state) == tuple(ImagePoint(*point) for point in SQUARE[:3])
    done = outline_closed(state)
    (mark,) = all_marks(done)
    assert mark.points == tuple(ImagePoint(*point) for point in SQUARE)
    assert (mark.mark_id, mark.slice_index, mark.view) == ("new", 5, "RCC")
    assert selected_mark(done) is mark
    assert done.marks.drawn is None
    assert outline_in_hand(done) is None


def test_a_point_back_at_the_first_or_the_last_corner_adds_none() -> None:
    at_last = corner_set(square())
    assert len(all_marks(outline_closed(at_last))[0].points) == 4
    at_first = point_nudged(at_last, 0, -20)
    assert all_marks(outline_closed(at_first))[0].points[0] == START
    assert len(all_marks(outline_closed(at_first))[0].points) == 4


def test_no_corner_is_set_twice_at_one_place() -> None:
    once = corner_set(begun())
    assert corner_set(once) is once
    assert why_no_corner(once) == "move the point first: there is a corner already"
    assert why_no_corner(point_nudged(once, 1, 0)) is None


def test_the_last_corner_is_taken_back_and_the_point_returns_to_it() -> None:
    state = corner_taken_back(square())
    assert corners_of(state) == (ImagePoint(100, 75), ImagePoint(100, 95))
    assert outline_in_hand(state).points[-1] == ImagePoint(120, 95)
    for _ in range(2):
        state = corner_taken_back(state)
    assert corners_of(state) == ()
    assert corner_taken_back(state) is state
    assert outline_in_hand(state).points[-1] == START


@pytest.mark.parametrize("moves", [(), ((20, 0),), ((20, 0), (20, 0)), ((20, 0), (-20, 0))])
def test_what_encloses_nothing_is_not_closed_and_stays_in_hand(
    moves: tuple[tuple[float, float], ...],
) -> None:
    state = corner_set(begun())
    for right, down in moves:
        state = corner(state, right, down)
    assert outline_closed(state) is state
    assert why_not_closed(state) == "an outline needs three corners around an area"


def test_escape_gives_the_whole_outline_up_and_then_puts_the_tool_down() -> None:
    state = mark_left(square())
    assert state.marks.drawn is None
    assert outline_in_hand(state) is None
    assert state.options.tool is Tool.OUTLINE
    assert mark_left(state).options.tool is Tool.WINDOW


def test_a_closed_outline_is_one_step_to_undo_and_to_do_again() -> None:
    state = outline_closed(square())
    assert all_marks(undone(state)) == ()
    assert all_marks(redone(undone(state))) == all_marks(state)


def test_undoing_an_older_mark_leaves_the_outline_in_hand() -> None:
    older = outline_closed(square())
    state = corner_set(outline_begun(older, START, "second"))
    back = undone(state)
    assert all_marks(back) == ()
    assert corners_of(back) == (START,)


def test_arrows_follow_the_screen_in_a_flipped_pane() -> None:
    state = flipped(begun(), Slot.RCC, horizontally=True)
    assert outline_in_hand(point_nudged(state, 4, 1)).points[-1] == ImagePoint(101, 71)


@unhurried
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), max_size=12))
def test_every_corner_lies_in_the_image_and_each_taken_back_is_the_one_before(
    moves: list[tuple[float, float]],
) -> None:
    state = begun()
    states = [state]
    for right, down in moves:
        following = corner(state, right, down)
        if corners_of(following) != corners_of(state):
            states.append(following)
        state = following
    assert all(0 <= p.row <= 200 and 0 <= p.column <= 150 for p in corners_of(state))
    for expected in reversed(states[:-1]):
        state = corner_taken_back(state)
        assert corners_of(state) == corners_of(expected)


def test_the_point_stays_in_sight_of_a_zoomed_pane() -> None:
    state = zoomed_centre(ready(), Slot.RCC, 6.0)
    state = mark_set_at_centre(state, "new")
    for _ in range(8):
        state = point_nudged(state, 10, 0)
        viewport = viewport_of(state, Slot.RCC)
        x, y = viewport.to_device(*outline_in_hand(state).points[-1])
        assert 0 <= x <= 300
        assert 0 <= y <= 400


def test_keys_draw_only_where_the_outline_lies_and_go_on_when_it_is_shown_again() -> None:
    state = square()
    for elsewhere in (to_slice(state, Slot.RCC, 2), activated(state, Slot.LCC)):
        assert outline_in_hand(elsewhere) is None
        assert point_nudged(elsewhere, 5, 5) is elsewhere
        assert corner_set(elsewhere) is elsewhere
    back = to_slice(to_slice(state, Slot.RCC, 2), Slot.RCC, 5)
    assert outline_in_hand(back) == outline_in_hand(state)


def test_the_mouse_sets_a_corner_among_those_of_the_keys_or_goes_on_freely() -> None:
    clicked = corner_set_at(square(), ImagePoint(130, 60))
    assert corners_of(clicked)[-1] == ImagePoint(130, 60)
    assert outline_in_hand(clicked) is not None
    given_over = drawing_followed(outline_given_over(clicked), ImagePoint(140, 50), 1)
    assert not given_over.marks.is_drawn_by_keys
    assert given_over.marks.drawn.points[:3] == corners_of(square())
    assert given_over.marks.drawn.points[-1] == ImagePoint(140, 50)


def test_an_outline_of_an_image_that_is_gone_or_laid_anew_is_dropped() -> None:
    # The marks of an image know how it was laid.
    state = outline_begun(outline_closed(square()), START, "second")
    gone = laid_as_open(closed(state, EXAM.exam_id))
    assert gone.marks.drawn is None
    image = state.active_image
    turned = replace(image, orientation=Orientation(False, True, False))
    exam = replace(EXAM, images=tuple(turned if i is image else i for i in EXAM.images))
    laid = laid_as_open(replace(state, exams=(exam,)))
    assert laid.marks.drawn is None


def test_the_pane_shows_the_outline_in_hand_and_a_picture_does_not() -> None:
    state = square()
    shown = pane_marks(state, Slot.RCC)
    assert shown.corners == 3
    assert [mark.mark_id for mark in shown.marks] == ["new"]
    assert picture_marks(state, Slot.RCC).marks == ()
    assert picture_marks(state, Slot.RCC).corners is None


def test_the_corners_of_a_kept_outline_are_edited_one_by_one() -> None:
    state = editing_begun(outline_closed(square()))
    state = nudged(handle_stepped(state, -1), 3, 2)
    assert all_marks(state)[0].points == tuple(
        ImagePoint(*point) for point in (SQUARE[0], SQUARE[1], (122, 98), SQUARE[3])
    )


def test_an_outline_of_many_corners_is_stretched_by_its_box() -> None:
    round_line = tuple(ImagePoint(50 + (n % 2) * 20, 10 + n) for n in range(60))
    drawn = replace(outline_in_hand(begun()), points=round_line)
    state = editing_begun(mark_added(ready(), drawn))
    # The last handle of a box is its lower left corner.
    stretched = all_marks(nudged(state, -5, 10))[0]
    assert max(p.row for p in stretched.points) == 80
    assert min(p.column for p in stretched.points) == 5
    assert min(p.row for p in stretched.points) == 50
