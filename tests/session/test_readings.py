"""Exams that are open are read anew."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_image, make_prediction

from viewer.domain.ai_state import Done
from viewer.domain.hanging import Slot
from viewer.session.ai_results import ai_stands
from viewer.session.placing import maximised
from viewer.session.readings import exams_renewed, opened
from viewer.session.scrolling import to_slice
from viewer.session.session import Change, Session
from viewer.session.staging import stage_stepped
from viewer.session.state import Layout, SessionState


def read_by_a_reader() -> SessionState:
    """Two exams, the first as somebody left it: another stage, one view, another slice."""
    state = opened(SessionState(), [make_exam("a"), make_exam("b")])
    state = to_slice(stage_stepped(state, 1), state.active, 7)
    return maximised(state, state.active)


def as_read_again(state: SessionState, image_id: str) -> SessionState:
    """The exam that hangs, one of its images described alike, but another object."""
    exam = state.exam
    images = tuple(replace(i) if i.image_id == image_id else i for i in exam.images)
    return opened(state, [replace(exam, images=images)], frozenset({image_id}))


def test_the_exam_that_hangs_stays_as_it_hangs_when_it_is_the_same() -> None:
    state = read_by_a_reader()
    assert opened(state, [state.exam]) is state
    assert opened(state, state.exams) is state


def test_an_exam_that_is_open_and_does_not_hang_is_hung_in_its_place_of_the_list() -> None:
    state = opened(SessionState(), [make_exam("a"), make_exam("b")])
    other = state.exams[1]
    again = opened(state, [other])
    assert again.exam is other
    assert [exam.alias for exam in again.exams] == ["a", "b"]


def test_with_other_pixels_the_exam_hangs_anew_and_what_was_known_of_them_is_forgotten() -> None:
    state = replace(read_by_a_reader(), seen={})
    changed, kept = state.exam.images[0], state.exam.images[1]
    for image in (changed, kept):
        state = ai_stands(state, image.image_id, Done(make_prediction(image)))
        state = replace(state, seen={**state.seen, image.image_id: frozenset({1})})
    again = as_read_again(state, changed.image_id)
    assert again.layout is Layout.FOUR_UP
    assert again.stage_index == 0
    assert again.ai.keys() == again.seen.keys() == {kept.image_id}


def test_an_image_that_came_hangs_and_the_others_show_the_slice_they_had() -> None:
    whole = make_exam()
    fewer = replace(whole, images=tuple(i for i in whole.images if i.view != whole.images[0].view))
    state = opened(SessionState(), [fewer])
    state = to_slice(state, Slot.LMLO, 2)
    again = opened(state, [whole])
    assert again.image_in(Slot.RCC) in whole.images
    assert again.panes[Slot.LMLO].slice_index == 2


def test_what_is_known_of_an_image_that_went_is_forgotten_with_it() -> None:
    exam = make_exam()
    state = opened(SessionState(), [exam])
    gone = state.image_in(Slot.RCC)
    state = ai_stands(state, gone.image_id, Done(make_prediction(gone)))
    left = replace(exam, images=tuple(i for i in exam.images if i is not gone))
    again = opened(state, [left])
    assert again.ai == {}
    assert gone.image_id not in again.remembered


def test_an_image_with_fewer_slices_now_is_shown_on_one_that_it_has() -> None:
    long, other = make_image("RCC", slices=12), make_image("LCC", slices=12)
    state = opened(SessionState(), [make_exam(images=[long, other])])
    state = to_slice(to_slice(state, Slot.RCC, 11), Slot.LCC, 11)
    short = replace(long, slices=4)
    exam = replace(state.exam, images=(short, other))
    for take in (opened, exams_renewed):
        again = take(state, [exam], frozenset({long.image_id}))
        assert again.panes[Slot.RCC].slice_index == 3
        assert again.panes[Slot.LCC].slice_index == 11


def test_what_comes_out_equal_counts_as_untouched() -> None:
    session = Session(opened(SessionState(), [make_exam()]))
    told: list[Change] = []
    session.changed.connect(told.append)
    session.apply(
        lambda state: replace(
            state,
            panes={slot: replace(pane) for slot, pane in state.panes.items()},
            options=replace(state.options),
            remembered=dict(state.remembered),
        )
    )
    assert told == []
    session.apply(
        lambda state: to_slice(
            replace(state, panes={slot: replace(p) for slot, p in state.panes.items()}),
            Slot.RCC,
            1,
        )
    )
    assert [change.slots for change in told] == [frozenset({Slot.RCC})]
    assert told[0].is_scrolling


def test_places_in_another_order_are_other_places() -> None:
    session = Session(opened(SessionState(), [make_exam()]))
    order = tuple(session.state.panes)[::-1]
    session.apply(lambda state: replace(state, panes={slot: state.panes[slot] for slot in order}))
    assert session.state.slots == order
