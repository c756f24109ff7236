"""The user's own keys: a TOML table [keys] of command ids, each with one key or a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from viewer.storage.toml_file import read_toml, write_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKeys:
    """Own keys by command id, and what was wrong with the file."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def read_keys(path: Path) -> StoredKeys:
    """Read the user's own keys; entries that are no text are named and left out."""
    file = read_toml(path)
    if file.complaint is not None:
        return StoredKeys(complaints=(file.complaint,))
    table = file.entries.get("keys", {})
    if not isinstance(table, dict):
        return StoredKeys(complaints=(f'{path.name}: "keys" must be a table',))
    keys: dict[str, tuple[str, ...]] = {}
    complaints = []
    for command_id, value in table.items():
        texts = [value] if isinstance(value, str) else value
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            keys[command_id] = tuple(texts)
        else:
            complaints.append(f'{path.name}: the keys of "{command_id}" must be texts')
    return StoredKeys(keys=keys, complaints=tuple(complaints))


def write_keys(path: Path, keys: Mapping[str, tuple[str, ...]]) -> None:
    """Write the user's own keys; raises NotKept."""
    write_toml(path, {"keys": {command_id: list(texts) for command_id, texts in keys.items()}})
