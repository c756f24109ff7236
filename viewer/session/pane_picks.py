"""What one pane is told of a picked point."""

from __future__ import annotations

from viewer.domain.hanging import Slot
from viewer.rendering.picked import PickedDrawing, ShapeOf, picked_drawing
from viewer.session.patient import study_of
from viewer.session.state import SessionState


def picked_in(state: SessionState, slot: Slot, shape_of: ShapeOf) -> PickedDrawing | None:
    """What a pane draws of a point picked in the same study."""
    picked, shown = state.picked, state.image_in(slot)
    source = None if picked is None else state.image(picked.image_id)
    if picked is None or source is None or shown is None:
        return None
    if study_of(state, source.image_id) is not study_of(state, shown.image_id):
        return None
    return picked_drawing(picked, source, shown, shape_of)
