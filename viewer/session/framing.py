"""Zoom, pan, fit: always in millimetres, so that panes and kinds stay comparable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.mark import ImagePoint
from viewer.domain.viewport import (
    FITTED,
    Framing,
    Viewport,
    actual_pixels_scale,
    common_scale,
    fitting_scale,
    framing_of,
    panned,
    viewport_for,
    zoomed,
)
from viewer.session.state import SessionState

SMALLEST_ZOOM = 0.02
LARGEST_ZOOM = 32.0
"""Device pixels per image pixel between which a reader can zoom."""
TOUCHING_PIXELS = 1.5
"""A chest wall so near to the pane's edge touches it."""


def fit_scale(state: SessionState) -> float:
    """Device pixels per millimetre at which every image on screen fits: the same in all panes."""
    shown = []
    for slot in state.shown_slots:
        image, size = state.image_in(slot), state.pane_sizes.get(slot)
        if image is not None and size is not None:
            shown.append((image, *size))
    return common_scale(shown) or 1.0


def fit_scale_in(state: SessionState, slot: Slot) -> float:
    """Device pixels per millimetre that a slot's image is fitted at."""
    return fit_scales(state, (slot,))[slot]


def fit_scales(state: SessionState, slots: Iterable[Slot]) -> Mapping[Slot, float]:
    """Device pixels per millimetre that the images of slots are fitted at.

    Panes on displays with pixels of different sizes get as many as make the images physically as
    large on each; where a size is not known, all get the same number of pixels.
    """
    pixel_mm = pixels_mm(state)
    if len(set(pixel_mm.values())) <= 1:
        return dict.fromkeys(slots, fit_scale(state))
    # A pane's room counts in millimetres on its display.
    shown = [(state.image_in(other), state.pane_sizes[other], mm) for other, mm in pixel_mm.items()]
    smallest = min(
        fitting_scale(image, *size) * mm for image, size, mm in shown if image is not None
    )
    return {
        slot: smallest / pixel_mm[slot] if slot in pixel_mm else fit_scale(state) for slot in slots
    }


def pixels_mm(state: SessionState) -> Mapping[Slot, float]:
    """Millimetres of a device pixel under each image on screen; empty when one is not known."""
    found: dict[Slot, float] = {}
    for slot in state.shown_slots:
        if state.image_in(slot) is None or slot not in state.pane_sizes:
            continue
        pitch = state.pitches.get(slot)
        if pitch is None or pitch.pixel_mm is None:
            return {}
        found[slot] = pitch.pixel_mm
    return found


def size_doubt(state: SessionState) -> str | None:
    """Why images on two displays may not be of one physical size, in a sentence; None: they are."""
    shown = [slot for slot in state.shown_slots if state.image_in(slot) is not None]
    pitches = [pitch for slot in shown if (pitch := state.pitches.get(slot)) is not None]
    if len({pitch.screen.name for pitch in pitches}) < 2:
        return None
    unknown = next((pitch for pitch in pitches if pitch.pixel_mm is None), None)
    if unknown is None:
        return None
    return (
        "Images on the two displays may differ in physical size: of one display the size of a "
        f"pixel is not known ({unknown.reason})."
    )


def viewport_of(state: SessionState, slot: Slot) -> Viewport | None:
    """Where the image of a slot lies in its pane; None without image or known pane size."""
    image, size = state.image_in(slot), state.pane_sizes.get(slot)
    if image is None or size is None:
        return None
    pane = state.panes[slot]
    return viewport_for(
        image,
        pane.framing,
        fit_scale=fit_scale_in(state, slot),
        pane_width=size[0],
        pane_height=size[1],
        flipped_horizontally=pane.flipped_horizontally,
        flipped_vertically=pane.flipped_vertically,
    )


def pane_measured(state: SessionState, slot: Slot, width: int, height: int) -> SessionState:
    """Note a pane's size in device pixels."""
    return panes_measured(state, {slot: (width, height)})


def panes_measured(state: SessionState, sizes: Mapping[Slot, tuple[int, int]]) -> SessionState:
    """Note the width and height of several panes in device pixels."""
    if all(state.pane_sizes.get(slot) == size for slot, size in sizes.items()):
        return state
    return replace(state, pane_sizes={**state.pane_sizes, **sizes})


def zoomed_at(
    state: SessionState, slot: Slot, factor: float, device_x: float, device_y: float
) -> SessionState:
    """Zoom about a device point of the pane, which keeps showing the same tissue."""
    viewport = viewport_of(state, slot)
    if viewport is None:
        return state
    wanted = min(max(viewport.zoom * factor, SMALLEST_ZOOM), LARGEST_ZOOM)
    return _framed(state, slot, zoomed(viewport, wanted / viewport.zoom, device_x, device_y))


def zoomed_centre(state: SessionState, slot: Slot, factor: float) -> SessionState:
    """Zoom about the middle of what the pane shows of its image, not of the air beside it.

    While the chest wall touches the pane's edge, as in a fit, it goes on touching it.
    """
    image, viewport = state.image_in(slot), viewport_of(state, slot)
    if image is None or viewport is None:
        return state
    width = viewport.image_columns * viewport.scale_column
    height = viewport.image_rows * viewport.scale_row
    x = (max(viewport.left, 0.0) + min(viewport.left + width, viewport.pane_width)) / 2
    y = (max(viewport.top, 0.0) + min(viewport.top + height, viewport.pane_height)) / 2
    chest_left = image.chest_wall_is_left != viewport.flipped_horizontally
    chest_x = viewport.left if chest_left else viewport.left + width
    edge = 0.0 if chest_left else float(viewport.pane_width)
    if image.ct is None and abs(chest_x - edge) <= TOUCHING_PIXELS:
        x = edge
    return zoomed_at(state, slot, factor, x, y)


