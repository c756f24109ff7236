"""Stepping through the four quarters of a breast, enlarged."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.quadrant import COUNT, Quadrant
from viewer.domain.viewport import FITTED, Framing, spacing_of
from viewer.session.framing import linked_slots, with_framing
from viewer.session.state import SessionState

OVERLAP = 0.1
"""Of the breast's height and depth: neighbouring quadrants share this much."""

TissueBox = tuple[float, float, float, float]
"""top, left, bottom, right in image pixels."""


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
    top, left, bottom, right = box
    row_mm, column_mm = spacing_of(image)
    height, depth = (bottom - top) * row_mm, (right - left) * column_mm
    near = left if image.chest_wall_is_left else image.columns - right
    part_height, part_depth = height * (0.5 + OVERLAP / 2), depth * (0.5 + OVERLAP / 2)
    fills = min(pane_size[0] / max(part_depth, 1e-6), pane_size[1] / max(part_height, 1e-6))
    at_nipple, lower = number in (2, 3), number in (3, 4)
    chest = near * column_mm + (depth - part_depth / 2 if at_nipple else part_depth / 2)
    above = top * row_mm - image.rows * row_mm / 2
    return Framing(
        scale=min(fills, 1.0 / column_mm),
        chest_mm=chest,
        vertical_mm=above + (height - part_height / 2 if lower else part_height / 2),
    )
