"""Commands that make everything reachable by keys, and readable."""

from __future__ import annotations

from viewer.commands.command import Command, Group

ACCESS_COMMANDS = (
    Command(
        id="help.palette",
        title="Command palette…",
        help="Find any command by typing; Enter runs it, Esc closes the palette.",
        group=Group.HELP,
        keys=("Ctrl+K", "Ctrl+Shift+P"),
        icon="mdi6.magnify",
        run=lambda context: context.desk.access.show_palette(),
    ),
    Command(
        id="screen.next_region",
        title="Keyboard to the next part",
        help="Take the keyboard to image list, panel or bars; Tab goes on there, Esc leaves.",
        group=Group.SCREEN,
        keys=("F6",),
        run=lambda context: context.desk.access.step_region(1),
    ),
    Command(
        id="screen.previous_region",
        title="Keyboard to the part before",
        help="Take the keyboard to the part of the window before this one.",
        group=Group.SCREEN,
        keys=("Shift+F6",),
        run=lambda context: context.desk.access.step_region(-1),
    ),
    Command(
        id="screen.text_larger",
        title="Larger text",
        help="Words of the window and in the corners a step larger, up to 200 %.",
        group=Group.SCREEN,
        keys=("Ctrl+=", "Ctrl++"),
        why_not=lambda context: context.desk.access.why_no_text_step(1),
        run=lambda context: context.desk.access.step_text(1),
    ),
    Command(
        id="screen.text_smaller",
        title="Smaller text",
        help="Words of the window and in the corners a step smaller, down to 100 %.",
        group=Group.SCREEN,
        keys=("Ctrl+-",),
        why_not=lambda context: context.desk.access.why_no_text_step(-1),
        run=lambda context: context.desk.access.step_text(-1),
    ),
    Command(
        id="screen.text_plain",
        title="Text at 100 %",
        help="Words of the window and in the corners as large as at first.",
        group=Group.SCREEN,
        keys=("Ctrl+0",),
        why_not=lambda context: context.desk.access.why_no_text_step(-1),
        run=lambda context: context.desk.access.plain_text(),
    ),
)
