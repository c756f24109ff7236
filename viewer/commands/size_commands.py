"""Commands that show images at a known size."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_image
from viewer.session.true_size import at_true_size, magnified, true_size_obstacle


def _without_true_size(context: Context) -> str | None:
    return without_image(context) or true_size_obstacle(context.state, context.state.active)


def _without_screen(context: Context) -> str | None:
    known = context.state.active in context.state.pitches
    return None if known else "the screen is not known yet"


SIZE_COMMANDS = (
    Command(
        id="image.double_pixels",
        title="2:1",
        help="One image pixel on two by two screen pixels.",
        group=Group.IMAGE,
        keys=("Shift+Z",),
        why_not=without_image,
        run=transition(lambda state: magnified(state, state.active, 2.0)),
    ),
    Command(
        id="image.true_size",
        title="True size",
        help="One millimetre of the breast is one millimetre on the screen.",
        group=Group.IMAGE,
        keys=("Alt+Z",),
        why_not=_without_true_size,
        run=transition(lambda state: at_true_size(state, state.active)),
    ),
    Command(
        id="screen.measure",
        title="Width of this screen…",
        help="Say how wide the screen is, measured with a ruler, for true size.",
        group=Group.SCREEN,
        why_not=_without_screen,
        run=lambda context: context.desk.measure_screen(),
    ),
)
