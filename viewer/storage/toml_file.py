"""TOML files that survive damage: a broken one is set aside, named, and the default serves."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Any

import tomli_w

from inference.atomic_file import write_atomically
from viewer.storage.moved_aside import move_aside

PRIVATE = 0o600
LARGEST_BYTES = 4 << 20
_PAUSES_S = (0.02, 0.08, 0.2)


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
    """Read a file; one that is absent is empty, one that cannot be used is set aside.

    If it stayed, the next one that is written would take its place. Errors of the system are waited
    out for a moment first: on Windows a file cannot be read while another program holds it.
    """
    for pause_s in _PAUSES_S:
        try:
            return _read(path)
        except OSError:
            time.sleep(pause_s)
    try:
        return _read(path)
    except OSError as error:
        return TomlFile(complaint=_kept_aside(path, "cannot be read", error.strerror or str(error)))


def _read(path: Path) -> TomlFile:
    """Raises OSError where the system does not let it be read."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            return TomlFile(complaint=set_aside(path, "it is not a file"))
        if status.st_size > LARGEST_BYTES:
            return TomlFile(complaint=set_aside(path, "it is too large"))
        return TomlFile(entries=tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return TomlFile()
    except RecursionError:
        return TomlFile(complaint=set_aside(path, "its lists are nested too deeply"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return TomlFile(complaint=set_aside(path, str(error)))
    except ValueError:
        # Python converts no more digits than that, and tomllib lets it say so.
        return TomlFile(complaint=set_aside(path, "a number has thousands of digits"))


def set_aside(path: Path, reason: str) -> str:
    """Rename a damaged file, and say what it is called now."""
    return _kept_aside(path, "is damaged", reason)


def _kept_aside(path: Path, fault: str, reason: str) -> str:
    words = f"{path.name} {fault} ({reason}); the defaults serve"
    kept = move_aside(path)
    return words if kept is None else f"{words}, the file is kept as {kept.name}"


def write_toml(path: Path, entries: Mapping[str, Any]) -> None:
    """Write a file that only the user may read; raises NotKept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, tomli_w.dumps(entries).encode())
        path.chmod(PRIVATE)
    except OSError as error:
        raise NotKept(path, error) from error


def can_be_path(value: object) -> bool:
    """Whether an entry is a text that a file may be called."""
    return isinstance(value, str) and value != "" and "\0" not in value


def left_out(path: Path, table: str, count: int) -> str:
    """Say how many entries of a table make no sense."""
    words = f'1 entry of "{table}" makes' if count == 1 else f'{count} entries of "{table}" make'
    return f"{path.name}: {words} no sense; left out"
