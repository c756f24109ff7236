"""What one pane is told of the marks on its image."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import cast

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.rendering.drawn_marks import NO_MARKS, PaneMarks
from viewer.rendering.same_object import SameObject
from viewer.rendering.strip import StripSpan
from viewer.session.key_images import is_key_image
from viewer.session.marking import ExamMarks, Marking
from viewer.session.patient import study_of
from viewer.session.state import SessionState


def picture_marks(state: SessionState, slot: Slot) -> PaneMarks:
    """The same for a picture: nothing selected or half drawn, and words only if they are wanted."""
    marks = pane_marks(state, slot)
    finished = tuple(mark for mark in marks.marks if mark.mark_id in marks.numbers)
    plain = replace(
        marks,
        marks=marks.marks if marks.corners is None else finished,
        selected=None,
        editing=False,
        handle=None,
        corners=None,
    )
    return plain if state.marks.words_in_pictures else plain.without_words()


def pane_marks(state: SessionState, slot: Slot) -> PaneMarks:
    """The marks on the image a slot holds; those being drawn or dragged as they lie now."""
    image = state.image_in(slot)
    exam = None if image is None else study_of(state, image.image_id)
    found = None if exam is None else state.marks.exams.get(exam.exam_id)
    if image is None or found is None:
        return NO_MARKS
    return _told(
        SameObject(state.marks),
        SameObject(found),
        SameObject(image),
        is_key_image=is_key_image(state, state.panes[slot]),
    )


@lru_cache(maxsize=32)
def _told(
    held: SameObject, held_found: SameObject, held_image: SameObject, *, is_key_image: bool
) -> PaneMarks:
    """The same object as long as nothing is drawn or chosen, for what is kept of it by slice."""
    marking = cast("Marking", held.held)
    kept = cast("ExamMarks", held_found.held).kept
    image = cast("ImageStack", held_image.held)
    flagged = PaneMarks(is_key_image=is_key_image)
    if not marking.visible:
        return flagged
    moving, drawn = marking.moving, marking.drawn
    marks = tuple(
        moving if moving is not None and moving.mark_id == mark.mark_id else mark
        for mark in kept.marks_on(image)
    )
    if drawn is not None and drawn.image_id == image.image_id:
        marks = (*marks, drawn)
    return replace(
        flagged,
        marks=marks,
        numbers={mark.mark_id: n for n, mark in enumerate(kept.marks, start=1)},
        selected=marking.selected,
        editing=marking.editing,
        handle=marking.handle,
        corners=marking.corners if marking.is_drawn_by_keys else None,
    )


def strip_spans(state: SessionState, slot: Slot) -> tuple[StripSpan, ...]:
    """On which slices of a slot's image marks are seen; none while marks are hidden."""
    pane = pane_marks(state, slot)
    return tuple(
        StripSpan(
            number=pane.numbers[mark.mark_id],
            first_slice=mark.first_slice,
            last_slice=mark.last_slice,
        )
        for mark in pane.marks
        if mark.mark_id in pane.numbers
    )
