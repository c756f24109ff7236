"""Which open exams may hang next, and what they will show then."""

from __future__ import annotations

from collections.abc import Mapping

from viewer.domain.exam import Exam
from viewer.session.exams import chosen
from viewer.session.near import near_exams
from viewer.session.staging import shown_as_remembered
from viewer.session.state import SessionState


def exams_ahead(state: SessionState) -> tuple[str, ...]:
    """Ids of the open exams to decode ahead, the one most likely to hang next first.

    Those near the reader in the worklist; without one, the open exams after and before.
    """
    ids = [exam.exam_id for exam in state.exams]
    if any(row.exam_id == state.exam_id for row in state.worklist.rows):
        around = list(near_exams(state))
    elif state.exam_id in ids:
        index = ids.index(state.exam_id)
        around = [ids[(index + 1) % len(ids)], ids[index - 1]]
    else:
        around = []
    return tuple(dict.fromkeys(i for i in around if i in ids and i != state.exam_id))


def slices_on_hanging(state: SessionState, exam: Exam) -> Mapping[str, int]:
    """The slice that each image of an open exam shows when it hangs, by image id.

    Those that are on screen at once come first.
    """
    hung = chosen(state, exam.exam_id)
    panes = [hung.panes[slot] for slot in hung.shown_slots]
    on_screen = {pane.image_id: pane.slice_index for pane in panes if pane.image_id is not None}
    others = {i.image_id: shown_as_remembered(state, i).slice_index for i in exam.images}
    return {**on_screen, **{i: n for i, n in others.items() if i not in on_screen}}
