"""Choosing a slab, and what panes need of their volumes for it."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import Slab, SlabMode, is_slab, slab_slices, thicknesses_of
from viewer.session.state import SessionState


def slab_stepped(state: SessionState, slot: Slot, by: int) -> SessionState:
    """The next thicker or thinner slab of at least two slices; the thinnest is the slice alone."""
    slab, image = state.panes[slot].slab, state.image_in(slot)
    if image is None:
        return state
    steps = (0.0, *thicknesses_of(image))
    thinner = [step for step in steps if step <= slab.thickness]
    index = min(max(len(thinner) - 1 + by, 0), len(steps) - 1)
    return _with_slab(state, slot, replace(slab, thickness=steps[index]))


def slab_mode_stepped(state: SessionState, slot: Slot) -> SessionState:
    """Mean, maximum, minimum: the next; where no slab is shown, the thinnest one is."""
    slab = state.panes[slot].slab
    if slab.thickness == 0:
        return slab_stepped(state, slot, 1)
    modes = list(SlabMode)
    mode = modes[(modes.index(slab.mode) + 1) % len(modes)]
    return _with_slab(state, slot, replace(slab, mode=mode))


def shown_slices(state: SessionState, pane: PaneState) -> tuple[int, ...]:
    """The slices that a pane puts on screen, its own first."""
    image = None if pane.image_id is None else state.image(pane.image_id)
    if image is None:
        return (pane.slice_index,)
    around = slab_slices(pane.slab, pane.slice_index, image)
    return (pane.slice_index, *(index for index in around if index != pane.slice_index))


def is_shown_as_slab(state: SessionState, image: ImageStack) -> bool:
    """Whether a pane on screen shows several slices of an image put together."""
    panes = (state.panes[slot] for slot in state.shown_slots)
    return any(
        pane.image_id == image.image_id and is_slab(pane.slab, pane.slice_index, image)
        for pane in panes
    )


def _with_slab(state: SessionState, slot: Slot, slab: Slab) -> SessionState:
    image = state.image_in(slot)
    if image is None or image.slices < 2 or slab == state.panes[slot].slab:
        return state
    return replace(state, panes={**state.panes, slot: replace(state.panes[slot], slab=slab)})
