"""The version that a file of the user's own carries, and what is said of a newer program's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEY = "version"
_FIRST = 1
"""Files that were made before they said their version."""


def is_newer(entries: Mapping[str, Any], present: int) -> bool:
    """Whether a file's entries are of a later version than this program writes.

    Raises ValueError where the version is no whole number from 1 on.
    """
    version = entries.get(KEY, _FIRST)
    if not isinstance(version, int) or isinstance(version, bool) or version < _FIRST:
        raise ValueError(f"the version must be a whole number from 1 on, got {version!r:.40}")
    return version > present


def newer_file(path: Path) -> str:
    """Say that a file is not used, and why."""
    return (
        f"{path.name} was made by a newer Tomolens; it stays where it is and is not used until "
        "Tomolens is updated"
    )


def lies_newer(path: Path, present: int) -> bool:
    """Whether a newer program's file lies at a place, so that nothing may be written there."""
    try:
        return is_newer(tomllib.loads(path.read_text(encoding="utf-8")), present)
    except (OSError, ValueError, RecursionError):
        return False
