"""Adding, changing, deleting, undoing, and going to marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.kept_marks import KeptMarks, laid_for
from viewer.domain.mark import Mark
from viewer.domain.mark_geometry import bounds
from viewer.domain.mark_layout import layout_of
from viewer.domain.merged_marks import merged, merged_marks
from viewer.session.framing import centred_on
from viewer.session.marking import ExamMarks, Marking, Marks
from viewer.session.patient import study_in, study_of
from viewer.session.placing import brought_up
from viewer.session.scrolling import to_slice
from viewer.session.state import SessionState


def marked_exam(state: SessionState) -> Exam | None:
    """The exam whose marks keys, list and history are about: that of the active pane's image."""
    return study_in(state, state.active)


def marks_of_exam(state: SessionState) -> ExamMarks | None:
    """What there is of the marked exam; None while it is not read."""
    exam = marked_exam(state)
    return None if exam is None else state.marks.exams.get(exam.exam_id)


def all_marks(state: SessionState) -> Marks:
    """The marks of the marked exam."""
    found = marks_of_exam(state)
    return () if found is None else found.kept.marks


def marks_on(state: SessionState, image: ImageStack) -> Marks:
    """The marks on an image of any open exam."""
    found = _holding_image(state, image.image_id)
    return () if found is None else found[1].kept.marks_on(image)


def mark_with(state: SessionState, mark_id: str | None) -> Mark | None:
    """The mark of any open exam with this id."""
    found = None if mark_id is None else _holding(state, mark_id)
    return None if found is None else found[2]


def selected_mark(state: SessionState) -> Mark | None:
    """The mark that keys act on."""
    return mark_with(state, state.marks.selected)


def restored(state: SessionState, exam_id: str, kept: KeptMarks) -> SessionState:
    """Take what was kept of an open exam; dropped when the exam was closed meanwhile."""
    exam = next((exam for exam in state.exams if exam.exam_id == exam_id), None)
    if exam is None or exam_id in state.marks.exams:
        return state
    return _with_exam(state, exam_id, ExamMarks(kept=laid_for(kept, exam.images)))


def others_joined(
    state: SessionState, exam_id: str, base: KeptMarks, theirs: KeptMarks
) -> SessionState:
    """Take over what another program did to an exam's marks since both had `base`.

    The history is of this program's steps alone: undoing takes nothing of the other's away.
    """
    found = state.marks.exams.get(exam_id)
    if found is None:
        return state

    def step(marks: Marks) -> Marks:
        return merged_marks(base.marks, marks, theirs.marks)

    whole = merged(base, found.kept, theirs)
    exam = next((exam for exam in state.exams if exam.exam_id == exam_id), None)
    kept = whole if exam is None else laid_for(whole, exam.images)
    if kept == found.kept:
        return state
    past, future = (tuple(step(m) for m in steps) for steps in (found.past, found.future))
    joined = ExamMarks(kept=kept, past=past, future=future)
    if kept is not whole:
        joined = ExamMarks(kept=kept)
    state = _with_exam(state, exam_id, joined)
    selected = state.marks.selected
    is_gone = selected is not None and mark_with(state, selected) is None
    return mark_selected(state, None) if is_gone else state


def laid_as_open(state: SessionState) -> SessionState:
    """Bring the marks in step with the open exams: images laid otherwise, exams closed.

    An exam's history ends where its marks are laid anew: its older steps are of another layout.
    """
    exams = {exam.exam_id: exam for exam in state.exams}
    found: dict[str, ExamMarks] = {}
    for exam_id, marks in state.marks.exams.items():
        if exam_id in exams:
            kept = laid_for(marks.kept, exams[exam_id].images)
            found[exam_id] = marks if kept is marks.kept else ExamMarks(kept=kept)
    if found == dict(state.marks.exams):
        return state
    drawn = state.marks.drawn
    exam = None if drawn is None else study_of(state, drawn.image_id)
    before = None if exam is None else state.marks.exams.get(exam.exam_id)
    # What is being drawn may be of the layout before, or of an image that is gone.
    is_drawn_still = exam is not None and found.get(exam.exam_id) is before
    return _marking(
        state,
        lambda marks: replace(
            marks, exams=MappingProxyType(found), drawn=drawn if is_drawn_still else None
        ),
    )


def can_mark(state: SessionState, image_id: str) -> bool:
    """Whether the kept marks of an image's exam are read, so that new ones can join them."""
    return _holding_image(state, image_id) is not None


def mark_added(state: SessionState, mark: Mark) -> SessionState:
    """Add a mark to its image's exam and select it."""
    image, holding = state.image(mark.image_id), _holding_image(state, mark.image_id)
    if image is None or holding is None:
        return state
    exam_id, found = holding
    found = found.with_marks((*found.kept.marks, mark))
    layouts = {**found.kept.layouts, image.image_id: layout_of(image)}
    found = replace(found, kept=replace(found.kept, layouts=MappingProxyType(layouts)))
    shown = _marking(_with_exam(state, exam_id, found), lambda m: replace(m, visible=True))
    return mark_selected(shown, mark.mark_id)


def mark_changed(state: SessionState, mark: Mark, *, same_step: bool = False) -> SessionState:
    """Replace a mark by another of the same id.

    same_step: the change belongs to the step before it; both are undone together.
    """
    holding = _holding(state, mark.mark_id)
    if holding is None or holding[2] == mark:
        return state
    exam_id, found, before = holding
    marks = tuple(mark if m is before else m for m in found.kept.marks)
    if same_step:
        found = replace(found, kept=replace(found.kept, marks=marks))
    else:
        found = found.with_marks(marks)
    return _with_exam(state, exam_id, found)


