"""Commands of the grey scale: maximum mode, loupe, and the check of the display."""

from __future__ import annotations

from functools import partial

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_image
from viewer.session.grey_view import (
    loupe_resized,
    loupe_shown,
    loupe_toggled,
    loupe_zoomed,
    maximum_toggled,
)
from viewer.session.state import SessionState


def _without_loupe(context: Context) -> str | None:
    return None if context.state.options.grey.loupe.shown else "show the loupe first"


def _loupe_is_shown(state: SessionState) -> bool:
    return state.options.grey.loupe.shown


DISPLAY_COMMANDS = (
    Command(
        id="screen.display_check",
        title="Display check…",
        help="Test pattern, the screen's depth and calibration, and entry of measured steps.",
        group=Group.SCREEN,
        keys=("Ctrl+D",),
        run=lambda context: context.desk.check_display(),
    ),
)
GREY_COMMANDS = (
    Command(
        id="image.maximum",
        title="Maximum",
        help="Below 1:1, each screen pixel shows the brightest image pixel under it.",
        group=Group.IMAGE,
        keys=("U",),
        why_not=without_image,
        checked=lambda state: state.options.grey.maximum,
        run=transition(maximum_toggled),
    ),
    Command(
        id="loupe.hold",
        title="Loupe while held",
        help="Full-resolution pixels of the image alone around the pointer, in the same window.",
        group=Group.IMAGE,
        keys=("M",),
        why_not=without_image,
        in_menu=False,
        run=transition(partial(loupe_shown, shown=True)),
        release=transition(partial(loupe_shown, shown=False)),
    ),
    Command(
        id="loupe.toggle",
        title="Loupe",
        help="Keep the loupe on; again: put it away.",
        group=Group.IMAGE,
        keys=("Shift+U",),
        why_not=without_image,
        checked=_loupe_is_shown,
        run=transition(loupe_toggled),
    ),
    Command(
        id="loupe.zoom_in",
        title="Loupe: enlarge more",
        help="1, 2, 3 or 4 screen pixels per image pixel inside the loupe.",
        group=Group.IMAGE,
        keys=("Ctrl+]",),
        mouse=("Shift+wheel up over the loupe",),
        repeats=True,
        why_not=_without_loupe,
        in_menu=False,
        run=transition(lambda state: loupe_zoomed(state, 1)),
    ),
    Command(
        id="loupe.zoom_out",
        title="Loupe: enlarge less",
        help="1, 2, 3 or 4 screen pixels per image pixel inside the loupe.",
        group=Group.IMAGE,
        keys=("Ctrl+[",),
        mouse=("Shift+wheel down over the loupe",),
        repeats=True,
        why_not=_without_loupe,
        in_menu=False,
        run=transition(lambda state: loupe_zoomed(state, -1)),
    ),
    Command(
        id="loupe.larger",
        title="Larger loupe",
        help="Make the loupe's square larger.",
        group=Group.IMAGE,
        keys=("Alt+]",),
        mouse=("Alt+wheel up over the loupe",),
        repeats=True,
        why_not=_without_loupe,
        in_menu=False,
        run=transition(lambda state: loupe_resized(state, 1)),
    ),
    Command(
        id="loupe.smaller",
        title="Smaller loupe",
        help="Make the loupe's square smaller.",
        group=Group.IMAGE,
        keys=("Alt+[",),
        mouse=("Alt+wheel down over the loupe",),
        repeats=True,
        why_not=_without_loupe,
        in_menu=False,
        run=transition(lambda state: loupe_resized(state, -1)),
    ),
)
