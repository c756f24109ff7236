"""Sets of keys that resemble other workstations, completed so that no command loses its keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from viewer.commands.command import Command
from viewer.commands.key_bindings import bind, normalised

_INSTEAD = ("Alt", "Ctrl+Alt", "Alt+Shift", "Ctrl+Alt+Shift")
"""Put before a key that another command has, until one is free."""


def completed(
    commands: Iterable[Command], own: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[str, ...]]:
    """Own keys, with another key for each command whose own defaults are all taken.

    The command's first default with Alt (then Ctrl+Alt, and so on) serves instead, so that a set
    of keys stays complete when commands are added.
    """
    table = tuple(commands)
    whole = dict(own)
    bound = bind(table, own)
    free = [command for command in table if command.keys and command.id not in own]
    taken = set(bound.command_of)
    for command in free:
        if bound.keys_of[command.id]:
            continue
        key = next((key for key in _instead_of(command.keys[0]) if key not in taken), None)
        if key is not None:
            taken.add(key)
            whole[command.id] = (key,)
    return whole


def preset_in_use(
    commands: Iterable[Command],
    presets: Mapping[str, Mapping[str, tuple[str, ...]]],
    own: Mapping[str, tuple[str, ...]],
) -> str | None:
    """The name of the set that these keys are, if they are one."""
    table = tuple(commands)
    used = bind(table, own).keys_of
    for name, keys in presets.items():
        if bind(table, completed(table, keys)).keys_of == used:
            return name
    return None


def _instead_of(key: str) -> list[str]:
    return [normalised(f"{modifiers}+{key}") for modifiers in _INSTEAD]
