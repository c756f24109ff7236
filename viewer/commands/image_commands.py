"""Commands that frame, brighten and flip the active pane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_image, without_presets
from viewer.session.framing import at_actual_pixels, fitted, zoomed_centre
from viewer.session.options import linked_windows_toggled, tool_toggled
from viewer.session.state import Tool
from viewer.session.windows import flipped, inverted, preset_chosen, reset

ZOOM_STEP = 1.25


def _zoom(factor: float) -> Callable[[Context], None]:
    return transition(lambda state: zoomed_centre(state, state.active, factor))


def _preset(number: int) -> Command:
    return Command(
        id=f"image.preset_{number}",
        title=f"Window {number}",
        help=f"Use window or LUT {number}: of the header, or of CT lung, soft tissue, bone.",
        group=Group.IMAGE,
        keys=(str(number),),
        why_not=partial(without_presets, number),
        in_menu=number <= 3,
        run=transition(lambda state: preset_chosen(state, state.active, number - 1)),
    )


IMAGE_COMMANDS = (
    Command(
        id="image.zoom_in",
        title="Zoom in",
        help="Enlarge about the middle of the pane.",
        group=Group.IMAGE,
        keys=("+", "="),
        mouse=("Ctrl+wheel up", "right drag up"),
        repeats=True,
        icon="mdi6.magnify-plus-outline",
        why_not=without_image,
        run=_zoom(ZOOM_STEP),
    ),
    Command(
        id="image.zoom_out",
        title="Zoom out",
        help="Reduce about the middle of the pane.",
        group=Group.IMAGE,
        keys=("-",),
        mouse=("Ctrl+wheel down", "right drag down"),
        repeats=True,
        icon="mdi6.magnify-minus-outline",
        why_not=without_image,
        run=_zoom(1 / ZOOM_STEP),
    ),
    Command(
        id="image.fit",
        title="Fit",
        help="Show the whole image, at the same millimetres per pixel as the other panes.",
        group=Group.IMAGE,
        keys=("F", "0"),
        icon="mdi6.fit-to-page-outline",
        why_not=without_image,
        run=transition(lambda state: fitted(state, state.active)),
    ),
    Command(
        id="image.actual_pixels",
        title="1:1",
        help="One image pixel on one screen pixel.",
        group=Group.IMAGE,
        keys=("Z",),
        icon="mdi6.numeric-1-box-outline",
        why_not=without_image,
        run=transition(lambda state: at_actual_pixels(state, state.active)),
    ),
    Command(
        id="image.reset",
        title="Reset",
        help="First window of the header, not inverted, not flipped, fitted; the slice stays.",
        group=Group.IMAGE,
        keys=("R",),
        icon="mdi6.restore",
        why_not=without_image,
        run=transition(lambda state: reset(state, state.active)),
    ),
    Command(
        id="image.invert",
        title="Invert",
        help="Exchange black and white; the background stays black.",
        group=Group.IMAGE,
        keys=("I",),
        icon="mdi6.invert-colors",
        why_not=without_image,
        checked=lambda state: state.active_pane.inverted,
        run=transition(lambda state: inverted(state, state.active)),
    ),
    Command(
        id="image.flip_horizontally",
        title="Flip left and right",
        help="Mirror the active pane; the pane says so while it is flipped.",
        group=Group.IMAGE,
        keys=("H",),
        why_not=without_image,
        checked=lambda state: state.active_pane.flipped_horizontally,
        run=transition(lambda state: flipped(state, state.active, horizontally=True)),
    ),
    Command(
        id="image.flip_vertically",
        title="Flip top and bottom",
        help="Turn the active pane upside down; the pane says so while it is flipped.",
        group=Group.IMAGE,
        keys=("V",),
        why_not=without_image,
        checked=lambda state: state.active_pane.flipped_vertically,
        run=transition(lambda state: flipped(state, state.active, horizontally=False)),
    ),
    Command(
        id="image.tool",
        title="Left button pans",
        help="Left button drags the image instead of the window; right and middle stay.",
        group=Group.IMAGE,
        keys=("W",),
        mouse=("left drag: window or pan", "middle drag: pan"),
        icon="mdi6.cursor-move",
        checked=lambda state: state.options.tool is Tool.PAN,
        run=transition(tool_toggled),
    ),
    Command(
        id="image.link_windows",
        title="Link windows",
        help="Panes of one kind share brightness, contrast and invert.",
        group=Group.IMAGE,
        keys=("Shift+L",),
        checked=lambda state: state.options.linked_windows,
        run=transition(linked_windows_toggled),
    ),
    *(_preset(number) for number in range(1, 10)),
)
