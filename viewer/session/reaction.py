"""What a change of the session makes the reader wait for."""

from __future__ import annotations

from dataclasses import fields

from viewer.domain.responsiveness import Reaction
from viewer.session.session import Change
from viewer.session.state import SessionState

_NAMES = tuple(f.name for f in fields(SessionState))


def changed_names(change: Change) -> tuple[str, ...]:
    """The fields of the state that differ."""
    return tuple(name for name in _NAMES if name in change.touched)


def reaction_of(change: Change) -> Reaction | None:
    """The reaction the reader waits for; None when no image has to be drawn for it.

    The heaviest counts: another exam before another stage, before slice, window and framing.
    """
    if change.touches("exam_id"):
        return Reaction.EXAM
    if change.new.exam is None:
        return None
    if change.new.shown_slots != change.old.shown_slots:
        return Reaction.STAGE
    return _reaction_of_panes(change) if change.touches("panes") else None


def _reaction_of_panes(change: Change) -> Reaction | None:
    pairs = [
        (change.old.panes[slot], change.new.panes[slot])
        for slot in change.new.shown_slots
        if change.old.panes[slot] is not change.new.panes[slot]
    ]
    for names, reaction in (
        (("image_id",), Reaction.STAGE),
        (("slice_index",), Reaction.SLICE),
        (("window", "preset", "inverted"), Reaction.WINDOW),
        (("framing",), Reaction.FRAMING),
    ):
        if any(getattr(old, name) != getattr(new, name) for old, new in pairs for name in names):
            return reaction
    return None
