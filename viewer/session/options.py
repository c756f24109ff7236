"""Switches of the window."""

from __future__ import annotations

from dataclasses import replace

from viewer.session.state import Cine, Options, SessionState, Tool

SLOWEST_CINE = 1.0
FASTEST_CINE = 60.0
"""Slices per second."""


def with_options(state: SessionState, options: Options) -> SessionState:
    """Replace the options."""
    return state if state.options == options else replace(state, options=options)


def text_toggled(state: SessionState) -> SessionState:
    """Show or hide corner text."""
    return with_options(state, replace(state.options, text=not state.options.text))


def identity_toggled(state: SessionState) -> SessionState:
    """Show or hide who the patient is."""
    return with_options(state, replace(state.options, identity=not state.options.identity))


def technique_toggled(state: SessionState) -> SessionState:
    """Show or hide the technique factors."""
    return with_options(state, replace(state.options, technique=not state.options.technique))


def linked_scrolling_toggled(state: SessionState) -> SessionState:
    """Let panes scroll together, or each alone."""
    linked = not state.options.linked_scrolling
    return with_options(state, replace(state.options, linked_scrolling=linked))


def linked_windows_toggled(state: SessionState) -> SessionState:
    """Let panes of one kind share brightness and contrast, or not."""
    linked = not state.options.linked_windows
    return with_options(state, replace(state.options, linked_windows=linked))


def tool_toggled(state: SessionState) -> SessionState:
    """Change what the left button drags: the window or the image."""
    tool = Tool.PAN if state.options.tool is Tool.WINDOW else Tool.WINDOW
    return with_options(state, replace(state.options, tool=tool))


def marking_toggled(state: SessionState) -> SessionState:
    """Let a click set a mark, or not."""
    tool = Tool.WINDOW if state.options.tool is Tool.MARK else Tool.MARK
    return with_options(state, replace(state.options, tool=tool))


def cine_toggled(state: SessionState) -> SessionState:
    """Start or stop cine."""
    return _with_cine(state, replace(state.options.cine, playing=not state.options.cine.playing))


def cine_speeded(state: SessionState, factor: float) -> SessionState:
    """Play faster or slower."""
    speed = state.options.cine.slices_per_second * factor
    speed = min(max(speed, SLOWEST_CINE), FASTEST_CINE)
    return _with_cine(state, replace(state.options.cine, slices_per_second=speed))


def left_panel_toggled(state: SessionState) -> SessionState:
    """Fold the series list away, or bring it back."""
    return with_options(state, replace(state.options, left_panel=not state.options.left_panel))


def right_panel_toggled(state: SessionState) -> SessionState:
    """Fold the AI panel away, or bring it back."""
    return with_options(state, replace(state.options, right_panel=not state.options.right_panel))


def strip_toggled(state: SessionState) -> SessionState:
    """Fold the slice strip away, or bring it back."""
    return with_options(state, replace(state.options, strip=not state.options.strip))


def full_screen_toggled(state: SessionState) -> SessionState:
    """Images and corner text only, or the whole window."""
    return with_options(state, replace(state.options, full_screen=not state.options.full_screen))


def _with_cine(state: SessionState, cine: Cine) -> SessionState:
    return with_options(state, replace(state.options, cine=cine))
