"""The exams opened last: by alias for the screen; their paths stay in a private file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viewer.storage.toml_file import can_be_path, left_out, read_toml, write_toml

MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentExam:
    """One opening."""

    alias: str
    paths: tuple[Path, ...]
    """Files and folders as the user gave them, absolute."""

    @property
    def folder_mark(self) -> str:
        """Four letters that tell folders apart without naming them."""
        text = "\n".join(str(path) for path in self.paths)
        return hashlib.sha256(text.encode()).hexdigest()[:4]

    def title(self, *, deidentified: bool) -> str:
        """What the list says: the alias, and the path only where identity may be shown."""
        if deidentified:
            return f"{self.alias}   ·{self.folder_mark}"
        return f"{self.alias}   {self.paths[0]}"


def read_recent(path: Path) -> tuple[tuple[RecentExam, ...], str | None]:
    """Read the list, the newest first, and a complaint about a damaged file.

    Entries that make no sense are left out and counted in the complaint.
    """
    file = read_toml(path)
    entries = file.entries.get("recent", [])
    entries = entries[:MOST] if isinstance(entries, list) else [None]
    found = tuple(r for r in map(_recent, entries) if r is not None)
    wrong = len(entries) - len(found)
    return found, file.complaint or (left_out(path, "recent", wrong) if wrong else None)


def with_recent(known: Iterable[RecentExam], newest: RecentExam) -> tuple[RecentExam, ...]:
    """Put an opening on top; the same paths stand once."""
    others = [recent for recent in known if recent.paths != newest.paths]
    return (newest, *others)[:MOST]


def write_recent(path: Path, recents: Iterable[RecentExam]) -> None:
    """Write the list; raises NotKept."""
    entries = [{"alias": r.alias, "paths": [str(p) for p in r.paths]} for r in recents]
    write_toml(path, {"recent": entries})


def _recent(entry: Any) -> RecentExam | None:
    if not isinstance(entry, dict):
        return None
    alias, paths = entry.get("alias"), entry.get("paths")
    if not isinstance(alias, str) or not isinstance(paths, list) or not paths:
        return None
    if not all(map(can_be_path, paths)):
        return None
    return RecentExam(alias=alias, paths=tuple(Path(path) for path in paths))
