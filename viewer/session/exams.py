"""Choosing, correcting and closing exams."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.exam import Exam
from viewer.domain.modified_views import extra_stages
from viewer.session.staging import emptied, remembering, with_stage
from viewer.session.state import Cine, Layout, SessionState


def chosen(state: SessionState, exam_id: str) -> SessionState:
    """Hang one of the open exams; raises KeyError when it is not open."""
    exam = next((exam for exam in state.exams if exam.exam_id == exam_id), None)
    if exam is None:
        raise KeyError(exam_id)
    state = remembering(state)
    # One CT series fills the screen; others of the exam are a key away.
    alone = len(exam.images) == 1 or all(image.ct is not None for image in exam.images)
    state = replace(
        state,
        exam_id=exam_id,
        extra_stages=tuple(extra.stage for extra in extra_stages(exam.images)),
        finding=None,
        quadrant=None,
        picked=None,
        peeking=False,
        options=replace(state.options, cine=replace(state.options.cine, playing=False)),
    )
    return replace(
        with_stage(state, 0, framed_as_before=True),
        layout=Layout.SINGLE if alone else Layout.FOUR_UP,
    )


def stepped(state: SessionState, by: int) -> SessionState:
    """Hang the next or previous open exam, around the end."""
    if len(state.exams) < 2 or state.exam is None:
        return state
    index = state.exams.index(state.exam)
    return chosen(state, state.exams[(index + by) % len(state.exams)].exam_id)


def closed(state: SessionState, exam_id: str) -> SessionState:
    """Forget an exam and everything known of its images; hang the one after it, if any."""
    gone = next((exam for exam in state.exams if exam.exam_id == exam_id), None)
    if gone is None:
        return state
    ids = {image.image_id for image in gone.images}
    left = tuple(exam for exam in state.exams if exam is not gone)
    smaller = replace(
        state,
        exams=left,
        ai={i: s for i, s in state.ai.items() if i not in ids},
        breasts={k: s for k, s in state.breasts.items() if k.exam_id != exam_id},
        remembered={i: p for i, p in state.remembered.items() if i not in ids},
        seen=None
        if state.seen is None
        else {i: seen for i, seen in state.seen.items() if i not in ids},
    )
    if state.exam_id != exam_id:
        return smaller
    if left:
        return chosen(smaller, left[min(state.exams.index(gone), len(left) - 1)].exam_id)
    return SessionState(
        overlay=state.overlay,
        protocols=state.protocols,
        screens=state.screens,
        protocol=state.protocol,
        panes=emptied(state.protocol.stages[0]),
        active=next(iter(state.protocol.stages[0].places)),
        pane_sizes=state.pane_sizes,
        worklist=state.worklist,
        confirmed_patients=state.confirmed_patients,
        seen=None if state.seen is None else {},
        options=replace(state.options, cine=Cine()),
    )


def corrected(state: SessionState, exam: Exam) -> SessionState:
    """Replace an open exam by the same one with other views, and hang it anew.

    What the AI said of images that are laid differently now is forgotten.
    """
    before = next((e for e in state.exams if e.exam_id == exam.exam_id), None)
    if before is None:
        return state
    old_images = {image.image_id: image for image in before.images}
    moved = {i.image_id for i in exam.images if old_images.get(i.image_id) != i}
    exams = tuple(exam if e is before else e for e in state.exams)
    smaller = replace(
        state,
        exams=exams,
        ai={i: s for i, s in state.ai.items() if i not in moved},
        breasts={k: s for k, s in state.breasts.items() if k.exam_id != exam.exam_id},
    )
    return chosen(smaller, exam.exam_id) if state.exam_id == exam.exam_id else smaller
