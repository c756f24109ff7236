"""Which open exams may hang next, and what they will show then."""

from __future__ import annotations

from collections.abc import Mapping

from viewer.domain.exam import Exam
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
    """The slice that each image of an exam shows when it hangs, by image id."""
    return {image.image_id: shown_as_remembered(state, image).slice_index for image in exam.images}
