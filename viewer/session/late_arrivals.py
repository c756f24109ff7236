"""What is found of an exam after it was hung, while its folder is still being read."""

from __future__ import annotations

from viewer.domain.exam import Exam
from viewer.domain.patient_studies import newest_of
from viewer.session.state import SessionState

_LEFT_ALONE = (
    "exam_id",
    "protocol",
    "stage_index",
    "layout",
    "active",
    "quadrant",
    "picked",
    "finding",
    "reader_marks",
)


def is_untouched(then: SessionState, now: SessionState) -> bool:
    """Whether the reader has left everything as it was since an exam was hung.

    then: the state just after. Places that were empty may have been filled.
    """
    if any(getattr(then, name) != getattr(now, name) for name in _LEFT_ALONE):
        return False
    if now.marks.drawn is not None or _steps_of_marks(now) != _steps_of_marks(then):
        return False
    return all(
        now.panes.get(slot) == pane
        for slot, pane in then.panes.items()
        if pane.image_id is not None
    )


def newer_study(state: SessionState) -> Exam | None:
    """A newer study in the worklist of the patient whose exam hangs, headers only."""
    exam = state.exam
    if exam is None:
        return None
    listed = [row.exam for row in state.worklist.rows if row.exam is not None]
    newest = newest_of(exam, listed, state.confirmed_patients)
    return None if newest.exam_id == exam.exam_id else newest


def _steps_of_marks(state: SessionState) -> int:
    return sum(len(marks.past) + len(marks.future) for marks in state.marks.exams.values())
