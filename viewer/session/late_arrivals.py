"""What is found of an exam after it was hung, while its folder is still being read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from viewer.domain.exam import Exam
from viewer.domain.modified_views import extra_stages
from viewer.domain.patient_studies import newest_of
from viewer.session.patient import with_priors_hung
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


def exams_renewed(state: SessionState, exams: Iterable[Exam]) -> SessionState:
    """Take newer readings of exams, and open those that are not open; no pane changes its image.

    Of the exam that hangs, new images come to the list and, where they are outside the standard
    four, to the stages behind the protocol's. Empty places for an earlier study are filled.
    """
    new = {exam.exam_id: exam for exam in exams}
    open_ids = {exam.exam_id for exam in state.exams}
    kept = tuple(new.get(exam.exam_id, exam) for exam in state.exams)
    added = tuple(exam for exam_id, exam in new.items() if exam_id not in open_ids)
    renewed = replace(state, exams=kept + added)
    if state.exam_id in new:
        renewed = _with_extra_stages(renewed)
    return with_priors_hung(renewed)


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


def _with_extra_stages(state: SessionState) -> SessionState:
    """The exam's own stages anew; the stage that hangs stays, whatever its number is then."""
    exam = state.exam
    if exam is None:
        return state
    stage, shipped = state.stage, len(state.protocol.stages)
    extra = tuple(found.stage for found in extra_stages(exam.images))
    if state.stage_index < shipped:
        return replace(state, extra_stages=extra)
    if stage not in extra:
        return state
    return replace(state, extra_stages=extra, stage_index=shipped + extra.index(stage))


def _steps_of_marks(state: SessionState) -> int:
    return sum(len(marks.past) + len(marks.future) for marks in state.marks.exams.values())
