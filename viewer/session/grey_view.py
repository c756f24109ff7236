"""Maximum mode and loupe: switched, enlarged, resized."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.grey_view import (
    LARGEST_LOUPE,
    LOUPE_ZOOMS,
    SMALLEST_LOUPE,
    GreyView,
    Loupe,
)
from viewer.session.state import SessionState

LOUPE_STEP = 80
"""Logical pixels by which a loupe grows."""


def maximum_toggled(state: SessionState) -> SessionState:
    """Show the brightest pixel under each screen pixel, or the mean again."""
    grey = state.options.grey
    return _with_grey(state, replace(grey, maximum=not grey.maximum))


def loupe_shown(state: SessionState, *, shown: bool) -> SessionState:
    """Show the loupe, or put it away; its zoom and size stay."""
    return _with_loupe(state, replace(state.options.grey.loupe, shown=shown))


def loupe_toggled(state: SessionState) -> SessionState:
    """Keep the loupe on, or put it away."""
    return loupe_shown(state, shown=not state.options.grey.loupe.shown)


def loupe_zoomed(state: SessionState, by: int) -> SessionState:
    """Enlarge by so many steps more (or less) inside the loupe; it stops at the ends."""
    loupe = state.options.grey.loupe
    place = min(max(LOUPE_ZOOMS.index(loupe.zoom) + by, 0), len(LOUPE_ZOOMS) - 1)
    return _with_loupe(state, replace(loupe, zoom=LOUPE_ZOOMS[place]))


def loupe_resized(state: SessionState, by: int) -> SessionState:
    """Make the loupe larger by so many steps, or smaller."""
    loupe = state.options.grey.loupe
    side = min(max(loupe.side + by * LOUPE_STEP, SMALLEST_LOUPE), LARGEST_LOUPE)
    return _with_loupe(state, replace(loupe, side=side))


def _with_loupe(state: SessionState, loupe: Loupe) -> SessionState:
    return _with_grey(state, replace(state.options.grey, loupe=loupe))


def _with_grey(state: SessionState, grey: GreyView) -> SessionState:
    if grey == state.options.grey:
        return state
    return replace(state, options=replace(state.options, grey=grey))
