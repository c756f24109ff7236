"""Going to the slices that are offered for a picked place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from viewer.domain.image_stack import ImageStack
from viewer.session.framing import centred_on
from viewer.session.placing import brought_up, image_shown
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState


def spot_offered(
    state: SessionState, volume: ImageStack, slices: Sequence[int], row: float, column: float
) -> SessionState:
    """Show the next of the offered slices where the point was picked; after the last the first.

    The picked point goes along into the volume. row, column: the place in the volume.
    """
    picked = state.picked
    if picked is None or not slices:
        return state
    left = [index for index in slices if index not in picked.offered]
    offered = picked.offered if left else ()
    index = left[0] if left else slices[0]
    slot = next((s for s in state.slots if state.panes[s].image_id == volume.image_id), None)
    if slot is None:
        slot = next((s for s in state.slots if state.panes[s].image_id == picked.image_id), None)
        if slot is None:
            state = brought_up(state, volume.image_id)
            slot = state.active
        else:
            state = image_shown(state, slot, volume.image_id)
    state = centred_on(to_slice(state, slot, index), slot, row, column)
    point = replace(
        picked,
        image_id=volume.image_id,
        slice_index=index,
        row=row,
        column=column,
        offered=(*offered, index),
    )
    return replace(state, picked=point)
