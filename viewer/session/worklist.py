"""The reader's way through the worklist: opening, stepping, filtering, marking as read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from viewer.domain.worklist import (
    ReadingStatus,
    Worklist,
    WorklistFilter,
    WorklistLine,
    WorklistRow,
    listed,
)
from viewer.session.exams import chosen, closed, stepped
from viewer.session.state import SessionState
from viewer.session.worklist_order import rows_in_order
from viewer.session.worklist_words import ai_text


def lines(state: SessionState) -> tuple[WorklistLine, ...]:
    """The lines on the list as it is filtered now."""
    return listed(state.worklist, state.confirmed_patients, identity=state.options.identity)


def rows_added(state: SessionState, rows: Iterable[WorklistRow]) -> SessionState:
    """Add rows in the list's order; one whose exam is in the list already replaces that row."""
    new = tuple(rows)
    by_id = {row.exam_id: row for row in new if row.exam_id is not None}
    known = {row.exam_id for row in state.worklist.rows}
    kept = tuple(
        _renewed(row, by_id[row.exam_id]) if row.exam_id in by_id else row
        for row in state.worklist.rows
    )
    added = tuple(row for row in new if row.exam_id is None or row.exam_id not in known)
    first = max((row.number for row in kept), default=0) + 1
    numbered = tuple(replace(row, number=first + n) for n, row in enumerate(added))
    order = state.worklist.order
    rows = kept + numbered
    if order.by is None or not order.by.changes_while_reading:
        rows = rows_in_order(state, rows, order)
    return _listing(state, replace(state.worklist, rows=rows))


def _renewed(old: WorklistRow, new: WorklistRow) -> WorklistRow:
    """The newer reading of an exam; what a list said of it stays."""
    return replace(
        new,
        priority=new.priority or old.priority,
        note=new.note or old.note,
        number=old.number,
    )


def row_failed(state: SessionState, exam_id: str, problem: str) -> SessionState:
    """Say why an exam of the list cannot be opened; it is not waited for any more."""
    rows = tuple(
        replace(row, exam=None, problem=problem) if row.exam_id == exam_id else row
        for row in state.worklist.rows
    )
    wanted = None if state.worklist.wanted == exam_id else state.worklist.wanted
    return _listing(state, replace(state.worklist, rows=rows, wanted=wanted))


def rows_dropped(state: SessionState, exam_ids: Container[str]) -> SessionState:
    """Take exams off the list, as when a search at its end groups their files otherwise."""
    rows = tuple(row for row in state.worklist.rows if row.exam_id not in exam_ids)
    if len(rows) == len(state.worklist.rows):
        return state
    return _listing(state, replace(state.worklist, rows=rows))


def exam_wanted(state: SessionState, exam_id: str) -> SessionState:
    """Hang an exam of the list, at once when it is open, else as soon as it is read."""
    if any(exam.exam_id == exam_id for exam in state.exams):
        hung = state if state.exam_id == exam_id else chosen(state, exam_id)
        return _listing(hung, replace(hung.worklist, wanted=None, visible=False))
    if all(row.exam_id != exam_id for row in state.worklist.rows):
        return state
    return _listing(state, replace(state.worklist, wanted=exam_id))


def neighbour(state: SessionState, by: int) -> str | None:
    """The exam that many places after the one that hangs, or is to hang; None past an end."""
    ids = [i for line in lines(state) if (i := line.row.exam_id) is not None]
    here = state.worklist.wanted or state.exam_id
    if here not in ids:
        return ids[0] if ids and here is None else _beside_unlisted(state, ids, by)
    place = ids.index(here) + by
    return ids[place] if 0 <= place < len(ids) else None


def stepped_in_list(state: SessionState, by: int) -> SessionState:
    """Hang the next or previous exam of the list; without a list, of those that are open."""
    if not state.worklist.rows:
        return stepped(state, by)
    following = neighbour(state, by)
    return state if following is None else exam_wanted(state, following)


def place_in_list(state: SessionState) -> tuple[int, int] | None:
    """Which line hangs, from 1, and how many there are; None when it is not listed."""
    ids = [line.row.exam_id for line in lines(state)]
    return (ids.index(state.exam_id) + 1, len(ids)) if state.exam_id in ids else None


def list_toggled(state: SessionState) -> SessionState:
    """Show the list in place of the images, or the images again."""
    return _listing(state, replace(state.worklist, visible=not state.worklist.visible))


def list_shown(state: SessionState, *, visible: bool) -> SessionState:
    """Show the list, or the images."""
    return (
        state
        if state.worklist.visible is visible
        else _listing(state, replace(state.worklist, visible=visible))
    )


def list_filtered(state: SessionState, chosen_filter: WorklistFilter) -> SessionState:
    """List other rows."""
    if state.worklist.filter == chosen_filter:
        return state
    return _listing(state, replace(state.worklist, filter=chosen_filter))


def statuses_known(state: SessionState, statuses: Mapping[str, ReadingStatus]) -> SessionState:
    """Take over what was kept of earlier readings."""
    return _listing(
        state, replace(state.worklist, statuses={**statuses, **state.worklist.statuses})
    )


def status_set(state: SessionState, exam_id: str, status: ReadingStatus) -> SessionState:
    """Note how far the reader is with an exam."""
    if state.worklist.status(exam_id) is status:
        return state
    return _listing(
        state, replace(state.worklist, statuses={**state.worklist.statuses, exam_id: status})
    )


def seen(state: SessionState) -> SessionState:
    """Note that the exam that hangs has been on screen."""
    exam_id = state.exam_id
    if exam_id is None or state.worklist.status(exam_id) is not ReadingStatus.UNREAD:
        return state
    return status_set(state, exam_id, ReadingStatus.OPEN)


def read_toggled(state: SessionState) -> SessionState:
    """Mark the exam that hangs as read, or take the mark back."""
    if state.exam_id is None:
        return state
    is_read = state.worklist.status(state.exam_id) is ReadingStatus.READ
    return status_set(state, state.exam_id, ReadingStatus.OPEN if is_read else ReadingStatus.READ)


def put_away(state: SessionState, exam_id: str) -> SessionState:
    """Close an exam that is far from the reader; what the AI said is kept in words.

    How its images were shown, and which slices were seen, stays for its return.
    """
    words = {**state.worklist.ai_words, exam_id: ai_text(state, exam_id)}
    smaller = replace(closed(state, exam_id), remembered=state.remembered, seen=state.seen)
    return _listing(smaller, replace(state.worklist, ai_words=words))


def _beside_unlisted(state: SessionState, ids: list[str], by: int) -> str | None:
    """The listed exam after or before one that the filter hides."""
    order = [row.exam_id for row in state.worklist.rows]
    here = state.worklist.wanted or state.exam_id
    if here not in order:
        return ids[0] if ids else None
    place = order.index(here)
    after = [i for i in ids if order.index(i) > place]
    before = [i for i in ids if order.index(i) < place]
    beside = after[:1] if by > 0 else before[-1:]
    return beside[0] if beside else None


def _listing(state: SessionState, worklist: Worklist) -> SessionState:
    return replace(state, worklist=worklist)
