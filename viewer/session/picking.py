"""Picking a place to find it again: in the other projection, or in the volume."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.picked_point import PickedPoint
from viewer.domain.view import ImageKind
from viewer.domain.viewport import spacing_of
from viewer.session.patient import study_of
from viewer.session.state import SessionState


def picked_at(state: SessionState, slot: Slot, row: float, column: float) -> SessionState:
    """Pick a place of the slot's image, (row, column) in image pixels; outside: nothing."""
    image = state.image_in(slot)
    if image is None or not (0 <= row <= image.rows and 0 <= column <= image.columns):
        return state
    point = PickedPoint(
        image_id=image.image_id,
        slice_index=state.panes[slot].slice_index,
        row=row,
        column=column,
    )
    return replace(state, picked=point)


def pick_left(state: SessionState) -> SessionState:
    """Forget the picked place."""
    return state if state.picked is None else replace(state, picked=None)


def volume_of_pick(state: SessionState) -> ImageStack | None:
    """The tomosynthesis volume of the picked view, in the same study; None when there is none."""
    picked = state.picked
    source = None if picked is None else state.image(picked.image_id)
    exam = None if source is None else study_of(state, source.image_id)
    if source is None or exam is None or not source.view.is_known:
        return None
    if source.slices > 1:
        return source
    volumes = (
        image
        for image in exam.images
        if image.kind is ImageKind.DBT and image.view == source.view and image.slices > 1
    )
    return next(volumes, None)


def place_in(
    source: ImageStack, target: ImageStack, row: float, column: float
) -> tuple[float, float]:
    """The same place in another image of one view, by millimetres from chest wall and middle.

    Exact to the difference between the two exposures; where a spacing is unknown, as the images
    lie beside each other on screen.
    """
    row_mm, column_mm = spacing_of(source)
    to_row_mm, to_column_mm = spacing_of(target)
    chest = column if source.chest_wall_is_left else source.columns - column
    there = chest * column_mm / to_column_mm
    return (
        target.rows / 2 + (row - source.rows / 2) * row_mm / to_row_mm,
        there if target.chest_wall_is_left else target.columns - there,
    )
