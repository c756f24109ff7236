"""What a pane is told of its marks: anew when anything of it changes, else the same object."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam

from viewer.domain.hanging import Slot
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.session.key_images import key_image_toggled
from viewer.session.marks import mark_added, mark_deleted, restored
from viewer.session.pane_marks import pane_marks
from viewer.session.readings import opened
from viewer.session.state import SessionState


def marked() -> SessionState:
    """An exam with a length on its RCC."""
    exam = make_exam()
    state = restored(opened(SessionState(), [exam]), exam.exam_id, KeptMarks())
    image = state.image_in(Slot.RCC)
    assert image is not None
    mark = Mark(
        mark_id="m",
        image_id=image.image_id,
        shape=MarkShape.LENGTH,
        points=(ImagePoint(10, 10), ImagePoint(20, 30)),
        slice_index=3,
        first_slice=3,
        last_slice=3,
    )
    return mark_added(state, mark)


def test_what_a_pane_is_told_is_one_object_until_something_of_it_changes() -> None:
    state = replace(marked(), active=Slot.RCC)
    told = pane_marks(state, Slot.RCC)
    assert pane_marks(replace(state, active=Slot.LCC), Slot.RCC) is told
    mark = told.marks[0]
    moved = replace(mark, points=mark.points[::-1])
    changes = {
        "marks": replace(state.marks, visible=False),
        "selected": replace(state.marks, selected="another"),
        "moving": replace(state.marks, moving=moved),
        "editing": replace(state.marks, editing=True),
        "handle": replace(state.marks, handle=1),
        "drawn": replace(state.marks, drawn=replace(mark, mark_id="new"), corners=2),
    }
    for name, marks in changes.items():
        assert pane_marks(replace(state, marks=marks), Slot.RCC) != told, name
    assert pane_marks(key_image_toggled(state), Slot.RCC).is_key_image
    assert pane_marks(mark_deleted(state, mark.mark_id), Slot.RCC) != told
