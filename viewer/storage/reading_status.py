"""How far the reader is with each exam, how they sort the worklist, which patients they confirmed.

In a private file, and there by hashes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from viewer.domain.worklist import ReadingStatus
from viewer.domain.worklist_order import OrderBy, WorklistOrder
from viewer.storage.toml_file import read_toml, write_toml

MOST = 20_000
"""Exams that are kept; the oldest go first."""
_AS_FOUND = "as found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is kept between runs."""

    statuses: Mapping[str, ReadingStatus] = field(default_factory=dict)
    """By exam id, in the order they were noted."""
    order: WorklistOrder = field(default_factory=WorklistOrder)
    confirmed: frozenset[str] = frozenset()
    """Hashes of pairs of studies that the reader said are of one patient."""


def read_reading(path: Path) -> tuple[Reading, str | None]:
    """Read what was kept, and a complaint about a damaged file.

    Entries that make no sense are left out.
    """
    file = read_toml(path)
    entries = file.entries.get("exams", {})
    known = {status.value: status for status in ReadingStatus}
    statuses = {
        exam_id: known[value]
        for exam_id, value in (entries.items() if isinstance(entries, dict) else ())
        if isinstance(value, str) and value in known
    }
    order = _order(file.entries.get("worklist", {}))
    confirmed = _confirmed(file.entries.get("patients", {}))
    return Reading(statuses=statuses, order=order, confirmed=confirmed), file.complaint


def write_reading(path: Path, reading: Reading) -> None:
    """Write it; raises NotKept."""
    newest = list(reading.statuses.items())[-MOST:]
    by = reading.order.by
    entries = {
        "worklist": {
            "sorted_by": _AS_FOUND if by is None else by.value,
            "descending": reading.order.descending,
        },
        "patients": {"confirmed": sorted(reading.confirmed)},
        "exams": {i: s.value for i, s in newest if s is not ReadingStatus.UNREAD},
    }
    write_toml(path, entries)


def _order(entry: object) -> WorklistOrder:
    if not isinstance(entry, dict):
        return WorklistOrder()
    columns = {column.value: column for column in OrderBy}
    said, descending = entry.get("sorted_by"), entry.get("descending", False)
    if said == _AS_FOUND:
        return WorklistOrder(by=None)
    if not isinstance(said, str) or said not in columns or not isinstance(descending, bool):
        return WorklistOrder()
    return WorklistOrder(by=columns[said], descending=descending)


def _confirmed(entry: object) -> frozenset[str]:
    hashes = entry.get("confirmed", []) if isinstance(entry, dict) else []
    if not isinstance(hashes, list):
        return frozenset()
    return frozenset(h for h in hashes if isinstance(h, str))
