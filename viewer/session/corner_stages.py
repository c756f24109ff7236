"""Stages that show corners of breasts at 1:1, laid to where the breasts lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import PlaceFraming
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.quadrant import Quadrant
from viewer.domain.viewport import Framing, actual_pixels_scale
from viewer.session.breast_reach import TissueBox, corner_framing, reach_of, united, unseen_mm
from viewer.session.staging import place_framing
from viewer.session.state import SessionState

NUMBERS = {
    PlaceFraming.UPPER_CHEST: 1,
    PlaceFraming.UPPER_NIPPLE: 2,
    PlaceFraming.LOWER_NIPPLE: 3,
    PlaceFraming.LOWER_CHEST: 4,
}
"""Which quadrant a place shows, counted as `Quadrant` does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidCorners:
    """How panes were framed to their breasts: what the reader moved since then stays."""

    framings: Mapping[Slot, tuple[str, Framing]] = field(default_factory=dict)
    """Image id and framing by slot."""


def corner_images(state: SessionState) -> tuple[ImageStack, ...]:
    """The images on screen whose places show a corner of the breast."""
    slots = [slot for slot in state.shown_slots if state.place(slot).framing in NUMBERS]
    return tuple(image for slot in slots if (image := state.image_in(slot)) is not None)


def corners_laid(
    state: SessionState, boxes: Mapping[str, TissueBox], before: LaidCorners
) -> tuple[SessionState, LaidCorners]:
    """Frame the corners that nobody moved so that they show the breast, not the air beside it.

    boxes: where the breast lies, by image id. Panes of one corner are framed alike, so that right
    and left are mirror images. An image of unknown box stays as its place frames it.
    """
    panes: dict[Slot, PaneState] = {}
    quadrants: list[Quadrant] = []
    for framing, number in NUMBERS.items():
        slots = [slot for slot in _untouched(state, framing, before) if slot in state.pane_sizes]
        images = {slot: state.image_in(slot) for slot in slots}
        known = {s: i for s, i in images.items() if i is not None and i.image_id in boxes}
        if not known:
            continue
        reach = united(reach_of(image, boxes[image.image_id]) for image in known.values())
        unseen = 0.0
        for slot, image in known.items():
            size, scale = state.pane_sizes[slot], actual_pixels_scale(image)
            panes[slot] = replace(
                state.panes[slot], framing=corner_framing(reach, number, scale, size)
            )
            unseen = max(unseen, unseen_mm(reach, scale, size))
        ids = frozenset(image.image_id for image in known.values())
        quadrants.append(Quadrant(number=number, image_ids=ids, unseen_mm=unseen))
    if not panes:
        return state, before
    framed = {slot: (pane.image_id or "", pane.framing) for slot, pane in panes.items()}
    laid = LaidCorners(framings={**before.framings, **framed})
    if all(state.panes[slot] == pane for slot, pane in panes.items()):
        return state, laid
    # One stage may show several corners at once: then titles say which, not a number.
    quadrant = quadrants[0] if len(quadrants) == 1 else None
    changed = replace(state, panes={**state.panes, **panes}, quadrant=quadrant)
    return changed, laid


def _untouched(state: SessionState, framing: PlaceFraming, before: LaidCorners) -> list[Slot]:
    slots = []
    for slot in state.shown_slots:
        image, pane = state.image_in(slot), state.panes[slot]
        if image is None or state.place(slot).framing is not framing:
            continue
        laid = before.framings.get(slot)
        if pane.framing == place_framing(image, framing) or laid == (image.image_id, pane.framing):
            slots.append(slot)
    return slots
