"""The question form: nothing is answered before the reader answers it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_image
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Laterality
from viewer.session.study_form import (
    POM_OF_BIRADS,
    birads_chosen,
    empty_form,
    hybrid_percent,
    mark_added,
    mark_changed,
    mark_deleted,
    mark_stepped,
    pom_placed,
    recall_chosen,
    second_form,
    text_written,
    why_no_mark,
)
from viewer.session.study_marks import breast_of, mark_at
from viewer.study.answer import BiRads, FindingClass, PomSource
from viewer.study.protocol import Questions

R, L = Laterality.RIGHT, Laterality.LEFT
EVERYTHING = Questions(pom=True, birads=True, recall=True, marks=True, text=True)


def a_mark(number: int = 1, **changes: object):
    mark = mark_at(make_image("RCC"), mark_id=f"m{number}", slice_index=4, row=50.5, column=20.25)
    return replace(mark, **changes)


def test_a_new_form_is_empty_and_names_everything_that_is_missing() -> None:
    form = empty_form(EVERYTHING, (L, R))
    assert form.sides == (R, L)
    assert form.missing == (
        "right breast: probability of malignancy",
        "right breast: BI-RADS",
        "right breast: recall",
        "left breast: probability of malignancy",
        "left breast: BI-RADS",
        "left breast: recall",
    )
    with pytest.raises(ValueError, match="not answered"):
        _ = form.answers


def test_a_probability_of_zero_is_an_answer() -> None:
    form = pom_placed(empty_form(Questions(), (R,)), R, 0.0, PomSource.SLIDER)
    assert form.missing == ()
    assert form.answers[0].pom_percent == 0.0


@given(st.floats(-1e6, 1e6))
def test_a_placed_probability_is_a_tenth_between_0_and_100(percent: float) -> None:
    placed = pom_placed(empty_form(Questions(), (R,)), R, percent, PomSource.KEYBOARD)
    value = placed.breast(R).pom_percent
    assert 0.0 <= value <= 100.0
    assert value == round(value, 1)


@pytest.mark.parametrize(
    ("category", "low", "high"),
    [("1", 0, 0), ("2", 0, 0), ("3", 0, 2), ("4A", 2, 10), ("4B", 10, 50), ("4C", 50, 95)],
)
def test_a_category_places_the_probability_in_its_band(
    category: str, low: float, high: float
) -> None:
    form = birads_chosen(empty_form(EVERYTHING, (R,)), R, BiRads(category))
    breast = form.breast(R)
    assert low <= breast.pom_percent <= high
    assert (breast.birads, breast.pom_source) == (BiRads(category), PomSource.BIRADS)
    assert POM_OF_BIRADS[BiRads.HIGHLY_SUGGESTIVE] >= 95


def test_an_incomplete_assessment_places_no_probability() -> None:
    form = birads_chosen(empty_form(EVERYTHING, (R,)), R, BiRads.INCOMPLETE)
    assert form.breast(R).pom_percent is None


def test_a_category_leaves_a_probability_that_the_reader_gave_otherwise() -> None:
    form = pom_placed(empty_form(EVERYTHING, (R,)), R, 12.5, PomSource.KEYBOARD)
    form = birads_chosen(form, R, BiRads("4A"))
    assert (form.breast(R).pom_percent, form.breast(R).birads) == (12.5, BiRads("4A"))
    buttons_only = pom_placed(empty_form(Questions(), (R,)), R, 12.5, PomSource.SLIDER)
    assert birads_chosen(buttons_only, R, BiRads("5")).breast(R).pom_percent == 97.0


def test_buttons_place_the_probability_without_answering_a_category_nobody_asks() -> None:
    form = birads_chosen(empty_form(Questions(), (R,)), R, BiRads.SUSPICIOUS_LOW)
    assert (form.breast(R).pom_percent, form.breast(R).birads) == (5.0, None)


def test_a_mark_without_class_or_confidence_is_missing_something() -> None:
    form = recall_chosen(birads_chosen(empty_form(EVERYTHING, (R,)), R, BiRads("2")), R, False)
    form = mark_added(form, R, a_mark())
    assert form.missing == ("mark 1: class", "mark 1: confidence")
    form = mark_changed(form, "m1", lambda m: replace(m, finding=FindingClass.MASS))
    form = mark_changed(form, "m1", lambda m: replace(m, confidence_percent=70.0))
    assert form.missing == ()
    assert form.answers[0].marks[0].confidence_percent == 70.0


def test_marks_are_stepped_through_and_deleted() -> None:
    form = empty_form(EVERYTHING, (R,))
    assert mark_stepped(form, 1) is form
    for number in (1, 2, 3):
        form = mark_added(form, R, a_mark(number))
    assert form.selected_mark == "m3"
    assert mark_stepped(form, 1).selected_mark == "m1"
    form = mark_deleted(form, "m3")
    assert (form.selected_mark, len(form.marks)) == (None, 2)
    assert mark_stepped(form, -1).selected_mark == "m2"


def test_no_mark_beyond_the_largest_number_and_none_where_none_is_asked() -> None:
    questions = replace(EVERYTHING, largest_number_of_marks=1)
    form = empty_form(questions, (R,))
    assert why_no_mark(form) is None
    assert "1 marks" in why_no_mark(mark_added(form, R, a_mark()))
    assert why_no_mark(empty_form(Questions(), (R,))) is not None


def test_a_second_form_begins_as_the_first_answer_and_says_so_until_it_differs() -> None:
    first = pom_placed(empty_form(Questions(text=True), (R, L)), R, 12.3, PomSource.SLIDER)
    first = text_written(pom_placed(first, L, 1.0, PomSource.BIRADS), L, " dense ")
    second = second_form(first.questions, first.answers)
    assert second.missing == ()
    assert second.breast(L).text == "dense"
    assert second.is_as_first(R)
    changed = pom_placed(second, R, 40.0, PomSource.SLIDER)
    assert not changed.is_as_first(R)
    assert changed.is_as_first(L)


def test_a_mark_carries_millimetres_and_lies_in_the_image() -> None:
    mark = a_mark()
    assert (mark.row_mm, mark.column_mm) == (5.05, 2.025)
    assert a_mark().view == "RCC"
    image = make_image("RCC", spacing=None)
    unscaled = mark_at(image, mark_id="m", slice_index=0, row=1.0, column=1.0)
    assert (unscaled.row_mm, unscaled.column_mm) == (None, None)
    assert mark_at(image, mark_id="m", slice_index=0, row=-0.1, column=1.0) is None
    assert breast_of(image, (L,)) is None
    assert breast_of(image, (R, L)) is R


def test_the_hybrid_mixes_reader_and_ai() -> None:
    assert hybrid_percent(20.0, 80.0, 0.5) == 50.0
    assert hybrid_percent(20.0, 80.0, 1.0) == 20.0
