"""What the session knows of the other studies of the patient whose exam hangs."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_image

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.hanging import Slot
from viewer.session.exams import chosen, closed
from viewer.session.patient import (
    may_show,
    patient_confirmed,
    patient_parted,
    priors,
    related,
    relation_in,
    studies_at_hand,
    study_in,
)
from viewer.session.placing import image_shown
from viewer.session.readings import opened
from viewer.session.state import SessionState


def study(alias: str, study_date: str, *, patient_id: str = "4711", name: str = "DOE") -> Exam:
    identity = PatientIdentity(
        patient_id=patient_id, name=name, birth_date="19610203", study_date=study_date
    )
    images = [make_image(view, image_id=f"{alias}-{view}") for view in ("RCC", "LCC")]
    return replace(make_exam(alias, images), identity=identity)


CURRENT = study("current", "20240610")
PRIOR = study("prior", "20220705")
OTHER = study("other", "20210101", patient_id="9")
DOUBTFUL = study("doubtful", "20210705", name="SMITH")


def test_the_newest_study_of_the_patient_hangs_wherever_it_was_found() -> None:
    state = opened(SessionState(), [PRIOR, OTHER, CURRENT])
    assert state.exam is CURRENT
    assert priors(state) == (PRIOR,)
    assert studies_at_hand(state) == (CURRENT.exam_id, PRIOR.exam_id)


def test_a_prior_opened_later_does_not_hang_before_the_reader_asks_but_is_at_hand() -> None:
    state = chosen(opened(opened(SessionState(), [CURRENT]), [PRIOR]), CURRENT.exam_id)
    assert priors(state) == (PRIOR,)


def test_a_contradicting_study_is_at_hand_only_when_the_reader_confirmed_the_patient() -> None:
    state = opened(SessionState(), [CURRENT, DOUBTFUL])
    assert priors(state) == ()
    assert not may_show(state, "doubtful-RCC")
    assert related(state)[0].doubt is not None
    state = patient_confirmed(state, DOUBTFUL.exam_id)
    assert priors(state) == (DOUBTFUL,)
    assert may_show(state, "doubtful-RCC")
    left = closed(closed(state, DOUBTFUL.exam_id), CURRENT.exam_id)
    assert left.confirmed_patients == state.confirmed_patients
    state = patient_parted(image_shown(state, Slot.RCC, "doubtful-RCC"))
    assert priors(state) == ()
    assert state.panes[Slot.RCC].image_id == "current-RCC"
    assert patient_parted(state) is state


def test_images_of_another_patient_may_never_stand_beside_the_exam() -> None:
    state = opened(SessionState(), [CURRENT, OTHER])
    assert not may_show(state, "other-RCC")
    assert may_show(state, "current-RCC")
    assert not may_show(state, "nothing")


def test_a_pane_with_a_prior_is_known_as_such_and_the_others_are_not() -> None:
    state = image_shown(opened(SessionState(), [CURRENT, PRIOR]), Slot.RCC, "prior-RCC")
    assert study_in(state, Slot.RCC) is PRIOR
    assert relation_in(state, Slot.RCC).words == "prior, 1 y 11 mo earlier"
    assert relation_in(state, Slot.LCC) is None
    assert relation_in(state, Slot.RMLO) is None
