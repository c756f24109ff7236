"""The images a reader can put on screen, study by study: what the list of thumbnails shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viewer.domain.image_stack import ImageStack
from viewer.domain.patient_studies import Order, StudyRelation
from viewer.session.patient import related
from viewer.session.state import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSection:
    """One study of the patient in the list."""

    exam_id: str
    title: str
    """"current", "this exam", "prior" or "other exam"; empty for a patient's only study."""
    between: str
    """The time between, such as "1 y 11 mo earlier"; empty for the exam that hangs."""
    doubt: str | None
    """Why the patient may be another one."""
    images: tuple[ImageStack, ...]
    """Empty while the reader has not confirmed the patient."""


def series_sections(state: SessionState) -> tuple[SeriesSection, ...]:
    """The exam that hangs, then the other studies of its patient; empty without an exam."""
    exam = state.exam
    if exam is None:
        return ()
    others = related(state)
    hung = SeriesSection(
        exam_id=exam.exam_id,
        title=_own_title(others),
        between="",
        doubt=None,
        images=exam.images,
    )
    return (hung, *(_section(relation) for relation in others))


def _own_title(others: Sequence[StudyRelation]) -> str:
    if not others:
        return ""
    is_newest = all(other.order is not Order.LATER for other in others)
    return "current" if is_newest else "this exam"


def _section(relation: StudyRelation) -> SeriesSection:
    return SeriesSection(
        exam_id=relation.exam.exam_id,
        title=relation.words.split(",")[0],
        between=relation.between,
        doubt=relation.doubt,
        images=relation.exam.images if relation.confirmed else (),
    )
