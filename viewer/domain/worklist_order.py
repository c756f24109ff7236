"""The order in which a worklist is read: by a column, empty cells last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

RowT = TypeVar("RowT")
SortKey = tuple[tuple[int, float, str], ...]

_URGENCIES = (
    ("stat", "emergency", "emergent", "immediate"),
    ("urgent", "asap", "critical"),
    ("high",),
    ("medium", "normal", "moderate", "standard"),
    ("routine",),
    ("low",),
)
"""Words of worklists, the most urgent first (DICOM Requested Procedure Priority among them)."""
_RANKS = {word: rank for rank, words in enumerate(_URGENCIES) for word in words}
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_NUMBERS = re.compile(r"(\d+)")


class OrderBy(Enum):
    """What the rows are sorted by; the value is what files call it."""

    STATUS = "status"
    EXAM = "exam"
    KINDS = "kinds"
    VIEWS = "views"
    PRIORS = "priors"
    AI = "ai"
    PRIORITY = "priority"
    NOTE = "note"

    @property
    def changes_while_reading(self) -> bool:
        """Whether reading itself changes what is sorted by; then rows stay where they were put."""
        return self in (OrderBy.STATUS, OrderBy.AI)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistOrder:
    """By which column, and which way; by none: as the rows were found."""

    by: OrderBy | None = OrderBy.PRIORITY
    descending: bool = False

    def clicked(self, column: OrderBy) -> WorklistOrder:
        """What a click on a column's title makes of it: up, then down, then as found."""
        if self.by is not column:
            return WorklistOrder(by=column)
        if not self.descending:
            return WorklistOrder(by=column, descending=True)
        return WorklistOrder(by=None)

    def stepped(self, by: int) -> WorklistOrder:
        """Upwards by the next column (1) or the one before (-1); past the last: as found."""
        columns: tuple[OrderBy | None, ...] = (*OrderBy, None)
        return WorklistOrder(by=columns[(columns.index(self.by) + by) % len(columns)])

    @property
    def turned(self) -> WorklistOrder:
        """By the same column the other way."""
        return replace(self, descending=not self.descending)


def natural_key(text: str) -> SortKey:
    """Sort text as people do: case does not count, and 9 comes before 10."""
    parts = _NUMBERS.split(text.casefold())
    return tuple((0, float(p), "") if p.isdecimal() else (1, 0.0, p) for p in parts if p)


def priority_key(text: str) -> SortKey:
    """Sort priorities, the most urgent first: 1 before 2, urgent before routine, other words."""
    plain = text.strip().casefold()
    if _NUMBER.fullmatch(plain):
        return ((0, float(plain.replace(",", ".")), ""),)
    rank = _RANKS.get(plain)
    return ((1, rank, ""),) if rank is not None else ((2, 0.0, ""), *natural_key(plain))


def in_order(
    rows: Iterable[RowT], key_of: Callable[[RowT], SortKey | None], *, descending: bool
) -> tuple[RowT, ...]:
    """Sort rows; without a key (None) they come last either way, and equal ones stay in turn."""
    keyed = [(key_of(row), row) for row in rows]
    filled = [(key, row) for key, row in keyed if key is not None]
    filled.sort(key=lambda pair: pair[0], reverse=descending)
    return (*(row for _, row in filled), *(row for key, row in keyed if key is None))
