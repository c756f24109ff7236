"""Which exams are decoded ahead, and what they will show."""

from __future__ import annotations

from builders import make_exam, make_image

from viewer.domain.view import ImageKind
from viewer.session.exams import stepped
from viewer.session.next_exams import exams_ahead, slices_on_hanging
from viewer.session.readings import opened
from viewer.session.scrolling import scrolled
from viewer.session.state import SessionState


def state_of(*names: str) -> SessionState:
    """Exams of an FFDM and a DBT each; the first hangs."""
    exams = [
        make_exam(
            name,
            [
                make_image("LCC", kind=ImageKind.FFDM, image_id=f"{name}-ffdm"),
                make_image("LCC", image_id=f"{name}-dbt", slices=20),
            ],
        )
        for name in names
    ]
    return opened(SessionState(), exams)


def test_the_next_exam_comes_before_the_previous_one_and_none_twice() -> None:
    state = state_of("a", "b", "c")
    a, b, c = (exam.exam_id for exam in state.exams)
    assert exams_ahead(state) == (b, c)
    assert exams_ahead(stepped(state, 1)) == (c, a)
    assert exams_ahead(state_of("a", "b")) == (b,)
    assert exams_ahead(state_of("a")) == ()
    assert exams_ahead(SessionState()) == ()


def test_what_is_on_screen_first_comes_first() -> None:
    state = state_of("a", "b")
    hung = stepped(state, 1)
    shown = slices_on_hanging(state, state.exams[1])
    assert dict(shown) == {"b-dbt": 10, "b-ffdm": 0}
    on_screen = [pane.image_id for pane in hung.panes.values() if pane.image_id is not None]
    assert list(shown)[: len(on_screen)] == on_screen


def test_an_exam_seen_before_shows_the_slice_it_was_left_at() -> None:
    state = state_of("a", "b")
    slot = next(s for s in state.filled_slots if state.panes[s].image_id == "a-dbt")
    left = stepped(scrolled(state, slot, 4), 1)
    assert slices_on_hanging(left, left.exams[0])["a-dbt"] == 14
