"""What is on screen now, as a stage of a hanging protocol."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

from viewer.domain.hanging import Slot, related_slot, slot_of
from viewer.domain.hanging_protocol import Origin, Place, PlaceFraming, Stage
from viewer.domain.image_stack import ImageStack
from viewer.domain.viewport import Framing, actual_pixels_scale
from viewer.session.staging import image_for, place_framing
from viewer.session.state import Layout, SessionState

_SAME_SCALE = 0.02
"""A zoom so near to 1:1 is meant as 1:1."""


def stage_of_screen(state: SessionState, title: str) -> Stage:
    """The views, studies, kinds and framings of the panes as they stand."""
    screens = state.stage.slot_rows
    if state.layout is Layout.SINGLE:
        screens = (((state.active,),),)
    return Stage(
        title=title,
        screens=tuple(
            tuple(tuple(_place_of(state, slot) for slot in row) for row in rows) for rows in screens
        ),
    )


def _place_of(state: SessionState, slot: Slot) -> Place:
    image, place = state.image_in(slot), state.place(slot)
    if image is None:
        return place
    view, exam = slot_of(image.view) or related_slot(image.view), state.exam_of(image.image_id)
    shown_without_kind = image_for(replace(place, view=view, kinds=()), exam)
    kinds = place.kinds if image.kind in place.kinds else ()
    if not kinds and shown_without_kind is not image:
        kinds = (image.kind,)
    return Place(
        view=view,
        origin=Origin.CURRENT if exam is state.exam else Origin.PRIOR,
        kinds=kinds,
        framing=_nearest_framing(image, state.panes[slot].framing),
    )


def _nearest_framing(image: ImageStack, framing: Framing) -> PlaceFraming:
    """The framing of a place that comes nearest to how a reader framed an image."""
    if framing.scale is None:
        return PlaceFraming.FIT
    if abs(framing.scale / actual_pixels_scale(image) - 1.0) > _SAME_SCALE:
        return PlaceFraming.FIT

    def distance(kind: PlaceFraming) -> float:
        other = place_framing(image, kind)
        return hypot(other.chest_mm - framing.chest_mm, other.vertical_mm - framing.vertical_mm)

    return min((kind for kind in PlaceFraming if kind is not PlaceFraming.FIT), key=distance)
