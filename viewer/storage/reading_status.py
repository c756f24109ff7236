"""How far the reader is with each exam, how they sort the worklist, which patients they confirmed.

In a private file, and there by hashes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from viewer.domain.worklist import ReadingStatus
from viewer.domain.worklist_order import OrderBy, WorklistOrder
from viewer.storage.toml_file import left_out, read_toml, write_toml

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

    Entries that make no sense are left out and counted in the complaint.
    """
    file = read_toml(path)
    statuses, wrong_exams = _statuses(file.entries.get("exams", {}))
    order = _order(file.entries.get("worklist", {}))
    confirmed, wrong_patients = _confirmed(file.entries.get("patients", {}))
    wrong = {"exams": wrong_exams, "worklist": int(order is None), "patients": wrong_patients}
    words = "; ".join(left_out(path, table, count) for table, count in wrong.items() if count)
    reading = Reading(statuses=statuses, order=order or WorklistOrder(), confirmed=confirmed)
    return reading, file.complaint or words or None


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


def _statuses(entries: object) -> tuple[dict[str, ReadingStatus], int]:
    """The statuses by exam, and how many entries make no sense."""
    if not isinstance(entries, dict):
        return {}, 1
    known = {status.value: status for status in ReadingStatus}
    statuses = {i: known[v] for i, v in entries.items() if isinstance(v, str) and v in known}
    return statuses, len(entries) - len(statuses)


def _order(entry: object) -> WorklistOrder | None:
    """How the list is sorted; None when the entry makes no sense."""
    if entry == {}:
        return WorklistOrder()
    if not isinstance(entry, dict):
        return None
    columns = {column.value: column for column in OrderBy}
    said, descending = entry.get("sorted_by"), entry.get("descending", False)
    if said == _AS_FOUND:
        return WorklistOrder(by=None)
    if not isinstance(said, str) or said not in columns or not isinstance(descending, bool):
        return None
    return WorklistOrder(by=columns[said], descending=descending)


def _confirmed(entry: object) -> tuple[frozenset[str], int]:
    """The hashes of what was confirmed, and how many entries make no sense."""
    hashes = entry.get("confirmed", []) if isinstance(entry, dict) else None
    if not isinstance(hashes, list):
        return frozenset(), 1
    found = [h for h in hashes if isinstance(h, str)]
    return frozenset(found), len(hashes) - len(found)
