"""What the cells of the worklist say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from viewer.domain.worklist import ReadingStatus, WorklistLine, kinds_text, views_text
from viewer.domain.worklist_order import OrderBy
from viewer.session.state import SessionState
from viewer.session.worklist_words import ai_text, exam_text


class Column(IntEnum):
    """The columns from the left."""

    STATUS = 0
    EXAM = 1
    KINDS = 2
    VIEWS = 3
    PRIORS = 4
    AI = 5
    PRIORITY = 6
    NOTE = 7


TITLES = {
    Column.STATUS: "Status",
    Column.EXAM: "Exam",
    Column.KINDS: "Kinds",
    Column.VIEWS: "Views",
    Column.PRIORS: "Priors",
    Column.AI: "AI",
    Column.PRIORITY: "Priority",
    Column.NOTE: "Note",
}
ORDERS = {
    Column.STATUS: OrderBy.STATUS,
    Column.EXAM: OrderBy.EXAM,
    Column.KINDS: OrderBy.KINDS,
    Column.VIEWS: OrderBy.VIEWS,
    Column.PRIORS: OrderBy.PRIORS,
    Column.AI: OrderBy.AI,
    Column.PRIORITY: OrderBy.PRIORITY,
    Column.NOTE: OrderBy.NOTE,
}
"""What a click on a column's title sorts by."""
CANNOT = "cannot open"
OPENING = "opening…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One row in words."""

    exam_id: str | None
    texts: tuple[str, ...]
    """By Column."""
    status: ReadingStatus | None
    """None: the line cannot be opened."""
    is_hung: bool
    is_doubtful: bool


def cells_of(line: WorklistLine, state: SessionState) -> Cells:
    """Put a line into words."""
    row, exam = line.row, line.row.exam
    if exam is None:
        note = "; ".join(part for part in (row.problem, row.note) if part)
        texts = (CANNOT, row.title, "", "", "", "", row.priority, note)
        return Cells(exam_id=None, texts=texts, status=None, is_hung=False, is_doubtful=False)
    status = state.worklist.status(exam.exam_id)
    waited_for = state.worklist.wanted == exam.exam_id
    return Cells(
        exam_id=exam.exam_id,
        texts=(
            OPENING if waited_for else status.value,
            exam_text(row, identity=state.options.identity),
            kinds_text(exam),
            views_text(exam),
            _priors_text(line),
            ai_text(state, exam.exam_id),
            row.priority,
            row.note,
        ),
        status=status,
        is_hung=exam.exam_id == state.exam_id,
        is_doubtful=line.doubtful > 0,
    )


def summary(state: SessionState, listed: int) -> str:
    """How many exams there are, are listed and are read."""
    rows = [row for row in state.worklist.rows if row.exam is not None]
    read = sum(state.worklist.status(row.exam_id) is ReadingStatus.READ for row in rows)
    faulty = len(state.worklist.rows) - len(rows)
    parts = [
        f"{len(rows)} {'exam' if len(rows) == 1 else 'exams'}",
        f"{listed} {'line' if listed == 1 else 'lines'} listed",
        f"{read} read",
    ]
    if faulty:
        parts.append(f"{faulty} cannot be opened")
    return "   ".join(parts)


def _priors_text(line: WorklistLine) -> str:
    said = str(line.priors) if line.priors else ""
    if line.is_prior:
        said = f"{said} (a prior)".strip()
    if line.doubtful:
        said = f"{said} + {line.doubtful} to confirm".removeprefix(" + ")
    return said
