"""Commands of the worklist; what opens and steps is in the session, what reads is a job."""

from __future__ import annotations

from collections.abc import Callable

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_exam, without_other_exam
from viewer.domain.worklist import ReadingStatus
from viewer.domain.worklist_order import WorklistOrder
from viewer.session.state import SessionState
from viewer.session.worklist import (
    list_toggled,
    neighbour,
    read_toggled,
    stepped_in_list,
)
from viewer.session.worklist_order import list_ordered


def _at_end(by: int, context: Context) -> str | None:
    state = context.state
    if not state.worklist.rows:
        return without_other_exam(context)
    if neighbour(state, by) is not None:
        return None
    return "this is the last exam of the list" if by > 0 else "this is the first exam of the list"


def _without_list(context: Context) -> str | None:
    has_list = context.state.worklist.rows or context.state.worklist.visible
    return None if has_list else "open a folder or a worklist first"


def _without_list_on_screen(context: Context) -> str | None:
    state = context.state
    if not state.worklist.rows:
        return "open a folder or a worklist first"
    return None if state.worklist.visible else "show the worklist first"


def _without_column(context: Context) -> str | None:
    reason = _without_list_on_screen(context)
    if reason is None and context.state.worklist.order.by is None:
        return "the list is as it was found: sort it by a column first"
    return reason


def _ordered(state: SessionState, change: Callable[[WorklistOrder], WorklistOrder]) -> SessionState:
    return list_ordered(state, change(state.worklist.order))


WORKLIST_COMMANDS = (
    Command(
        id="exam.worklist",
        title="Worklist",
        help="Show all exams found, with status and priors; again: the images.",
        group=Group.EXAM,
        keys=("F5", "Ctrl+L"),
        icon="mdi6.format-list-bulleted",
        why_not=_without_list,
        checked=lambda state: state.worklist.visible,
        run=transition(list_toggled),
    ),
    Command(
        id="exam.next",
        title="Next exam",
        help="Hang the next exam of the worklist.",
        group=Group.EXAM,
        keys=("Ctrl+Right",),
        why_not=lambda context: _at_end(1, context),
        run=transition(lambda state: stepped_in_list(state, 1)),
    ),
    Command(
        id="exam.previous",
        title="Previous exam",
        help="Hang the previous exam of the worklist.",
        group=Group.EXAM,
        keys=("Ctrl+Left",),
        why_not=lambda context: _at_end(-1, context),
        run=transition(lambda state: stepped_in_list(state, -1)),
    ),
    Command(
        id="exam.read",
        title="Mark as read",
        help="Mark the exam that hangs as read; again: take the mark back.",
        group=Group.EXAM,
        keys=("Ctrl+Return",),
        icon="mdi6.check",
        why_not=without_exam,
        checked=lambda state: state.worklist.status(state.exam_id) is ReadingStatus.READ,
        run=transition(read_toggled),
    ),
    Command(
        id="exam.sort_next",
        title="Sort worklist by the next column",
        help="Sort the list by the column right of the one it is sorted by; last: as found.",
        group=Group.EXAM,
        keys=("F7",),
        mouse=("click on a title of the list",),
        why_not=_without_list_on_screen,
        run=transition(lambda state: _ordered(state, lambda order: order.stepped(1))),
    ),
    Command(
        id="exam.sort_previous",
        title="Sort worklist by the previous column",
        help="Sort the list by the column left of the one it is sorted by.",
        group=Group.EXAM,
        keys=("Shift+F7",),
        why_not=_without_list_on_screen,
        run=transition(lambda state: _ordered(state, lambda order: order.stepped(-1))),
    ),
    Command(
        id="exam.sort_turned",
        title="Turn the worklist's order around",
        help="Sort the list by the same column the other way; empty cells stay last.",
        group=Group.EXAM,
        keys=("F8",),
        why_not=_without_column,
        run=transition(lambda state: _ordered(state, lambda order: order.turned)),
    ),
)
