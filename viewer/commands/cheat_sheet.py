"""The cheat sheet: every command with its keys and mouse gestures, by group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viewer.commands.command import Command, Group
from viewer.commands.key_bindings import KeyBindings

_SHOWN_AS = {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "Return": "Enter", "-": "−"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheatSheetLine:
    """One command on the sheet."""

    command_id: str
    title: str
    help: str
    keys: tuple[str, ...]
    """As printed on a keyboard."""
    mouse: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheatSheetBlock:
    """One group of commands."""

    title: str
    lines: tuple[CheatSheetLine, ...]


def cheat_sheet(commands: Iterable[Command], keys: KeyBindings) -> tuple[CheatSheetBlock, ...]:
    """Lay out every command, in the order of the table."""
    by_group: dict[Group, list[CheatSheetLine]] = {group: [] for group in Group}
    for command in commands:
        by_group[command.group].append(
            CheatSheetLine(
                command_id=command.id,
                title=command.title.rstrip("…"),
                help=command.help,
                keys=printed_keys(command, keys),
                mouse=command.mouse,
            )
        )
    return tuple(
        CheatSheetBlock(title=group.value, lines=tuple(lines))
        for group, lines in by_group.items()
        if lines
    )


def printed_keys(command: Command, keys: KeyBindings) -> tuple[str, ...]:
    """A command's keys, and those that mean it at its moment only, as a keyboard prints them."""
    return tuple(printed(key) for key in (*keys.keys_of.get(command.id, ()), *command.keys_then))


def printed(key: str) -> str:
    """A key as a keyboard prints it: arrows as arrows."""
    if key in ("-", "+"):
        return _SHOWN_AS.get(key, key)
    *modifiers, base = key.split("+") if not key.endswith("+") else (*key[:-2].split("+"), "+")
    return "+".join([*(m for m in modifiers if m), _SHOWN_AS.get(base, base)])
