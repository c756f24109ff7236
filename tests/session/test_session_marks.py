"""Marks of the session: drawn, dragged, edited by keys, undone, gone to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.geometry import Orientation
from viewer.domain.hanging import Slot
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.view import ImageKind
from viewer.session.exams import closed, corrected
from viewer.session.framing import pane_measured, viewport_of, zoomed_centre
from viewer.session.key_images import (
    is_key_image,
    key_image_dropped,
    key_image_shown,
    key_image_toggled,
    key_images,
    open_key_images,
)
from viewer.session.mark_drawing import (
    PROBING,
    drag_ended,
    drawing_begun,
    drawing_ended,
    drawing_followed,
    has_mark_to_leave,
    mark_dragged,
    mark_left,
    probe_lifted,
    probed,
    tool_chosen,
)
from viewer.session.mark_editing import editing_begun, handle_stepped, mark_set_at_centre, nudged
from viewer.session.marking import MOST_STEPS
from viewer.session.marks import (
    all_marks,
    can_redo,
    laid_as_open,
    mark_added,
    mark_changed,
    mark_deleted,
    mark_selected,
    mark_shown,
    mark_stepped,
    marks_on,
    marks_toggled,
    redone,
    restored,
    selected_mark,
    undone,
)
from viewer.session.pane_marks import pane_marks, picture_marks
from viewer.session.placing import activated
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState, Tool
from viewer.session.windows import flipped

unhurried = settings(deadline=None)
EXAM = make_exam("a")
IMAGE = "a-RCC-DBT"


def ready(*exams: object) -> SessionState:
    """Exams whose marks are read, in panes of a known size."""
    state = opened(SessionState(), exams or [EXAM])
    for slot in (Slot.RCC, Slot.LCC, Slot.RMLO, Slot.LMLO):
        state = pane_measured(state, slot, 300, 400)
    for exam in exams or [EXAM]:
        state = restored(state, exam.exam_id, KeptMarks())
    return state


def make_mark(mark_id: str = "m", **others: object) -> Mark:
    values = {
        "image_id": IMAGE,
        "shape": MarkShape.LENGTH,
        "points": (ImagePoint(10, 10), ImagePoint(20, 30)),
        "slice_index": 3,
        "first_slice": 3,
        "last_slice": 3,
    }
    return Mark(mark_id=mark_id, **{**values, **others})


def drawn_line(state: SessionState, *points: tuple[float, float]) -> SessionState:
    """Draw a mark through these points as the mouse does."""
    first, *others = [ImagePoint(*point) for point in points]
    state = drawing_begun(state, Slot.RCC, first, "new")
    for placed, point in enumerate(others, start=1):
        state = drawing_followed(state, point, placed)
    return drawing_ended(state, 1.0)


def test_no_mark_is_drawn_before_the_kept_ones_are_read() -> None:
    state = tool_chosen(opened(SessionState(), [EXAM]), Tool.LENGTH)
    assert drawing_begun(state, Slot.RCC, ImagePoint(5, 5), "new") is state
    assert key_image_toggled(state) is state


def test_what_is_read_late_of_a_closed_exam_is_dropped() -> None:
    state = closed(opened(SessionState(), [EXAM]), EXAM.exam_id)
    assert restored(state, EXAM.exam_id, KeptMarks()) is state


@pytest.mark.parametrize(
    ("tool", "points"),
    [
        (Tool.LENGTH, ((5, 5), (9, 40))),
        (Tool.ARROW, ((5, 5), (9, 40))),
        (Tool.RECTANGLE, ((5, 5), (9, 40))),
        (Tool.ELLIPSE, ((5, 5), (9, 40))),
        (Tool.ANGLE, ((5, 5), (9, 40), (60, 60))),
        (Tool.OUTLINE, ((5, 5), (9, 40), (60, 60), (30, 2))),
    ],
)
def test_a_tool_draws_its_shape_on_the_slice_and_selects_it(
    tool: Tool, points: tuple[tuple[float, float], ...]
) -> None:
    state = drawn_line(tool_chosen(ready(), tool), *points)
    (mark,) = all_marks(state)
    assert mark.points == tuple(ImagePoint(*point) for point in points)
    assert (mark.shape.value, mark.image_id, mark.view) == (tool.value, IMAGE, "RCC")
    assert (mark.first_slice, mark.slice_index, mark.last_slice) == (5, 5, 5)
    assert selected_mark(state) is mark
    assert state.marks.drawn is None


@pytest.mark.parametrize("tool", [Tool.POINT, Tool.TEXT, Tool.PROBE])
def test_one_press_sets_a_spot(tool: Tool) -> None:
    state = drawing_begun(tool_chosen(ready(), tool), Slot.RCC, ImagePoint(5, 5), "new")
    assert [mark.points for mark in all_marks(state)] == [(ImagePoint(5, 5),)]


def test_a_mark_without_extent_and_a_press_beside_the_image_leave_nothing() -> None:
    state = tool_chosen(ready(), Tool.RECTANGLE)
    assert all_marks(drawn_line(state, (5, 5), (5, 30))) == ()
    outside = drawing_begun(state, Slot.RCC, ImagePoint(-1, 5), "new")
    assert outside.marks.drawn is None


def test_points_beyond_the_image_are_taken_to_its_edge() -> None:
    state = drawn_line(tool_chosen(ready(), Tool.LENGTH), (5, 5), (900, -7))
    assert all_marks(state)[0].points[1] == ImagePoint(200, 0)


def test_the_probe_follows_the_pointer_and_is_no_mark() -> None:
    state = probed(tool_chosen(ready(), Tool.PROBE), Slot.RCC, ImagePoint(7, 8))
    (shown,) = pane_marks(state, Slot.RCC).marks
    assert (shown.mark_id, shown.points) == (PROBING, (ImagePoint(7, 8),))
    assert all_marks(state) == ()
    assert pane_marks(state, Slot.LCC).marks == ()
    assert pane_marks(probe_lifted(state), Slot.RCC).marks == ()
    assert probed(state, Slot.RCC, ImagePoint(-1, 8)).marks.drawn is None


def test_escape_gives_up_the_drawn_mark_then_the_tool_then_the_selection() -> None:
    state = mark_added(ready(), make_mark())
    state = drawing_begun(tool_chosen(state, Tool.LENGTH), Slot.RCC, ImagePoint(5, 5), "new")
    state = mark_left(mark_selected(state, "m"))
    assert (state.marks.drawn, state.options.tool) == (None, Tool.LENGTH)
    state = mark_left(state)
    assert (state.options.tool, state.marks.selected) == (Tool.WINDOW, "m")
    state = mark_left(state)
    assert state.marks.selected is None
    assert not has_mark_to_leave(state)


def test_a_drag_shows_the_mark_on_its_way_and_is_one_step() -> None:
    state = mark_added(ready(), make_mark())
    start = all_marks(state)[0]
    for by in (2.0, 5.0, 8.0):
        state = mark_dragged(state, start, 1, by, 0.0)
        assert pane_marks(to_slice(state, Slot.RCC, 3), Slot.RCC).marks[0].points[1].row == 20 + by
        assert all_marks(state) == (start,)
    state = drag_ended(state)
    assert all_marks(state)[0].points == (ImagePoint(10, 10), ImagePoint(28, 30))
    assert all_marks(undone(state)) == (start,)


def test_undo_and_redo_walk_through_adding_changing_and_deleting() -> None:
    state = ready()
    seen = [all_marks(state)]
    for step in (
        lambda s: mark_added(s, make_mark()),
        lambda s: mark_added(s, make_mark("n")),
        lambda s: mark_changed(s, make_mark(mark_class=MarkClass.MASS)),
        lambda s: mark_deleted(s, "n"),
    ):
        state = step(state)
        seen.append(all_marks(state))
    for before in reversed(seen[:-1]):
        state = undone(state)
        assert all_marks(state) == before
    assert undone(state) is state
    for after in seen[1:]:
        state = redone(state)
        assert all_marks(state) == after
    assert redone(state) is state


def test_a_new_change_ends_what_can_be_redone() -> None:
    state = undone(mark_added(ready(), make_mark()))
    assert can_redo(state)
    assert not can_redo(mark_added(state, make_mark("n")))


@unhurried
@given(st.lists(st.sampled_from(("add", "delete", "undo", "redo", "change")), max_size=40))
def test_undoing_all_and_redoing_all_comes_back(steps: list[str]) -> None:
    state = ready()
    for number, step in enumerate(steps):
        marks = all_marks(state)
        if step == "add":
            state = mark_added(state, make_mark(f"m{number}"))
        elif step == "delete" and marks:
            state = mark_deleted(state, marks[0].mark_id)
        elif step == "change" and marks:
            state = mark_changed(state, replace(marks[-1], text=f"{number}"))
        elif step == "undo":
            state = undone(state)
        elif step == "redo":
            state = redone(state)
    last = all_marks(state)
    future = len(state.marks.exams[EXAM.exam_id].future)
    back = 0
    while undone(state) is not state:
        state, back = undone(state), back + 1
    assert all_marks(state) == ()
    for _ in range(back):
        state = redone(state)
    assert all_marks(state) == last
    assert len(state.marks.exams[EXAM.exam_id].future) == future


def test_the_history_is_bounded() -> None:
    state = mark_added(ready(), make_mark())
    for number in range(MOST_STEPS + 30):
        state = mark_changed(state, make_mark(text=f"{number}"))
    assert len(state.marks.exams[EXAM.exam_id].past) == MOST_STEPS


def test_key_images_are_not_in_the_history() -> None:
    state = key_image_toggled(mark_added(ready(), make_mark()))
    assert len(key_images(undone(state))) == 1


def test_a_key_image_comes_back_with_slice_window_and_framing() -> None:
    state = to_slice(zoomed_centre(ready(), Slot.RCC, 2.0), Slot.RCC, 8)
    flagged = key_image_toggled(state)
    shown = flagged.active_pane
    assert is_key_image(flagged, shown)
    assert pane_marks(flagged, Slot.RCC).is_key_image
    away = activated(to_slice(flagged, Slot.RCC, 1), Slot.LMLO)
    assert not pane_marks(away, Slot.RCC).is_key_image
    back = key_image_shown(away, open_key_images(flagged)[0])
    assert (back.active, back.active_pane) == (Slot.RCC, shown)
    assert key_images(key_image_toggled(flagged)) == ()
    assert key_images(key_image_dropped(away, shown)) == ()


def test_going_to_a_mark_brings_up_image_and_slice() -> None:
    state = ready()
    state = mark_added(state, make_mark())
    state = mark_added(
        state,
        make_mark("n", image_id="a-LMLO-SYNTHETIC_2D", slice_index=0, first_slice=0, last_slice=0),
    )
    shown = mark_shown(state, "n")
    assert (shown.active, shown.active_pane.image_id) == (Slot.LMLO, "a-LMLO-SYNTHETIC_2D")
    shown = mark_stepped(shown, 1)
    assert (shown.marks.selected, shown.active_pane.image_id) == ("m", IMAGE)
    assert shown.active_pane.slice_index == 3
    assert mark_stepped(shown, -1).marks.selected == "n"


def test_a_mark_is_seen_on_its_slices_only_and_goes_where_it_was_drawn() -> None:
    state = mark_added(ready(), make_mark(last_slice=5))
    assert mark_shown(to_slice(state, Slot.RCC, 4), "m").active_pane.slice_index == 4
    assert mark_shown(to_slice(state, Slot.RCC, 9), "m").active_pane.slice_index == 3


def test_hidden_marks_are_in_no_pane_and_no_picture() -> None:
    state = marks_toggled(mark_added(ready(), make_mark()))
    assert pane_marks(state, Slot.RCC).marks == ()
    assert picture_marks(state, Slot.RCC).marks == ()


def test_hiding_selects_none_and_a_new_mark_shows_them_again() -> None:
    state = marks_toggled(mark_added(ready(), make_mark()))
    assert selected_mark(state) is None
    assert mark_added(state, make_mark("n")).marks.visible
    assert mark_shown(state, "m").marks.visible


def test_pictures_leave_out_words_unless_they_are_wanted() -> None:
    state = mark_added(ready(), make_mark(text="Mrs Smith"))
    text = make_mark("n", shape=MarkShape.TEXT, points=(ImagePoint(1, 1),), text="Mrs Smith")
    state = mark_added(state, text)
    (shown,) = picture_marks(state, Slot.RCC).marks
    assert shown.text == ""
    assert picture_marks(state, Slot.RCC).selected is None
    wanted = replace(state, marks=replace(state.marks, words_in_pictures=True))
    assert [mark.text for mark in picture_marks(wanted, Slot.RCC).marks] == ["Mrs Smith"] * 2


@pytest.mark.parametrize(
    "tool",
    # An outline is drawn corner by corner instead.
    [t for t in Tool if t.value in {s.value for s in MarkShape} and t is not Tool.OUTLINE],
)
def test_a_key_sets_a_mark_in_the_image_and_arrows_move_its_handles(tool: Tool) -> None:
    state = mark_set_at_centre(tool_chosen(ready(), tool), "new")
    mark = selected_mark(state)
    assert mark is not None
    assert state.marks.editing
    assert all(0 <= p.row <= 200 and 0 <= p.column <= 150 for p in mark.points)
    moved = selected_mark(nudged(nudged(state, 1, 0), 0, 1))
    assert moved is not None
    assert moved != mark
    whole = state
    while whole.marks.handle is not None:
        whole = handle_stepped(whole, 1)
    there = selected_mark(nudged(whole, -3, 2))
    assert there is not None
    for old, new in zip(mark.points, there.points, strict=True):
        assert new == pytest.approx((old.row + 2, old.column - 3))


def test_a_mark_set_by_keys_lies_in_the_breast_of_a_fit_and_in_the_middle_of_a_zoom() -> None:
    state = tool_chosen(ready(), Tool.POINT)
    assert selected_mark(mark_set_at_centre(state, "new")).points[0] == ImagePoint(100, 112.5)
    left = activated(state, Slot.LCC)
    assert selected_mark(mark_set_at_centre(left, "new")).points[0] == ImagePoint(100, 37.5)
    zoomed = zoomed_centre(state, Slot.RCC, 3.0)
    middle = viewport_of(zoomed, Slot.RCC).to_image(150, 200)
    assert selected_mark(mark_set_at_centre(zoomed, "new")).points[0] == pytest.approx(middle)


def test_an_edit_by_keys_is_undone_as_one_step() -> None:
    state = editing_begun(mark_added(ready(), make_mark()))
    for _ in range(5):
        state = nudged(state, 1, 0)
    assert all_marks(state)[0].points[1].column == 35
    assert all_marks(undone(state)) == (make_mark(),)


def test_arrows_follow_the_screen_in_a_flipped_pane() -> None:
    state = flipped(ready(), Slot.RCC, horizontally=True)
    state = nudged(editing_begun(mark_added(state, make_mark())), 4, 0)
    assert all_marks(state)[0].points[1].column == 26


def test_marks_turn_with_an_image_that_is_laid_otherwise() -> None:
    state = mark_added(ready(), make_mark())
    image = state.image(IMAGE)
    assert image is not None
    turned = replace(image, orientation=Orientation(columns_reversed=True))
    images = tuple(turned if i.image_id == IMAGE else i for i in EXAM.images)
    state = corrected(state, replace(EXAM, images=images))
    assert marks_on(state, turned) == ()
    state = laid_as_open(state)
    assert [p.column for p in marks_on(state, turned)[0].points] == [140, 120]
    assert undone(state) is state


def test_marks_of_a_closed_exam_are_forgotten_and_those_of_others_stay() -> None:
    other = make_exam("b")
    state = mark_added(ready(EXAM, other), make_mark())
    state = laid_as_open(closed(state, "id of b"))
    assert set(state.marks.exams) == {EXAM.exam_id}
    assert len(all_marks(state)) == 1


def test_a_mark_on_a_prior_is_the_priors() -> None:
    prior = make_exam("b", [make_image("RCC", kind=ImageKind.FFDM, image_id="b-RCC")])
    state = ready(EXAM, prior)
    mark = make_mark(image_id="b-RCC", slice_index=0, first_slice=0, last_slice=0)
    state = mark_added(state, mark)
    assert state.marks.exams["id of b"].kept.marks == (mark,)
    assert all_marks(state) == ()
