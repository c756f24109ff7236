"""Which slices of each image have been on screen.

A slice counts once it was painted for SEEN_MS without a break. A slice that cine passes faster, or
that is skipped because it was not decoded in time, does not; of a slab only the slice it is about
does, since a slab may hide what one slice shows. A pane that is zoomed in counts like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState

SEEN_MS = 50


def counting(state: SessionState) -> SessionState:
    """Begin to count."""
    return state if state.seen is not None else replace(state, seen={})


def slices_seen(state: SessionState, seen: Mapping[str, int]) -> SessionState:
    """Note a slice of each of these images as seen; image ids that are not open are left out."""
    if state.seen is None:
        return state
    new = {
        image_id: state.seen.get(image_id, frozenset()) | {slice_index}
        for image_id, slice_index in seen.items()
        if slice_index not in state.seen.get(image_id, frozenset()) and state.image(image_id)
    }
    return replace(state, seen={**state.seen, **new}) if new else state


def seen_of(state: SessionState, image: ImageStack) -> frozenset[int] | None:
    """The slices of an image that were seen; None where nobody counts."""
    return None if state.seen is None else state.seen.get(image.image_id, frozenset())


def all_seen(state: SessionState, image: ImageStack | None) -> bool:
    """Whether every slice of a volume was seen."""
    if image is None or image.slices < 2:
        return False
    return len(seen_of(state, image) or ()) >= image.slices


def next_unseen(state: SessionState, image: ImageStack, after: int) -> int | None:
    """The next slice not seen yet, around the end; None when there is none or nobody counts."""
    seen = seen_of(state, image)
    if seen is None:
        return None
    order = ((after + step) % image.slices for step in range(1, image.slices + 1))
    return next((index for index in order if index not in seen), None)


def to_next_unseen(state: SessionState, slot: Slot) -> SessionState:
    """Show the next slice that was not seen yet."""
    image = state.image_in(slot)
    if image is None:
        return state
    index = next_unseen(state, image, state.panes[slot].slice_index)
    return state if index is None else to_slice(state, slot, index)
