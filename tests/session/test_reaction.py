"""What the reader waits for after a change of the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import make_exam

from viewer.domain.responsiveness import Reaction
from viewer.session.exams import stepped
from viewer.session.framing import panned_by
from viewer.session.options import text_toggled
from viewer.session.placing import activated, kind_toggled, maximised
from viewer.session.reaction import changed_names, reaction_of
from viewer.session.readings import opened
from viewer.session.scrolling import scrolled
from viewer.session.session import Change
from viewer.session.state import SessionState
from viewer.session.windows import inverted, window_dragged


def hung() -> SessionState:
    state = opened(SessionState(), [make_exam("one"), make_exam("two")])
    return replace(state, pane_sizes={slot: (400, 500) for slot in state.panes})


CASES: list[tuple[Callable[[SessionState], SessionState], Reaction | None]] = [
    (lambda state: scrolled(state, state.active, 1), Reaction.SLICE),
    (lambda state: window_dragged(state, state.active, 30, 10), Reaction.WINDOW),
    (lambda state: inverted(state, state.active), Reaction.WINDOW),
    (lambda state: panned_by(state, state.active, 20, 0), Reaction.FRAMING),
    (lambda state: maximised(state, state.active), Reaction.STAGE),
    (lambda state: kind_toggled(state, state.active), Reaction.STAGE),
    (lambda state: stepped(state, 1), Reaction.EXAM),
    (lambda state: activated(state, state.shown_slots[-1]), None),
    (text_toggled, None),
]


@pytest.mark.parametrize(("transition", "expected"), CASES)
def test_a_change_is_named_by_what_has_to_be_drawn(
    transition: Callable[[SessionState], SessionState], expected: Reaction | None
) -> None:
    old = hung()
    new = transition(old)
    assert new is not old
    assert reaction_of(Change(old=old, new=new)) is expected


def test_nothing_is_waited_for_without_an_exam() -> None:
    old = SessionState()
    change = Change(old=old, new=scrolled(old, old.active, 1))
    assert reaction_of(change) is None


def test_the_changed_parts_are_named() -> None:
    old = hung()
    change = Change(old=old, new=scrolled(old, old.active, 1))
    assert "panes" in changed_names(change)
    assert "overlay" not in changed_names(change)


def test_a_dragged_window_keeps_the_images_and_another_kind_does_not() -> None:
    old = hung()
    dragged = Change(old=old, new=window_dragged(old, old.active, 30, 10))
    assert dragged.keeps_images
    assert not dragged.is_scrolling
    assert Change(old=old, new=scrolled(old, old.active, 1)).keeps_images
    assert not Change(old=old, new=kind_toggled(old, old.active)).keeps_images
    assert not Change(old=old, new=text_toggled(old)).keeps_images
