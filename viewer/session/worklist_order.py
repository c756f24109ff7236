"""Puts the rows of the worklist in order, at a click and as rows arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viewer.domain.worklist import (
    ReadingStatus,
    WorklistLine,
    WorklistRow,
    kinds_text,
    lines_of,
    views_text,
)
from viewer.domain.worklist_order import (
    OrderBy,
    SortKey,
    WorklistOrder,
    in_order,
    natural_key,
    priority_key,
)
from viewer.session.state import SessionState
from viewer.session.worklist_words import ai_text, exam_text

_STATUSES = tuple(ReadingStatus)


def list_ordered(state: SessionState, order: WorklistOrder) -> SessionState:
    """Sort the list; what hangs goes on hanging, and next follows the new order."""
    rows = rows_in_order(state, state.worklist.rows, order)
    return replace(state, worklist=replace(state.worklist, rows=rows, order=order))


def rows_in_order(
    state: SessionState, rows: tuple[WorklistRow, ...], order: WorklistOrder
) -> tuple[WorklistRow, ...]:
    """Rows sorted by a column; those that are equal there stay as they were found."""
    found = tuple(sorted(rows, key=lambda row: row.number))
    if order.by is None:
        return found
    if order.by is OrderBy.PRIORITY and not any(row.priority for row in rows):
        return found
    key = _KEYS[order.by]
    lines = {id(line.row): line for line in lines_of(found, state.confirmed_patients)}
    return in_order(found, lambda row: key(state, lines[id(row)]), descending=order.descending)


def _text_key(text: str) -> SortKey | None:
    return natural_key(text) if text else None


def _status_key(state: SessionState, line: WorklistLine) -> SortKey | None:
    if line.row.exam is None:
        return None
    return ((_STATUSES.index(state.worklist.status(line.row.exam_id)), 0.0, ""),)


def _exam_key(state: SessionState, line: WorklistLine) -> SortKey | None:
    return _text_key(exam_text(line.row, identity=state.options.identity))


def _priors_key(state: SessionState, line: WorklistLine) -> SortKey | None:
    del state
    found = line.priors + line.doubtful
    return ((found, 0.0, ""),) if found else None


def _priority_key(state: SessionState, line: WorklistLine) -> SortKey | None:
    del state
    return priority_key(line.row.priority) if line.row.priority else None


_KEYS: dict[OrderBy, Callable[[SessionState, WorklistLine], SortKey | None]] = {
    OrderBy.STATUS: _status_key,
    OrderBy.EXAM: _exam_key,
    OrderBy.KINDS: lambda _, line: (
        None if line.row.exam is None else _text_key(kinds_text(line.row.exam))
    ),
    OrderBy.VIEWS: lambda _, line: (
        None if line.row.exam is None else _text_key(views_text(line.row.exam))
    ),
    OrderBy.PRIORS: _priors_key,
    OrderBy.AI: lambda state, line: _text_key(
        "" if line.row.exam_id is None else ai_text(state, line.row.exam_id)
    ),
    OrderBy.PRIORITY: _priority_key,
    OrderBy.NOTE: lambda _, line: _text_key(line.row.note or line.row.problem),
}
