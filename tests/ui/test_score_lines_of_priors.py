"""The score table while an earlier study of the patient is on screen."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_prediction

from viewer.domain.ai_state import Done
from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.hanging import Slot
from viewer.session.ai_results import ai_stands
from viewer.session.patient import image_put
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.ui.panel.score_lines import score_lines


def _dated(alias: str, date: str) -> Exam:
    who = PatientIdentity(
        patient_id="4711", name="Doe^Jane", birth_date="19610203", study_date=date
    )
    return replace(make_exam(alias), identity=who)


def test_a_prior_is_listed_only_with_a_result_and_named_as_such() -> None:
    exams = [_dated("new", "20240610"), _dated("old", "20220705")]
    state = image_put(opened(SessionState(), exams), Slot.LCC, "old-RCC-DBT")
    titles = [line.title for line in score_lines(state)]
    assert titles == ["RCC DBT", "RMLO DBT", "LMLO DBT"]
    prior = state.image("old-RCC-DBT")
    assert prior is not None
    done = Done(make_prediction(prior))
    scored = ai_stands(state, prior.image_id, done)
    titles = [line.title for line in score_lines(scored)]
    assert "prior RCC DBT" in titles
    assert titles.count("RCC DBT") == 1
