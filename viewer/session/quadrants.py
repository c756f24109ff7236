"""Stepping through the four quarters of a breast, enlarged."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.quadrant import COUNT, Quadrant
from viewer.domain.viewport import FITTED, Framing, actual_pixels_scale
from viewer.session.breast_reach import TissueBox, corner_framing, reach_of
from viewer.session.framing import linked_slots, with_framing
from viewer.session.state import SessionState

OVERLAP = 0.1
"""Of the breast's height and depth: neighbouring quadrants share this much."""


def quadrant_stepped(state: SessionState, slot: Slot, box: TissueBox, by: int) -> SessionState:
    """Show the next or previous quadrant; after the last and before the first, the whole image.

    At the scale that fills the pane, but at 1:1 where that would be more. Linked panes go along.
    """
    image, size = state.image_in(slot), state.pane_sizes.get(slot)
    if image is None or size is None:
        return state
    before = state.quadrant
    is_here = before is not None and image.image_id in before.image_ids
    number = (before.number if before is not None and is_here else 0) + by
    number %= COUNT + 1
    if number == 0:
        return replace(with_framing(state, slot, FITTED), quadrant=None)
    framing = quadrant_framing(image, box, number, size)
    shown = {image.image_id}
    for other in linked_slots(state, slot):
        linked = state.image_in(other)
        if linked is not None:
            shown.add(linked.image_id)
    quadrant = Quadrant(number=number, image_ids=frozenset(shown))
    return replace(with_framing(state, slot, framing), quadrant=quadrant)


def quadrant_framing(
    image: ImageStack, box: TissueBox, number: int, pane_size: tuple[int, int]
) -> Framing:
    """How quadrant 1 to 4 of a breast fills a pane of (width, height) device pixels."""
    reach = reach_of(image, box)
    part = 0.5 + OVERLAP / 2
    fills = min(
        pane_size[0] / max(reach.depth_mm * part, 1e-6),
        pane_size[1] / max(reach.height_mm * part, 1e-6),
    )
    return corner_framing(reach, number, min(fills, actual_pixels_scale(image)), pane_size)
