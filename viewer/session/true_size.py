"""Zoom presets: so many screen pixels per image pixel, and true size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.screen_pitch import ScreenPitch
from viewer.domain.true_size import true_size_scale, why_no_true_size
from viewer.domain.viewport import Framing, actual_pixels_scale
from viewer.session.framing import at_scale
from viewer.session.state import SessionState

_ONE_TO_ONE_WITHIN = 1e-6


def magnified(state: SessionState, slot: Slot, zoom: float) -> SessionState:
    """Show one image pixel on so many device pixels."""
    image = state.image_in(slot)
    return state if image is None else at_scale(state, slot, actual_pixels_scale(image) * zoom)


def true_size_obstacle(state: SessionState, slot: Slot) -> str | None:
    """Return why a slot's image cannot be shown at true size; None when it can."""
    image = state.image_in(slot)
    if image is None:
        return "the pane holds no image"
    return why_no_true_size(image, state.pitches.get(slot))


def at_true_size(state: SessionState, slot: Slot) -> SessionState:
    """Show one millimetre as one millimetre; nothing changes where that is not known."""
    if true_size_obstacle(state, slot) is not None:
        return state
    return at_scale(state, slot, true_size_scale(state.pitches[slot]))


def pitches_known(state: SessionState, pitches: Mapping[Slot, ScreenPitch]) -> SessionState:
    """Note how large the device pixels of the screen are that these panes lie on.

    What a reader zoomed stays as large on another screen. 1:1 stays 1:1, which is about pixels; and
    a screen that was only measured anew shows what it showed.
    """
    known = {**state.pitches, **pitches}
    if state.pitches == known:
        return state
    panes = {
        slot: replace(pane, framing=_as_large_on(state, slot, known.get(slot)))
        for slot, pane in state.panes.items()
    }
    return replace(state, pitches=known, panes=panes)


def _as_large_on(state: SessionState, slot: Slot, pitch: ScreenPitch | None) -> Framing:
    """A slot's framing on a screen of so large pixels, after that it lay on."""
    framing, image, before = (
        state.panes[slot].framing,
        state.image_in(slot),
        state.pitches.get(slot),
    )
    if framing.scale is None or image is None or before is None or pitch is None:
        return framing
    if before.pixel_mm is None or pitch.pixel_mm is None or before.screen.name == pitch.screen.name:
        return framing
    if abs(framing.scale / actual_pixels_scale(image) - 1.0) < _ONE_TO_ONE_WITHIN:
        return framing
    return replace(framing, scale=framing.scale * before.pixel_mm / pitch.pixel_mm)
