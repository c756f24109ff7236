"""Which image stands where: active pane, single view, kinds in place, extra images."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import (
    Slot,
    images_by_slot,
    related_slot,
    slot_of,
    unhung,
    wanted_first,
)
from viewer.domain.image_stack import ImageStack
from viewer.domain.slice_depth import relative_depth, slice_at_relative_depth
from viewer.domain.view import ImageKind
from viewer.session.staging import (
    exam_in,
    remembering,
    shown_as_remembered,
    slot_for,
    with_place_for,
)
from viewer.session.state import Layout, SessionState


def activated(state: SessionState, slot: Slot) -> SessionState:
    """Let keys act on a pane."""
    return state if state.active == slot else replace(state, active=slot)


def next_view(state: SessionState, by: int) -> SessionState:
    """Make the next or previous pane with an image active, around the end."""
    filled = state.filled_slots
    if not filled:
        return state
    if state.active not in filled:
        return activated(state, filled[0])
    return activated(state, filled[(filled.index(state.active) + by) % len(filled)])


def next_pane(state: SessionState, by: int) -> SessionState:
    """Make the next or previous place active, empty ones too, around the end."""
    slots = state.slots
    return activated(state, slots[(slots.index(state.active) + by) % len(slots)])


def with_layout(state: SessionState, layout: Layout) -> SessionState:
    """Show every place of the stage, or the active one alone."""
    return state if state.layout is layout else replace(state, layout=layout)


def maximised(state: SessionState, slot: Slot) -> SessionState:
    """Show one view alone; again: all of the stage."""
    if state.layout is Layout.SINGLE:
        return with_layout(state, Layout.FOUR_UP)
    return with_layout(activated(state, slot), Layout.SINGLE)


def image_shown(state: SessionState, slot: Slot, image_id: str) -> SessionState:
    """Put an image into a slot, as it was last shown; the framing stays that of the slot."""
    image = state.image(image_id)
    before = state.panes[slot]
    if image is None or before.image_id == image_id:
        return state
    state = remembering(state)
    pane = replace(shown_as_remembered(state, image), framing=before.framing)
    old = state.image_in(slot)
    if old is not None and image_id not in state.remembered and min(old.slices, image.slices) > 1:
        depth = relative_depth(old, before.slice_index)
        pane = replace(pane, slice_index=slice_at_relative_depth(image, depth))
    if old is not None and old.view == image.view:
        pane = replace(
            pane,
            flipped_horizontally=before.flipped_horizontally,
            flipped_vertically=before.flipped_vertically,
        )
    return replace(state, panes={**state.panes, slot: pane})


def brought_up(state: SessionState, image_id: str) -> SessionState:
    """Show an image where it belongs, and make that pane active."""
    image = state.image(image_id)
    if image is None:
        return state
    state = with_place_for(state, image)
    slot = slot_for(state, image)
    return image_shown(activated(state, slot), slot, image_id)


def kinds_of(state: SessionState, slot: Slot) -> tuple[ImageStack, ...]:
    """The first image of each kind that the slot's view has, in the order the key steps."""
    first: dict[ImageKind, ImageStack] = {}
    for image in _same_view(state, slot):
        first.setdefault(image.kind, image)
    return tuple(first.values())


def kind_toggled(state: SessionState, slot: Slot) -> SessionState:
    """Show the next kind of the slot's view (DBT, synthetic 2D, FFDM) in place."""
    shown = state.image_in(slot)
    kinds = kinds_of(state, slot)
    if shown is None or len(kinds) < 2:
        return state
    names = [image.kind for image in kinds]
    following = names.index(shown.kind) + 1 if shown.kind in names else 0
    return image_shown(state, slot, kinds[following % len(kinds)].image_id)


def kind_everywhere(state: SessionState, kind: ImageKind) -> SessionState:
    """Show this kind in every slot whose view has it."""
    for slot in state.filled_slots:
        for image in kinds_of(state, slot):
            if image.kind is kind:
                state = image_shown(state, slot, image.image_id)
    return state


def extras_of(state: SessionState, slot: Slot) -> tuple[ImageStack, ...]:
    """Every image that can stand in a slot: its view's own, related views, then unknown ones.

    A free place takes any image.
    """
    exam, view = exam_in(state, slot), state.place(slot).view
    if exam is None or view is None:
        return () if exam is None else exam.images
    related = [i for i in unhung(exam.images) if related_slot(i.view) == view]
    unknown = [i for i in unhung(exam.images) if related_slot(i.view) is None]
    return (*images_by_slot(exam.images)[view], *related, *unknown)


def extra_shown(state: SessionState, slot: Slot, by: int = 1) -> SessionState:
    """Show the next image that can stand in the slot, around the end."""
    ids = [image.image_id for image in extras_of(state, slot)]
    if not ids:
        return state
    shown = state.panes[slot].image_id
    following = (ids.index(shown) + by) % len(ids) if shown in ids else 0
    return image_shown(state, slot, ids[following])


def repeat_words(state: SessionState, slot: Slot) -> str:
    """Which of its study's images of one view and kind a slot shows, such as "1 of 2", or nothing.

    Whole ones for presentation count first, as they hang.
    """
    shown = state.image_in(slot)
    exam = None if shown is None else state.exam_of(shown.image_id)
    if shown is None or exam is None or not shown.view.is_known:
        return ""
    alike = [i for i in exam.images if (i.view, i.kind) == (shown.view, shown.kind)]
    ids = [image.image_id for image in sorted(alike, key=wanted_first)]
    return f"{ids.index(shown.image_id) + 1} of {len(ids)}" if len(ids) > 1 else ""


def _same_view(state: SessionState, slot: Slot) -> tuple[ImageStack, ...]:
    """The images of the view that a slot shows, or of the view it is for while it is empty."""
    exam, shown, view = exam_in(state, slot), state.image_in(slot), state.place(slot).view
    if exam is None:
        return ()
    if view is not None and (shown is None or slot_of(shown.view) == view):
        return images_by_slot(exam.images)[view]
    if shown is None:
        return ()
    return tuple(i for i in exam.images if i.view == shown.view and i.view.is_known)
