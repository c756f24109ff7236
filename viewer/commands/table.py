"""The one table of everything a user can do; menus, keys and the cheat sheet are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from viewer.commands.access_commands import ACCESS_COMMANDS
from viewer.commands.ai_commands import AI_COMMANDS
from viewer.commands.command import Command, Context
from viewer.commands.exam_commands import EXAM_COMMANDS
from viewer.commands.grey_commands import DISPLAY_COMMANDS, GREY_COMMANDS
from viewer.commands.hanging_commands import HANGING_COMMANDS
from viewer.commands.image_commands import IMAGE_COMMANDS
from viewer.commands.mark_commands import MARK_COMMANDS
from viewer.commands.moving_commands import MOVING_COMMANDS
from viewer.commands.patient_commands import PATIENT_COMMANDS
from viewer.commands.place_commands import PLACE_COMMANDS
from viewer.commands.screen_commands import HELP_COMMANDS, PICTURE_COMMANDS, SCREEN_COMMANDS
from viewer.commands.size_commands import SIZE_COMMANDS
from viewer.commands.slice_commands import SLICE_COMMANDS
from viewer.commands.studies_commands import STUDIES_COMMANDS
from viewer.commands.view_commands import VIEW_COMMANDS
from viewer.commands.worklist_commands import WORKLIST_COMMANDS

COMMANDS: tuple[Command, ...] = (
    *EXAM_COMMANDS,
    *WORKLIST_COMMANDS,
    *SLICE_COMMANDS,
    *MOVING_COMMANDS,
    *PLACE_COMMANDS,
    *VIEW_COMMANDS,
    *HANGING_COMMANDS,
    *PATIENT_COMMANDS,
    *IMAGE_COMMANDS,
    *SIZE_COMMANDS,
    *MARK_COMMANDS,
    *GREY_COMMANDS,
    *AI_COMMANDS,
    *PICTURE_COMMANDS,
    *STUDIES_COMMANDS,
    *SCREEN_COMMANDS,
    *DISPLAY_COMMANDS,
    *HELP_COMMANDS,
    *ACCESS_COMMANDS,
)


def by_id(commands: Iterable[Command] = COMMANDS) -> Mapping[str, Command]:
    """The commands by their id; raises ValueError when two share one."""
    found: dict[str, Command] = {}
    for command in commands:
        if command.id in found:
            raise ValueError(f"two commands are called {command.id}")
        found[command.id] = command
    return MappingProxyType(found)


def perform(command: Command, context: Context) -> str | None:
    """Run a command if it can be used; else return why it cannot."""
    reason = command.obstacle(context)
    if reason is None:
        context.noted(command.id)
        command.run(context)
    return reason
