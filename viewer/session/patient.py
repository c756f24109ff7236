"""The other studies of the patient whose exam hangs: which are at hand, and what panes show."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from viewer.domain.exam import Exam
from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import Origin
from viewer.domain.patient_studies import (
    StudyRelation,
    pair,
    priors_of,
    related_studies,
    relation_of,
)
from viewer.session.exams import chosen
from viewer.session.placing import activated, image_shown
from viewer.session.staging import image_for, place_framing, prior_of, shown_as_remembered
from viewer.session.state import SessionState


def priors(state: SessionState) -> tuple[Exam, ...]:
    """The open studies that hang as priors of the exam that hangs, the newest first."""
    exam = state.exam
    return () if exam is None else priors_of(exam, state.exams, state.confirmed_patients)


def related(state: SessionState) -> tuple[StudyRelation, ...]:
    """The open studies with the patient id of the exam that hangs, priors or not."""
    exam = state.exam
    return () if exam is None else related_studies(exam, state.exams, state.confirmed_patients)


def patient_confirmed(state: SessionState, exam_id: str) -> SessionState:
    """Take the reader's word that an open study is of the patient whose exam hangs."""
    exam = state.exam
    other = next((e for e in state.exams if e.exam_id == exam_id), None)
    if exam is None or other is None or other is exam:
        return state
    confirmed = state.confirmed_patients | {pair(exam, other)}
    return with_priors_hung(replace(state, confirmed_patients=confirmed))


def patients_known(state: SessionState, confirmed: Set[str]) -> SessionState:
    """Take over what the reader confirmed in earlier runs."""
    return replace(state, confirmed_patients=state.confirmed_patients | confirmed)


def patient_parted(state: SessionState) -> SessionState:
    """Take back that other studies are of the patient whose exam hangs, and hang it without them.

    Only what the reader had to confirm; studies whose headers agree stay.
    """
    exam = state.exam
    known = [row.exam for row in state.worklist.rows if row.exam is not None]
    if exam is None:
        return state
    gone = {pair(exam, other) for other in (*state.exams, *known) if other is not exam}
    left = state.confirmed_patients - gone
    if left == state.confirmed_patients:
        return state
    return chosen(replace(state, confirmed_patients=left), exam.exam_id)


def study_of(state: SessionState, image_id: str | None) -> Exam | None:
    """The open exam that an image belongs to."""
    return None if image_id is None else state.exam_of(image_id)


def study_in(state: SessionState, slot: Slot) -> Exam | None:
    """The exam of the image that a slot holds; the exam that hangs while it is empty."""
    return study_of(state, state.panes[slot].image_id) or state.exam


def relation_in(state: SessionState, slot: Slot) -> StudyRelation | None:
    """How the study in a slot relates to the exam that hangs; None when it is that exam."""
    exam, shown = state.exam, study_in(state, slot)
    if exam is None or shown is None:
        return None
    return relation_of(exam, shown, state.confirmed_patients)


def may_show(state: SessionState, image_id: str) -> bool:
    """Whether an image may stand beside the exam that hangs: its own, or its patient's as known."""
    shown, exam = study_of(state, image_id), state.exam
    if shown is None or exam is None:
        return False
    relation = relation_of(exam, shown, state.confirmed_patients)
    return shown is exam or (relation is not None and relation.confirmed)


def studies_at_hand(state: SessionState) -> tuple[str, ...]:
    """The exams whose images may come on screen: the hung one, its patient's, those shown."""
    if state.exam_id is None:
        return ()
    shown = [study_of(state, pane.image_id) for pane in state.panes.values() if pane.image_id]
    confirmed = [relation.exam for relation in related(state) if relation.confirmed]
    ids = [exam.exam_id for exam in (*confirmed, *shown) if exam is not None]
    return tuple(dict.fromkeys((state.exam_id, *ids)))


def image_put(state: SessionState, slot: Slot, image_id: str) -> SessionState:
    """Put an image where the reader wants it, and let keys act on that pane.

    An image of another patient, or of one that is not confirmed, is not put anywhere.
    """
    if not may_show(state, image_id):
        return state
    return image_shown(activated(state, slot), slot, image_id)


def with_priors_hung(state: SessionState) -> SessionState:
    """Fill the empty places for an earlier study when one has been opened or confirmed."""
    prior = prior_of(state)
    if prior is None:
        return state
    panes = dict(state.panes)
    for slot, place in state.stage.places.items():
        image = image_for(place, prior) if place.origin is Origin.PRIOR else None
        if image is not None and panes[slot].image_id is None:
            panes[slot] = replace(
                shown_as_remembered(state, image), framing=place_framing(image, place.framing)
            )
    return replace(state, panes=panes) if panes != dict(state.panes) else state
