"""What panes say of moving through their volumes, and which panes have to say it anew."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.rendering.moving_words import MovingWords
from viewer.session.seen_slices import all_seen
from viewer.session.session import Change
from viewer.session.state import SessionState


def moving_words(state: SessionState, slot: Slot, slab: MovingWords) -> MovingWords:
    """Add cine, slices seen and quadrant to what a pane says of its slab."""
    cine = state.options.cine
    playing = cine.playing and slot == state.active
    quadrant = state.quadrant
    image_id = state.panes[slot].image_id
    return replace(
        slab,
        cine=f"cine {cine.slices_per_second:.0f} slices/s, {cine.sweep.value}" if playing else "",
        all_seen=all_seen(state, state.image_in(slot)),
        quadrant=quadrant.words if quadrant and image_id in quadrant.image_ids else "",
    )


def slots_with_new_words(change: Change) -> frozenset[Slot]:
    """The slots on screen whose words of moving differ."""
    if not change.touches("options", "seen", "quadrant"):
        return frozenset()
    nothing = MovingWords()
    return frozenset(
        slot
        for slot in change.new.shown_slots
        if slot in change.old.panes
        and moving_words(change.old, slot, nothing) != moving_words(change.new, slot, nothing)
    )
