"""Moving through slices, in one pane or in all by relative depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.pane_state import PaneState
from viewer.session.state import SessionState


def scrolled(state: SessionState, slot: Slot, by: int) -> SessionState:
    """Move a pane by so many slices, at most to the ends."""
    return to_slice(state, slot, state.panes[slot].slice_index + by)


def to_slice(state: SessionState, slot: Slot, slice_index: int) -> SessionState:
    """Show a slice, or the nearest there is; linked panes follow to the same relative depth."""
    image = state.image_in(slot)
    if image is None:
        return state
    target = min(max(slice_index, 0), image.slices - 1)
    panes = dict(state.panes)
    panes[slot] = _at(panes[slot], target)
    if state.options.linked_scrolling and image.slices > 1:
        panes |= _followers(state, slot, target / (image.slices - 1))
    if all(panes[s] is state.panes[s] for s in panes):
        return state
    return replace(state, panes=panes)


def to_end(state: SessionState, slot: Slot, *, last: bool) -> SessionState:
    """Show the first or the last slice."""
    image = state.image_in(slot)
    if image is None:
        return state
    return to_slice(state, slot, image.slices - 1 if last else 0)


def cine_step(state: SessionState, slot: Slot) -> SessionState:
    """Show the next slice, after the last the first."""
    image = state.image_in(slot)
    if image is None or image.slices < 2:
        return state
    return to_slice(state, slot, (state.panes[slot].slice_index + 1) % image.slices)


def _followers(
    state: SessionState, leader: Slot, relative_depth: float
) -> Mapping[Slot, PaneState]:
    """The other panes at a relative depth, 0 (first slice) to 1 (last)."""
    moved = {}
    for slot in state.filled_slots:
        image = state.image_in(slot)
        if slot != leader and image is not None and image.slices > 1:
            target = int(relative_depth * (image.slices - 1) + 0.5)
            moved[slot] = _at(state.panes[slot], target)
    return moved


def _at(pane: PaneState, slice_index: int) -> PaneState:
    return pane if pane.slice_index == slice_index else replace(pane, slice_index=slice_index)
