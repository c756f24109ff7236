"""Undoing and redoing steps of marks where the reader sees what they change."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.mark import ImagePoint, Mark
from viewer.domain.mark_geometry import bounds
from viewer.rendering.mark_words import mark_title, slice_words
from viewer.session.framing import kept_in_sight
from viewer.session.marks import all_marks, redone, undone
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState


def undone_in_sight(state: SessionState) -> SessionState:
    """Go one step back; a pane that shows the image goes to the mark that changed."""
    return _in_sight(state, undone(state))


def redone_in_sight(state: SessionState) -> SessionState:
    """Go one step forward again; a pane that shows the image goes to the mark that changed."""
    return _in_sight(state, redone(state))


def step_elsewhere(before: SessionState, after: SessionState, done: str) -> str:
    """What a step changed where no pane shows it; empty where one does, or nothing changed.

    done: such as "Undone".
    """
    changed = _changed(before, after)
    if not changed or _slot_of(after, changed[-1]) is not None:
        return ""
    mark = changed[-1]
    image = after.image(mark.image_id)
    if image is None:
        return f"{done}: {mark_title(mark)} on an image that is not open."
    many = mark.first_slice != mark.last_slice
    where = f", slice{'s' if many else ''} {slice_words(mark)}" if image.slices > 1 else ""
    return f"{done}: {mark_title(mark)} on {image.name}{where}; the image is not on screen."


def _in_sight(before: SessionState, after: SessionState) -> SessionState:
    changed = _changed(before, after)
    if not changed:
        return after
    if not after.marks.visible:
        after = replace(after, marks=replace(after.marks, visible=True))
    mark = changed[-1]
    slot = _slot_of(after, mark)
    if slot is None:
        return after
    if not any(one.is_on(after.panes[slot].slice_index) for one in changed):
        after = to_slice(after, slot, mark.slice_index)
    top, left, bottom, right = bounds(mark.points)
    return kept_in_sight(after, slot, ImagePoint((top + bottom) / 2, (left + right) / 2))


def _changed(before: SessionState, after: SessionState) -> tuple[Mark, ...]:
    """The mark that a step changed: as it was, and last as it is, or the one that there is."""
    old = {mark.mark_id: mark for mark in all_marks(before)}
    new = {mark.mark_id: mark for mark in all_marks(after)}
    differing = [i for i in {**old, **new} if old.get(i) != new.get(i)]
    if not differing:
        return ()
    found = old.get(differing[-1]), new.get(differing[-1])
    return tuple(mark for mark in found if mark is not None)


def _slot_of(state: SessionState, mark: Mark) -> Slot | None:
    """The slot on screen that shows the mark's image, the active one before others."""
    showing = [s for s in state.shown_slots if state.panes[s].image_id == mark.image_id]
    return state.active if state.active in showing else next(iter(showing), None)