def panned_by(state: SessionState, slot: Slot, device_dx: float, device_dy: float) -> SessionState:
    """Shift the image by device pixels; something of it always stays in the pane."""
    viewport = viewport_of(state, slot)
    if viewport is None:
        return state
    moved = panned(viewport, device_dx, device_dy)
    width = viewport.image_columns * viewport.scale_column
    height = viewport.image_rows * viewport.scale_row
    margin = 40.0
    left = min(max(moved.left, margin - width), viewport.pane_width - margin)
    top = min(max(moved.top, margin - height), viewport.pane_height - margin)
    return _framed(state, slot, replace(moved, left=left, top=top))


def fitted(state: SessionState, slot: Slot) -> SessionState:
    """Show the whole image at the common scale, its chest wall at the pane's edge."""
    return with_framing(state, slot, FITTED)


def at_actual_pixels(state: SessionState, slot: Slot) -> SessionState:
    """Show one image pixel on one device pixel.

    About what is in the middle of the pane; from a fit, with the chest wall at the pane's edge,
    since the middle of a fitted pane is often air.
    """
    image = state.image_in(slot)
    return state if image is None else at_scale(state, slot, actual_pixels_scale(image))


def at_scale(state: SessionState, slot: Slot, scale: float) -> SessionState:
    """Show so many device pixels per millimetre, about what `at_actual_pixels` does."""
    image, viewport = state.image_in(slot), viewport_of(state, slot)
    if image is None or viewport is None:
        return state
    if state.panes[slot].framing.scale is None:
        framing = Framing(scale=scale, chest_mm=viewport.pane_width / 2 / scale)
    else:
        framing = _without_new_air(framing_of(image, viewport), scale, viewport.pane_width)
    return with_framing(state, slot, framing)


def _without_new_air(framing: Framing, scale: float, pane_width: int) -> Framing:
    """The framing at another scale, with no air behind the chest wall where there was none.

    Smaller, the middle of the pane may lie nearer to the chest wall than half a pane.
    """
    before, after = (pane_width / 2 / one for one in (framing.scale or scale, scale))
    chest = framing.chest_mm
    if chest >= before - TOUCHING_PIXELS / scale:
        chest = max(chest, after)
    return replace(framing, scale=scale, chest_mm=chest)


def centred_on(state: SessionState, slot: Slot, row: float, column: float) -> SessionState:
    """Bring an image point to the middle of the pane if it is zoomed in; a fit stays a fit."""
    viewport = viewport_of(state, slot)
    if viewport is None or state.panes[slot].framing.scale is None:
        return state
    device_x, device_y = viewport.to_device(row, column)
    centred = panned(
        viewport, viewport.pane_width / 2 - device_x, viewport.pane_height / 2 - device_y
    )
    return _framed(state, slot, centred)


def kept_in_sight(state: SessionState, slot: Slot, point: ImagePoint) -> SessionState:
    """Bring an image point to the middle of the pane where it would lie outside of it."""
    viewport = viewport_of(state, slot)
    if viewport is None:
        return state
    x, y = viewport.to_device(*point)
    if 0 <= x <= viewport.pane_width and 0 <= y <= viewport.pane_height:
        return state
    return centred_on(state, slot, *point)


def _framed(state: SessionState, slot: Slot, viewport: Viewport) -> SessionState:
    image = state.image_in(slot)
    if image is None:
        return state
    return with_framing(state, slot, framing_of(image, viewport))


def linked_framing_toggled(state: SessionState) -> SessionState:
    """Let zoom and pan go to all panes of one projection, or to one pane alone."""
    linked = not state.options.linked_framing
    return replace(state, options=replace(state.options, linked_framing=linked))


def linked_slots(state: SessionState, slot: Slot) -> tuple[Slot, ...]:
    """The other panes that are framed along with one: those of its projection, while linked.

    Framings count from the chest wall, so that right and left are mirror images.
    """
    image = state.image_in(slot)
    if image is None or not state.options.linked_framing or not image.view.is_known:
        return ()
    position = image.view.position
    return tuple(
        other
        for other in state.filled_slots
        if other != slot
        and (shown := state.image_in(other)) is not None
        and shown.view.is_known
        and shown.view.position is position
    )


def with_framing(state: SessionState, slot: Slot, framing: Framing) -> SessionState:
    """Frame a pane, and those linked to it as large on their displays; a quadrant is left."""
    slots = (slot, *linked_slots(state, slot))
    pixel_mm = pixels_mm(state)
    panes = {
        one: replace(pane, framing=_as_large(framing, pixel_mm, slot, one))
        if one in slots
        else pane
        for one, pane in state.panes.items()
    }
    return replace(state, panes=panes, quadrant=None)


def _as_large(framing: Framing, pixel_mm: Mapping[Slot, float], here: Slot, there: Slot) -> Framing:
    """The framing that shows the same at the same physical size on another pane's display."""
    if framing.scale is None or here not in pixel_mm or there not in pixel_mm:
        return framing
    return replace(framing, scale=framing.scale * pixel_mm[here] / pixel_mm[there])
