"""The shipped sets of keys: resources/keys/*.toml, each the keys that differ from the program's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPreset:
    """Keys that a reader may start from."""

    name: str
    place: int
    """Its place in the list, from 1."""
    description: str
    keys: Mapping[str, tuple[str, ...]]
    """Keys by command id, of those commands that differ."""


def key_presets() -> tuple[KeyPreset, ...]:
    """All shipped sets, in the order they are offered."""
    folder = resources.files("resources") / "keys"
    found = [
        _preset(entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(_SUFFIX)
    ]
    return tuple(sorted(found, key=lambda preset: preset.place))


def _preset(text: str) -> KeyPreset:
    entries = tomllib.loads(text)
    return KeyPreset(
        name=entries["name"],
        place=entries["place"],
        description=entries["description"],
        keys={command_id: tuple(keys) for command_id, keys in entries["keys"].items()},
    )
