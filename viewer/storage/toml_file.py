"""TOML files that survive damage: a broken one is set aside, named, and the default serves."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from inference.atomic_file import write_atomically

PRIVATE = 0o600
LARGEST_BYTES = 4 << 20


class NotKept(Exception):
    """A file could not be written: a read-only folder, a full disk; what was there is untouched."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(f"{path.name} could not be written: {cause.strerror or cause}")
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """What a file holds, and what was wrong with it."""

    entries: Mapping[str, Any] = field(default_factory=dict)
    complaint: str | None = None
    """A sentence for the user when the file was damaged or cannot be read."""


def read_toml(path: Path) -> TomlFile:
    """Read a file; one that is absent is empty, one that is damaged is set aside."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return TomlFile(complaint=set_aside(path, "it is too large"))
        return TomlFile(entries=tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return TomlFile()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return TomlFile(complaint=set_aside(path, str(error)))
    except OSError as error:
        reason = error.strerror or str(error)
        return TomlFile(complaint=f"{path.name} cannot be read ({reason}); the defaults serve")


def set_aside(path: Path, reason: str) -> str:
    """Rename a damaged file, and say what it is called now."""
    kept = path.with_name(f"{path.name}.damaged")
    try:
        os.replace(path, kept)
    except OSError:
        return f"{path.name} is damaged ({reason}); the defaults serve"
    return f"{path.name} is damaged ({reason}); the defaults serve, the file is kept as {kept.name}"


def write_toml(path: Path, entries: Mapping[str, Any]) -> None:
    """Write a file that only the user may read; raises NotKept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, tomli_w.dumps(entries).encode())
        path.chmod(PRIVATE)
    except OSError as error:
        raise NotKept(path, error) from error
