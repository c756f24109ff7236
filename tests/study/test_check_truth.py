"""Whether a truth table fits a study: unknown, missing and contradictory breasts are named."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from journal_builders import make_study

from inference.types import Laterality
from viewer.study.check_truth import TruthProblem, check_truth
from viewer.study.truth import TruthEntry, by_breast, truth_from_json

R, L = Laterality.RIGHT, Laterality.LEFT
STUDY = replace(make_study(), cases=make_study().cases[:2])


def entry(case_id: str, side: Laterality = R, **fields: object) -> TruthEntry:
    return TruthEntry(case_id=case_id, laterality=side, **{"malignant": False, **fields})  # type: ignore[arg-type]


WHOLE = (entry("case0"), entry("case0", L), entry("case1", malignant=True), entry("case1", L))
LESION = entry("case0", lesion_id="a", malignant=True, view="RCC", row=1.0, column=2.0)


def test_a_row_for_every_breast_fits() -> None:
    check_truth(WHOLE, STUDY)


def test_two_views_of_a_lesion_beside_a_benign_one_fit() -> None:
    benign = entry("case0", lesion_id="b", benign=True)
    check_truth((LESION, replace(LESION, view="RMLO"), benign, *WHOLE[1:]), STUDY)


def problem(*entries: TruthEntry) -> str:
    with pytest.raises(TruthProblem) as error:
        check_truth(entries, STUDY)
    return str(error.value)


def test_cases_that_are_not_in_the_protocol_are_named() -> None:
    said = problem(*WHOLE, entry("stranger"), entry("other"))
    assert "not in the protocol: stranger, other" in said


def test_breasts_without_truth_are_named() -> None:
    said = problem(WHOLE[0], WHOLE[2])
    assert "no truth for case0 L, case1 L" in said


def test_breasts_that_are_not_read_are_named() -> None:
    one_sided = replace(STUDY, cases=(replace(STUDY.cases[0], breasts=(R,)),))
    with pytest.raises(TruthProblem, match="does not read: case0 L"):
        check_truth(WHOLE[:2], one_sided)


def test_a_long_list_of_names_is_cut() -> None:
    said = problem(*WHOLE, *(entry(f"x{number}") for number in range(30)))
    assert "x9 and 20 more" in said


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ((entry("case0", malignant=True),), "case0 R: malignant and not malignant"),
        ((LESION,), "case0 R: not malignant, but with a malignant lesion"),
        ((entry("case1", lesion_id="a"),), "case1 R: malignant, but with benign lesions only"),
        ((entry("case0", row=3.0, column=4.0),), "case0 R: a place without a lesion_id"),
    ],
)
def test_breasts_that_contradict_themselves_are_named(
    added: tuple[TruthEntry, ...], words: str
) -> None:
    assert words in problem(*WHOLE, *added)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((LESION, replace(LESION, malignant=False, view="RMLO")), "lesion a is malignant and not"),
        ((LESION, LESION), "lesion a is stated twice in RCC"),
        ((replace(LESION, column=None),), "lesion a has one of cx and cy only"),
        ((replace(LESION, weight=0.4),), "the weights of its lesions sum to 0.4, not 1"),
        (
            (replace(LESION, weight=1.0), replace(LESION, view="RMLO", weight=0.5)),
            "lesion a has two weights",
        ),
        (
            (replace(LESION, weight=1.0), replace(LESION, lesion_id="b")),
            "weights of some lesions only",
        ),
    ],
)
def test_lesions_that_contradict_themselves_are_named(
    rows: tuple[TruthEntry, ...], words: str
) -> None:
    assert f"case0 R: {words}" in problem(*rows, *WHOLE[1:])


def test_weights_count_once_for_a_lesion_in_two_views() -> None:
    rows = [replace(LESION, weight=0.25), replace(LESION, view="RMLO", weight=0.25)]
    check_truth((*rows, replace(LESION, lesion_id="b", weight=0.75), *WHOLE[1:]), STUDY)


def test_analyses_count_a_lesion_in_every_view_and_leave_benign_ones_out() -> None:
    benign = entry("case0", lesion_id="b")
    counted = by_breast((LESION, replace(LESION, view="RMLO"), benign))
    assert [(e.lesion_id, e.view, e.benign) for e in counted] == [
        ("a", "RCC", True),
        ("a", "RMLO", True),
    ]


@pytest.mark.parametrize("value", [None, [], {}, {"laterality": "X"}, {"laterality": "R"}])
def test_what_is_no_truth_is_said(value: object) -> None:
    with pytest.raises((ValueError, TypeError), match=re.compile(".")):
        truth_from_json(value)  # type: ignore[arg-type]
