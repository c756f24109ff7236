"""How far the reader is with each exam, kept in a private file by the exams' hashes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from viewer.domain.worklist import ReadingStatus
from viewer.storage.toml_file import read_toml, write_toml

MOST = 20_000
"""Exams that are kept; the oldest go first."""


def read_statuses(path: Path) -> tuple[dict[str, ReadingStatus], str | None]:
    """Read what was kept, in the order it was noted, and a complaint about a damaged file.

    Entries that make no sense are left out.
    """
    file = read_toml(path)
    entries = file.entries.get("exams", {})
    if not isinstance(entries, dict):
        return {}, file.complaint
    known = {status.value: status for status in ReadingStatus}
    statuses = {
        exam_id: known[value]
        for exam_id, value in entries.items()
        if isinstance(value, str) and value in known
    }
    return statuses, file.complaint


def write_statuses(path: Path, statuses: Mapping[str, ReadingStatus]) -> None:
    """Write them; raises NotKept."""
    newest = list(statuses.items())[-MOST:]
    entries = {i: s.value for i, s in newest if s is not ReadingStatus.UNREAD}
    write_toml(path, {"exams": entries})
