"""Moving through slices, in one pane or in all that match by depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.session.linked_depth import linked_slice
from viewer.session.state import Cine, CineSweep, SessionState


def scrolled(state: SessionState, slot: Slot, by: int) -> SessionState:
    """Move a pane by so many slices, at most to the ends."""
    return to_slice(state, slot, state.panes[slot].slice_index + by)


def to_slice(state: SessionState, slot: Slot, slice_index: int) -> SessionState:
    """Show a slice, or the nearest there is; linked panes follow by depth. Cine stops."""
    return _with_cine(_moved(state, slot, slice_index), playing=False)


def to_end(state: SessionState, slot: Slot, *, last: bool) -> SessionState:
    """Show the first or the last slice."""
    image = state.image_in(slot)
    if image is None:
        return state
    return to_slice(state, slot, image.slices - 1 if last else 0)


def cine_step(state: SessionState, slot: Slot) -> SessionState:
    """Show the next slice; at the end go round, turn back, or stop."""
    image = state.image_in(slot)
    if image is None or image.slices < 2:
        return state
    index, last = state.panes[slot].slice_index, image.slices - 1
    match state.options.cine.sweep:
        case CineSweep.ROUND:
            return _moved(state, slot, (index + 1) % image.slices)
        case CineSweep.ONCE:
            stepped = _moved(state, slot, index + 1)
            return stepped if index + 1 < last else _with_cine(stepped, playing=False)
        case CineSweep.BACK_AND_FORTH:
            forwards = state.options.cine.forwards
            if index >= last:
                forwards = False
            elif index <= 0:
                forwards = True
            stepped = _moved(state, slot, index + (1 if forwards else -1))
            return _with_cine(stepped, forwards=forwards)


def cine_started(state: SessionState, slot: Slot) -> SessionState:
    """Play, or stop playing; once through begins anew when it stands at the end."""
    cine, image = state.options.cine, state.image_in(slot)
    if cine.playing:
        return _with_cine(state, playing=False)
    at_end = image is not None and state.panes[slot].slice_index >= image.slices - 1
    if cine.sweep is CineSweep.ONCE and at_end:
        state = _moved(state, slot, 0)
    return _with_cine(state, playing=True, forwards=True)


def cine_sweep_chosen(state: SessionState) -> SessionState:
    """Go round, back and forth, or once through: the next of these."""
    sweeps = list(CineSweep)
    sweep = sweeps[(sweeps.index(state.options.cine.sweep) + 1) % len(sweeps)]
    return _cine(state, replace(state.options.cine, sweep=sweep, forwards=True))


def _with_cine(
    state: SessionState, *, playing: bool | None = None, forwards: bool | None = None
) -> SessionState:
    cine = state.options.cine
    changed = replace(
        cine,
        playing=cine.playing if playing is None else playing,
        forwards=cine.forwards if forwards is None else forwards,
    )
    return _cine(state, changed)


def _cine(state: SessionState, cine: Cine) -> SessionState:
    if cine == state.options.cine:
        return state
    return replace(state, options=replace(state.options, cine=cine))


def _moved(state: SessionState, slot: Slot, slice_index: int) -> SessionState:
    image = state.image_in(slot)
    if image is None:
        return state
    target = min(max(slice_index, 0), image.slices - 1)
    panes = dict(state.panes)
    panes[slot] = _at(panes[slot], target)
    if state.options.linked_scrolling and image.slices > 1:
        panes |= _followers(state, slot, image, target)
    if all(panes[s] is state.panes[s] for s in panes):
        return state
    return replace(state, panes=panes)


def _followers(
    state: SessionState, leader: Slot, image: ImageStack, slice_index: int
) -> Mapping[Slot, PaneState]:
    """The other panes that follow to the depth of a slice."""
    moved = {}
    for slot in state.filled_slots:
        other = state.image_in(slot)
        target = None if other is None else linked_slice(image, slice_index, other)
        if slot != leader and target is not None:
            moved[slot] = _at(state.panes[slot], target)
    return moved


def _at(pane: PaneState, slice_index: int) -> PaneState:
    return pane if pane.slice_index == slice_index else replace(pane, slice_index=slice_index)
