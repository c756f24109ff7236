"""Opening, hanging, choosing, correcting and closing exams."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image, make_prediction, make_view

from viewer.domain.ai_state import Done, NotRun, Queued
from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.view import ImageKind
from viewer.session.ai_results import ai_stands
from viewer.session.exams import chosen, closed, corrected, stepped
from viewer.session.placing import kind_toggled, next_view
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.session import Change, Session
from viewer.session.state import Layout, SessionState
from viewer.session.windows import inverted


def test_an_opened_exam_hangs_its_dbt_at_the_middle_slice() -> None:
    state = opened(SessionState(), [make_exam()])
    assert [state.image_in(slot).view.abbreviation for slot in STANDARD_SLOTS] == [
        "RCC",
        "LCC",
        "RMLO",
        "LMLO",
    ]
    assert all(state.image_in(slot).kind is ImageKind.DBT for slot in STANDARD_SLOTS)
    assert {pane.slice_index for pane in state.panes.values()} == {5}
    assert state.active == Slot.RCC
    assert state.layout is Layout.FOUR_UP


def test_a_missing_view_leaves_its_place_empty_and_the_active_pane_is_a_filled_one() -> None:
    state = opened(SessionState(), [make_exam(images=[make_image("LCC"), make_image("LMLO")])])
    assert state.filled_slots == (Slot.LCC, Slot.LMLO)
    assert state.image_in(Slot.RCC) is None
    assert state.active == Slot.LCC


def test_an_exam_without_any_standard_view_is_shown_all_the_same() -> None:
    images = [make_image("", image_id=f"u{n}") for n in range(3)]
    state = opened(SessionState(), [make_exam(images=images)])
    assert state.filled_slots == (Slot.RCC, Slot.LCC, Slot.RMLO)


def test_an_exam_of_one_image_fills_the_window() -> None:
    state = opened(SessionState(), [make_exam(images=[make_image("LMLO")])])
    assert state.layout is Layout.SINGLE
    assert state.shown_slots == (Slot.LMLO,)


def test_opening_an_exam_again_replaces_it_in_its_place() -> None:
    first = opened(SessionState(), [make_exam("a"), make_exam("b")])
    again = opened(first, [make_exam("a")])
    assert [exam.alias for exam in again.exams] == ["a", "b"]
    assert again.exam.alias == "a"


def test_opening_nothing_changes_nothing() -> None:
    state = opened(SessionState(), [make_exam()])
    assert opened(state, []) is state


def test_coming_back_to_an_exam_brings_its_slices_back() -> None:
    state = opened(SessionState(), [make_exam("a"), make_exam("b")])
    state = to_slice(state, Slot.RMLO, 9)
    state = stepped(stepped(state, 1), 1)
    assert state.exam.alias == "a"
    assert state.panes[Slot.RMLO].slice_index == 9


def test_closing_an_exam_forgets_its_images_and_hangs_the_next() -> None:
    state = opened(SessionState(), [make_exam("a"), make_exam("b")])
    image = state.active_image
    state = ai_stands(state, image.image_id, Done(make_prediction(image)))
    state = closed(state, state.exam_id)
    assert state.exam.alias == "b"
    assert state.ai == {}
    assert image.image_id not in state.remembered


def test_closing_the_last_exam_leaves_an_empty_window_with_its_options() -> None:
    state = opened(SessionState(), [make_exam()])
    state = replace(state, options=replace(state.options, linked_scrolling=True))
    state = closed(state, state.exam_id)
    assert state.exam is None
    assert state.filled_slots == ()
    assert state.options.linked_scrolling


def test_choosing_an_exam_that_is_not_open_raises() -> None:
    with pytest.raises(KeyError):
        chosen(SessionState(), "nowhere")


def test_an_assigned_view_hangs_and_what_the_ai_said_of_it_is_forgotten() -> None:
    unknown, known = make_image("", image_id="u"), make_image("LCC")
    exam = make_exam(images=[unknown, known])
    state = opened(SessionState(), [exam])
    for image in (unknown, known):
        state = ai_stands(state, image.image_id, Done(make_prediction(image)))
    assigned = replace(unknown, view=make_view("RMLO"))
    state = corrected(state, replace(exam, images=(assigned, known)))
    assert state.image_in(Slot.RMLO) is assigned
    assert isinstance(state.ai_of("u"), NotRun)
    assert isinstance(state.ai_of(known.image_id), Done)


def test_news_of_the_ai_on_a_closed_exam_is_dropped() -> None:
    state = opened(SessionState(), [make_exam()])
    assert ai_stands(state, "an image of yesterday", Queued()) is state


def test_a_session_tells_listeners_what_changed_and_nothing_else() -> None:
    session = Session()
    seen: list[Change] = []
    session.changed.connect(seen.append)
    session.apply(lambda state: opened(state, [make_exam()]))
    session.apply(lambda state: to_slice(state, Slot.LCC, 3))
    session.apply(lambda state: to_slice(state, Slot.LCC, 3))
    assert len(seen) == 2
    assert seen[0].touches("exams", "exam_id")
    assert seen[1].slots == {Slot.LCC}
    assert not seen[1].touches("exams", "ai", "overlay")


def test_scrolling_is_told_from_everything_else() -> None:
    session = Session(opened(SessionState(), [make_exam()]))
    seen: list[Change] = []
    session.changed.connect(seen.append)
    session.apply(lambda state: to_slice(state, Slot.LCC, 3))
    session.apply(lambda state: next_view(state, 1))
    session.apply(lambda state: inverted(state, Slot.LCC))
    session.apply(lambda state: kind_toggled(state, Slot.LCC))
    assert [change.is_scrolling for change in seen] == [True, False, False, False]
