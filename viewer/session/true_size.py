"""Zoom presets: so many screen pixels per image pixel, and true size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from viewer.domain.hanging import Slot
from viewer.domain.screen_pitch import ScreenPitch
from viewer.domain.true_size import true_size_scale, why_no_true_size
from viewer.domain.viewport import actual_pixels_scale
from viewer.session.framing import at_scale
from viewer.session.state import SessionState


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
    """Note how large the device pixels of the screen are that these panes lie on."""
    known = {**state.pitches, **pitches}
    return state if state.pitches == known else replace(state, pitches=known)
