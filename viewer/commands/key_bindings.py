"""Which key does what: the table's defaults, replaced by what the user bound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from viewer.commands.command import Command

_MODIFIERS = ("Ctrl", "Alt", "Shift", "Meta")
_NAMED_KEYS = {
    "pageup": "PgUp",
    "pagedown": "PgDown",
    "pgdn": "PgDown",
    "enter": "Return",
    "escape": "Esc",
    "delete": "Del",
    "insert": "Ins",
}
_KNOWN = (
    *("Up", "Down", "Left", "Right", "Home", "End", "PgUp", "PgDown", "Tab", "Return", "Esc"),
    *("Space", "Backspace", "Del", "Ins", "Pause", "Print", "Menu"),
    *(f"F{n}" for n in range(1, 25)),
)


class UnknownKey(ValueError):
    """A text that names no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBindings:
    """Keys of all commands, and what was wrong with the user's own."""

    command_of: Mapping[str, str]
    """Command id by key."""
    keys_of: Mapping[str, tuple[str, ...]]
    """Keys by command id, in order."""
    complaints: tuple[str, ...] = ()
    """Sentences that name conflicts and unknown keys or commands; those bindings do not apply."""


def normalised(key: str) -> str:
    """Spell a key as the table does, modifiers in the order Ctrl, Alt, Shift, Meta.

    Raises UnknownKey when it names no key.
    """
    text = key.strip()
    if text == "+" or text.endswith("++"):
        names, base = [name for name in text[:-1].split("+") if name], "+"
    else:
        *names, base = text.split("+")
    modifiers = {name.strip().capitalize() for name in names}
    unknown = modifiers - set(_MODIFIERS)
    if unknown or not base.strip():
        raise UnknownKey(f'"{key}" is no key')
    ordered = [name for name in _MODIFIERS if name in modifiers]
    return "+".join([*ordered, _base_key(base.strip(), key)])


def bind(
    commands: Iterable[Command], own: Mapping[str, tuple[str, ...]] | None = None
) -> KeyBindings:
    """Lay the user's own keys, by command id, over the defaults.

    A key that the user gave to one command is taken from the command that has it by default; a
    key that the user gave to two stays with the first, and the complaint names both.
    """
    table = {command.id: command for command in commands}
    complaints: list[str] = []
    command_of: dict[str, str] = {}
    keys_of: dict[str, list[str]] = {command_id: [] for command_id in table}
    rebound = set()
    for command_id, keys in (own or {}).items():
        if command_id not in table:
            complaints.append(f'there is no command called "{command_id}"')
            continue
        rebound.add(command_id)
        for key in keys:
            _give(key, command_id, command_of, keys_of, complaints)
    for command in table.values():
        if command.id in rebound:
            continue
        for key in command.keys:
            if key not in command_of:
                _give(key, command.id, command_of, keys_of, complaints)
    return KeyBindings(
        command_of=command_of,
        keys_of={command_id: tuple(keys) for command_id, keys in keys_of.items()},
        complaints=tuple(complaints),
    )


def _give(
    key: str,
    command_id: str,
    command_of: dict[str, str],
    keys_of: dict[str, list[str]],
    complaints: list[str],
) -> None:
    try:
        name = normalised(key)
    except UnknownKey as error:
        complaints.append(f"{error} ({command_id})")
        return
    holder = command_of.get(name)
    if holder is not None and holder != command_id:
        complaints.append(f"{name} is bound to both {holder} and {command_id}; {holder} keeps it")
        return
    if holder is None:
        command_of[name] = command_id
        keys_of[command_id].append(name)


def _base_key(base: str, whole: str) -> str:
    if len(base) == 1:
        return base.upper()
    spelled = _NAMED_KEYS.get(base.lower())
    if spelled is not None:
        return spelled
    for known in _KNOWN:
        if known.lower() == base.lower():
            return known
    raise UnknownKey(f'"{whole}" is no key')
