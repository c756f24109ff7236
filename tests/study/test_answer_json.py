"""Answers as JSON and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Laterality
from viewer.study.answer import BiRads, BreastAnswer, FindingClass, Mark, PomSource
from viewer.study.answer_json import (
    answer_from_json,
    answer_to_json,
    planned_from_json,
    planned_to_json,
)
from viewer.study.event import canonical
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Phase

percent = st.floats(0.0, 100.0)
length = st.floats(allow_nan=False, allow_infinity=False, width=32)
marks = st.builds(
    Mark,
    mark_id=st.text(max_size=8),
    image_id=st.text(max_size=8),
    view=st.sampled_from(["RCC", "LMLO"]),
    slice_index=st.integers(0, 200),
    row=length,
    column=length,
    row_mm=st.none() | length,
    column_mm=st.none() | length,
    confidence_percent=percent,
    finding=st.sampled_from(FindingClass),
)
answers = st.builds(
    BreastAnswer,
    laterality=st.sampled_from(Laterality),
    pom_percent=st.none() | percent,
    pom_source=st.none() | st.sampled_from(PomSource),
    birads=st.none() | st.sampled_from(BiRads),
    recall=st.none() | st.booleans(),
    marks=st.lists(marks, max_size=3).map(tuple),
    text=st.text(max_size=20),
)
plans = st.builds(
    PlannedReading,
    key=st.builds(ReadingKey, st.just("R1"), st.just("S1"), st.integers(0, 999)),
    alias=st.text(max_size=8),
    case_id=st.text(max_size=8),
    phases=st.sampled_from([(Phase.ALONE,), (Phase.AIDED,), (Phase.ALONE, Phase.AIDED)]),
    ai_on_request=st.booleans(),
    training=st.booleans(),
    repeat=st.integers(0, 1),
)


@given(answers)
def test_an_answer_comes_back_equal_from_its_canonical_text(answer: BreastAnswer) -> None:
    assert answer_from_json(json.loads(canonical(answer_to_json(answer)))) == answer


@given(plans)
def test_a_planned_reading_comes_back_equal_from_its_canonical_text(plan: PlannedReading) -> None:
    value = json.loads(canonical(planned_to_json(plan)))
    assert planned_from_json(value, reader_id="R1", session_id="S1") == plan


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("laterality", "X", "laterality cannot be 'X'"),
        ("pom_percent", 101, "0 to 100"),
        ("pom_percent", True, "pom_percent must be a number"),
        ("birads", "9", "birads cannot be '9'"),
        ("recall", 1, "recall must be true, false or null"),
        ("marks", "none", "marks must be a list"),
        ("marks", [{"mark_id": "m"}], "image_id is missing"),
        ("text", None, "text must be text"),
    ],
)
def test_a_wrong_answer_is_refused_naming_the_key(key: str, value: object, words: str) -> None:
    fields = answer_to_json(BreastAnswer(laterality=Laterality.LEFT)) | {key: value}
    with pytest.raises(ValueError, match=words):
        answer_from_json(fields)