def mark_deleted(state: SessionState, mark_id: str) -> SessionState:
    """Take a mark away."""
    holding = _holding(state, mark_id)
    if holding is None:
        return state
    exam_id, found, _ = holding
    left = tuple(mark for mark in found.kept.marks if mark.mark_id != mark_id)
    state = _with_exam(state, exam_id, found.with_marks(left))
    return mark_selected(state, None) if state.marks.selected == mark_id else state


def can_undo(state: SessionState) -> bool:
    """Whether there is a step to undo."""
    found = marks_of_exam(state)
    return found is not None and bool(found.past)


def can_redo(state: SessionState) -> bool:
    """Whether there is a step to do again."""
    found = marks_of_exam(state)
    return found is not None and bool(found.future)


def undone(state: SessionState) -> SessionState:
    """Go one step back in the history of the exam's marks."""
    exam, found = marked_exam(state), marks_of_exam(state)
    if exam is None or found is None or not found.past:
        return state
    back = ExamMarks(
        kept=replace(found.kept, marks=found.past[-1]),
        past=found.past[:-1],
        future=(found.kept.marks, *found.future),
    )
    return _settled(_with_exam(state, exam.exam_id, back))


def redone(state: SessionState) -> SessionState:
    """Go one step forward again."""
    exam, found = marked_exam(state), marks_of_exam(state)
    if exam is None or found is None or not found.future:
        return state
    forward = ExamMarks(
        kept=replace(found.kept, marks=found.future[0]),
        past=(*found.past, found.kept.marks),
        future=found.future[1:],
    )
    return _settled(_with_exam(state, exam.exam_id, forward))


def mark_selected(state: SessionState, mark_id: str | None) -> SessionState:
    """Let keys act on a mark, or on none."""
    if state.marks.selected == mark_id and not state.marks.editing:
        return state
    return _marking(
        state,
        lambda marks: replace(
            marks, selected=mark_id, moving=None, editing=False, handle=None, step_begun=False
        ),
    )


def marks_toggled(state: SessionState) -> SessionState:
    """Hide all marks, or show them again; none stays selected, so that no key acts unseen."""
    state = mark_selected(state, None)
    return _marking(state, lambda marks: replace(marks, visible=not marks.visible, drawn=None))


def words_in_pictures_toggled(state: SessionState) -> SessionState:
    """Let saved pictures show the words of marks, or leave them out."""
    return _marking(state, lambda m: replace(m, words_in_pictures=not m.words_in_pictures))


def mark_shown(state: SessionState, mark_id: str) -> SessionState:
    """Select a mark, bring up its image and slice, and its place if the pane is zoomed in."""
    mark = mark_with(state, mark_id)
    if mark is None or state.image(mark.image_id) is None:
        return state
    state = _marking(mark_selected(state, mark_id), lambda m: replace(m, visible=True))
    state = brought_up(state, mark.image_id)
    slot = state.active
    if not mark.is_on(state.panes[slot].slice_index):
        state = to_slice(state, slot, mark.slice_index)
    top, left, bottom, right = bounds(mark.points)
    return centred_on(state, slot, (top + bottom) / 2, (left + right) / 2)


def mark_stepped(state: SessionState, by: int) -> SessionState:
    """Go to the next or previous mark whose image is open, around the end."""
    ids = [mark.mark_id for mark in open_marks(state)]
    if not ids:
        return state
    selected = state.marks.selected
    if selected not in ids:
        return mark_shown(state, ids[0 if by > 0 else -1])
    return mark_shown(state, ids[(ids.index(selected) + by) % len(ids)])


def open_marks(state: SessionState) -> Marks:
    """The marks of the marked exam whose images are open as they were marked."""
    exam, found = marked_exam(state), marks_of_exam(state)
    if exam is None or found is None:
        return ()
    seen = {mark.mark_id for image in exam.images for mark in found.kept.marks_on(image)}
    return tuple(mark for mark in found.kept.marks if mark.mark_id in seen)


def _settled(state: SessionState) -> SessionState:
    """Select nothing that is gone, and leave what was being done to it."""
    selected = state.marks.selected
    gone = selected is not None and mark_with(state, selected) is None
    # What keys draw is many steps of work, and no mark of the history yet.
    drawn = state.marks.drawn if state.marks.is_drawn_by_keys else None
    return mark_selected(
        _marking(state, lambda marks: replace(marks, moving=None, drawn=drawn)),
        None if gone else selected,
    )


def _holding_image(state: SessionState, image_id: str) -> tuple[str, ExamMarks] | None:
    exam = study_of(state, image_id)
    found = None if exam is None else state.marks.exams.get(exam.exam_id)
    return None if exam is None or found is None else (exam.exam_id, found)


def _holding(state: SessionState, mark_id: str) -> tuple[str, ExamMarks, Mark] | None:
    for exam_id, found in state.marks.exams.items():
        for mark in found.kept.marks:
            if mark.mark_id == mark_id:
                return exam_id, found, mark
    return None


def _with_exam(state: SessionState, exam_id: str, found: ExamMarks) -> SessionState:
    exams = MappingProxyType({**state.marks.exams, exam_id: found})
    return _marking(state, lambda marks: replace(marks, exams=exams))


def _marking(state: SessionState, change: Callable[[Marking], Marking]) -> SessionState:
    return replace(state, marks=change(state.marks))
