"""Which exams of the worklist are held open: those near the reader."""

from __future__ import annotations

from viewer.domain.patient_studies import priors_of
from viewer.session.ai_results import unfinished
from viewer.session.state import SessionState
from viewer.session.worklist import neighbour

MOST_OPEN = 8
"""Exams held open when none has to be; an open exam costs headers, not frames."""
MOST_PRIORS = 3


def near_exams(state: SessionState) -> tuple[str, ...]:
    """The exams to hold open, the most urgent first.

    The one that is waited for, the one that hangs, its newest priors, the next and the previous
    of the list, and the newest prior of the next.
    """
    worklist = state.worklist
    following, before = neighbour(state, 1), neighbour(state, -1)
    ids = [worklist.wanted, state.exam_id]
    ids += _priors_in_list(state, worklist.wanted or state.exam_id)[:MOST_PRIORS]
    ids += [following, before, *_priors_in_list(state, following)[:1]]
    return tuple(dict.fromkeys(exam_id for exam_id in ids if exam_id is not None))


def too_far(state: SessionState) -> tuple[str, ...]:
    """The open exams to close, so that not more than MOST_OPEN are held; the farthest first.

    Never one that is near, or that the AI works on, or that is not in the list.
    """
    surplus = len(state.exams) - MOST_OPEN
    if surplus <= 0:
        return ()
    order = [row.exam_id for row in state.worklist.rows]
    near = set(near_exams(state))
    busy = set(unfinished(state))
    here = order.index(state.exam_id) if state.exam_id in order else 0
    closable = [
        exam.exam_id
        for exam in state.exams
        if exam.exam_id in order
        and exam.exam_id not in near
        and not any(image.image_id in busy for image in exam.images)
    ]
    closable.sort(key=lambda exam_id: -abs(order.index(exam_id) - here))
    return tuple(closable[:surplus])


def _priors_in_list(state: SessionState, exam_id: str | None) -> list[str]:
    exams = [row.exam for row in state.worklist.rows if row.exam is not None]
    exam = next((exam for exam in exams if exam.exam_id == exam_id), None)
    if exam is None:
        return []
    return [prior.exam_id for prior in priors_of(exam, exams, state.confirmed_patients)]
