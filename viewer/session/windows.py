"""Brightness and contrast of panes: header presets, drags, invert, flips, reset."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.viewport import FITTED
from viewer.domain.windowing import VoiLut
from viewer.rendering.scene import shown_voi
from viewer.session.staging import shown_as_remembered
from viewer.session.state import SessionState

Change = Callable[[ImageStack, PaneState], PaneState]

DRAG_PIXELS_FOR_WHOLE_WIDTH = 500.0
"""A drag of so many device pixels moves a window by its own width."""


def preset_chosen(state: SessionState, slot: Slot, preset: int) -> SessionState:
    """Use one of the header's windows or LUTs, counted from 0; linked panes that have it follow."""
    image = state.image_in(slot)
    if image is None or preset >= len(image.vois_of(state.panes[slot].slice_index)):
        return state

    def change(other: ImageStack, pane: PaneState) -> PaneState:
        if preset >= len(other.vois_of(pane.slice_index)):
            return pane
        return replace(pane, preset=preset, window=None)

    return _each_linked(state, slot, change)


def window_dragged(
    state: SessionState, slot: Slot, device_dx: float, device_dy: float
) -> SessionState:
    """Widen by dragging right, brighten by dragging up; linked panes move by the same share.

    The step is a share of each window's own width, so images of other bit depths feel alike.
    A LUT becomes the window nearest to it; of a falling LUT an inverted one, and the pane says so.
    """

    def change(image: ImageStack, pane: PaneState) -> PaneState:
        voi = shown_voi(image, pane)
        window = image.draggable_window(voi)
        inverted = pane.inverted != (isinstance(voi, VoiLut) and voi.falls)
        step = window.width / DRAG_PIXELS_FOR_WHOLE_WIDTH
        low_is_bright = image.grey_scale.monochrome1 != inverted
        moved = window.moved(
            center_by=device_dy * step * (-1 if low_is_bright else 1),
            width_by=device_dx * step,
            least_width=min(1.0, abs(image.grey_scale.slope)),
        )
        return replace(pane, window=moved, inverted=inverted)

    return _each_linked(state, slot, change)


def inverted(state: SessionState, slot: Slot) -> SessionState:
    """Exchange black and white, in linked panes alike."""
    to = not state.panes[slot].inverted
    return _each_linked(state, slot, lambda _, pane: replace(pane, inverted=to))


def flipped(state: SessionState, slot: Slot, *, horizontally: bool) -> SessionState:
    """Mirror one pane left to right, or top to bottom."""

    def change(_: ImageStack, pane: PaneState) -> PaneState:
        if horizontally:
            return replace(pane, flipped_horizontally=not pane.flipped_horizontally)
        return replace(pane, flipped_vertically=not pane.flipped_vertically)

    return _each(state, (slot,), change)


def reset(state: SessionState, slot: Slot) -> SessionState:
    """Show the image as it came: first preset, not inverted, not flipped, fitted; same slice."""

    def change(_: ImageStack, pane: PaneState) -> PaneState:
        return PaneState(image_id=pane.image_id, slice_index=pane.slice_index, framing=FITTED)

    return _each(state, (slot,), change)


def _linked(state: SessionState, slot: Slot) -> tuple[Slot, ...]:
    """The slot itself, and those that hold the same kind of image while windows are linked."""
    image = state.image_in(slot)
    if image is None:
        return ()
    if not state.options.linked_windows:
        return (slot,)
    return tuple(
        other
        for other in state.filled_slots
        if (shown := state.image_in(other)) is not None and shown.kind is image.kind
    )


def _each_linked(state: SessionState, slot: Slot, change: Change) -> SessionState:
    """Change the linked panes, and images of their kind and studies that hang in other stages."""
    slots = _linked(state, slot)
    changed = _each(state, slots, change)
    leader = state.image_in(slot)
    if leader is None or not state.options.linked_windows:
        return changed
    on_screen = {pane.image_id for pane in state.panes.values()}
    ids = {pane.image_id for one in slots if (pane := state.panes[one]).image_id is not None}
    remembered = dict(state.remembered)
    for exam in state.exams:
        if ids.isdisjoint(image.image_id for image in exam.images):
            continue
        for image in exam.images:
            if image.kind is leader.kind and image.image_id not in on_screen:
                remembered[image.image_id] = change(image, shown_as_remembered(state, image))
    if remembered == dict(state.remembered):
        return changed
    return replace(changed, remembered=remembered)


def _each(state: SessionState, slots: Iterable[Slot], change: Change) -> SessionState:
    panes = dict(state.panes)
    for slot in slots:
        image = state.image_in(slot)
        if image is not None:
            panes[slot] = change(image, panes[slot])
    if all(panes[slot] is state.panes[slot] for slot in panes):
        return state
    return replace(state, panes=panes)
