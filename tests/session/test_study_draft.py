"""Drafts: the form and the hanging come back exactly, and nothing else is taken for a draft."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from builders import make_exam
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Laterality
from viewer.domain.hanging import Slot
from viewer.domain.viewport import Framing
from viewer.domain.windowing import Window
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.state import Layout, SessionState
from viewer.session.study_draft import (
    Draft,
    NotADraft,
    draft_from_json,
    draft_to_json,
    hanging_of,
    hung_as,
)
from viewer.session.study_form import BreastForm, StudyForm, empty_form
from viewer.session.study_marks import DraftMark
from viewer.study.answer import BiRads, FindingClass, PomSource
from viewer.study.protocol import Phase, Questions

QUESTIONS = Questions(birads=True, recall=True, marks=True, text=True)
SIDES = (Laterality.RIGHT, Laterality.LEFT)
numbers = st.floats(0, 100, allow_nan=False)
marks = st.builds(
    DraftMark,
    mark_id=st.text(min_size=1, max_size=5),
    image_id=st.text(max_size=5),
    view=st.sampled_from(["RCC", "LMLO"]),
    slice_index=st.integers(0, 99),
    row=numbers,
    column=numbers,
    row_mm=st.none() | numbers,
    column_mm=st.none() | numbers,
    confidence_percent=st.none() | numbers,
    finding=st.none() | st.sampled_from(FindingClass),
)


def breasts(side: Laterality) -> st.SearchStrategy[BreastForm]:
    return st.builds(
        BreastForm,
        laterality=st.just(side),
        pom_percent=st.none() | numbers,
        pom_source=st.none() | st.sampled_from(PomSource),
        birads=st.none() | st.sampled_from(BiRads),
        recall=st.none() | st.booleans(),
        marks=st.lists(marks, max_size=3).map(tuple),
        text=st.text(max_size=20),
    )


forms = st.builds(
    StudyForm,
    questions=st.just(QUESTIONS),
    breasts=st.tuples(breasts(SIDES[0]), breasts(SIDES[1])),
    selected_mark=st.none() | st.text(max_size=5),
)


def hung() -> SessionState:
    state = opened(SessionState(), [make_exam()])
    state = to_slice(state, Slot.LCC, 7)
    pane = replace(
        state.panes[Slot.RMLO],
        window=Window(center=1500.0, width=700.0),
        inverted=True,
        framing=Framing(scale=6.5, chest_mm=31.0, vertical_mm=-4.0),
    )
    return replace(
        state,
        panes={**state.panes, Slot.RMLO: pane},
        active=Slot.LMLO,
        layout=Layout.SINGLE,
    )


@given(forms)
def test_a_draft_comes_back_exactly(form: StudyForm) -> None:
    draft = Draft(phase=Phase.AIDED, client_uuid="u", form=form, hanging=hanging_of(hung()))
    text = json.dumps(draft_to_json(draft), allow_nan=False)
    assert draft_from_json(json.loads(text), empty_form(QUESTIONS, SIDES)) == draft


def test_images_hang_again_as_they_were_left() -> None:
    left = hung()
    again = hung_as(opened(SessionState(), [make_exam()]), hanging_of(left))
    assert (again.panes, again.layout, again.active) == (left.panes, left.layout, left.active)


def test_images_that_are_not_there_any_more_stay_as_they_hang() -> None:
    fresh = opened(SessionState(), [make_exam("another")])
    again = hung_as(fresh, hanging_of(hung()))
    assert again.panes == fresh.panes


@pytest.mark.parametrize(
    "damage",
    [
        {"phase": "later"},
        {"breasts": None},
        {"breasts": []},
        {"panes": {}},
        {"active": "XCC"},
        {"selected_mark": None, "layout": 7},
    ],
    ids=["phase", "no breasts", "other breasts", "panes", "slot", "layout"],
)
def test_anything_else_is_no_draft(damage: dict[str, object]) -> None:
    form = empty_form(QUESTIONS, SIDES)
    draft = Draft(phase=Phase.ALONE, client_uuid="u", form=form, hanging=hanging_of(hung()))
    with pytest.raises(NotADraft):
        draft_from_json({**draft_to_json(draft), **damage}, form)
