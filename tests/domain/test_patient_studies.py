"""Which studies are of one patient, which are priors, and the time between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders import make_exam
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.patient_match import PatientMatch, match_of
from viewer.domain.patient_studies import (
    newest_of,
    pair,
    priors_of,
    related_studies,
    relation_of,
    study_date,
    time_between,
)


def study(
    alias: str,
    study_date: str,
    *,
    patient_id: str = "4711",
    name: str = "DOE^JANE",
    birth_date: str = "19610203",
) -> Exam:
    identity = PatientIdentity(
        patient_id=patient_id, name=name, birth_date=birth_date, study_date=study_date
    )
    return replace(make_exam(alias), identity=identity)


CURRENT = study("current", "20240610")


def test_priors_are_the_earlier_studies_of_the_patient_newest_first() -> None:
    old, older = study("old", "20220705"), study("older", "20200101")
    other = study("other", "20220705", patient_id="4712")
    assert priors_of(CURRENT, (older, CURRENT, other, old)) == (old, older)


def test_a_later_study_is_no_prior_but_the_newest_of_the_patient() -> None:
    later = study("later", "20250101")
    assert priors_of(CURRENT, (later, CURRENT)) == ()
    assert newest_of(CURRENT, (later, CURRENT)) is later
    assert newest_of(later, (later, CURRENT)) is later


def test_studies_of_the_same_day_and_without_date_come_after_the_earlier_ones_and_say_so() -> None:
    old, same, undated = study("old", "20220705"), study("same", "20240610"), study("none", "")
    related = related_studies(CURRENT, (undated, same, old))
    assert [relation.exam for relation in related] == [old, same, undated]
    assert [relation.words for relation in related] == [
        "prior, 1 y 11 mo earlier",
        "other exam, same day",
        "other exam, date unknown",
    ]


@pytest.mark.parametrize(
    "patient_id",
    ["", "  ", "ANONYMOUS", "anonymous", "Unknown", "N/A", "0000", "XXX", "de-identified", "^^"],
)
def test_an_empty_or_anonymous_id_never_groups(patient_id: str) -> None:
    one = study("one", "20240610", patient_id=patient_id)
    other = study("other", "20220610", patient_id=patient_id)
    assert relation_of(one, other) is None


@pytest.mark.parametrize(
    ("name", "birth_date"),
    [
        ("Doe^Jane^^^", "1961-02-03"),
        ("DOE, JANE", "19610203"),
        ("doe^jane=Другое^Имя", "1961.02.03"),
        ("DÖE^JANÉ", "19610203"),
        ("", "19610203"),
        ("Anonymous", "19610203"),
        ("DOE^JANE", ""),
    ],
)
def test_spelling_and_missing_values_contradict_nothing(name: str, birth_date: str) -> None:
    prior = study("prior", "20220705", name=name, birth_date=birth_date)
    assert priors_of(CURRENT, (prior,)) == (prior,)
    assert relation_of(CURRENT, prior).doubt is None


@pytest.mark.parametrize(
    ("name", "birth_date", "match"),
    [
        ("SMITH^JANE", "19610203", PatientMatch.NAME_DIFFERS),
        ("DOE^JANE", "19610204", PatientMatch.BIRTH_DATE_DIFFERS),
        ("SMITH^JANE", "19700101", PatientMatch.BOTH_DIFFER),
    ],
)
def test_another_name_or_birth_date_is_warned_of_and_hangs_only_when_confirmed(
    name: str, birth_date: str, match: PatientMatch
) -> None:
    prior = study("prior", "20220705", name=name, birth_date=birth_date)
    relation = relation_of(CURRENT, prior)
    assert relation.match is match
    assert relation.doubt is not None
    assert "4711" not in relation.doubt
    assert priors_of(CURRENT, (prior,)) == ()
    confirmed = frozenset({pair(prior, CURRENT)})
    assert priors_of(CURRENT, (prior,), confirmed) == (prior,)
    assert "confirmed" in relation_of(CURRENT, prior, confirmed).doubt


def test_an_id_without_anything_to_check_it_by_hangs_and_says_so() -> None:
    one = study("one", "20240610", name="", birth_date="")
    other = study("other", "20220610", name="", birth_date="")
    relation = relation_of(one, other)
    assert relation.match is PatientMatch.UNCHECKED
    assert relation.is_prior
    assert relation.doubt is not None


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (date(2022, 7, 5), date(2024, 6, 10), "1 y 11 mo earlier"),
        (date(2022, 6, 10), date(2024, 6, 10), "2 y earlier"),
        (date(2023, 12, 31), date(2024, 6, 30), "5 mo earlier"),
        (date(2024, 6, 9), date(2024, 6, 10), "1 d earlier"),
        (date(2024, 6, 10), date(2024, 6, 10), "same day"),
        (date(2024, 7, 10), date(2024, 6, 10), "1 mo later"),
        (date(2023, 2, 28), date(2024, 2, 29), "1 y earlier"),
        (None, date(2024, 6, 10), "date unknown"),
        (date(2024, 6, 10), None, "date unknown"),
    ],
)
def test_the_time_between_is_said_in_whole_years_months_or_days(
    before: date | None, after: date | None, words: str
) -> None:
    assert time_between(before, after) == words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20240610", date(2024, 6, 10)),
        (" 2024.06.10 ", date(2024, 6, 10)),
        ("2024-06-10", date(2024, 6, 10)),
        ("20241310", None),
        ("2024", None),
        ("00000000", None),
        ("", None),
        ("²0240610", None),
    ],
)
def test_a_study_date_is_read_or_said_unknown(written: str, read: date | None) -> None:
    assert study_date(study("one", written)) == read


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=12))
def test_matching_is_symmetric_and_a_patient_never_contradicts_herself(
    patient_id: str, name: str, birth_date: str
) -> None:
    one = PatientIdentity(patient_id=patient_id, name=name, birth_date=birth_date)
    other = PatientIdentity(patient_id=patient_id, name=name[::-1], birth_date=birth_date)
    assert match_of(one, other) is match_of(other, one)
    assert not match_of(one, one).is_doubtful


@given(st.dates(), st.integers(min_value=0, max_value=40000))
def test_the_words_say_the_same_in_both_directions(day: date, days: int) -> None:
    if day.toordinal() + days > date.max.toordinal():
        return
    later = day + timedelta(days=days)
    there, back = time_between(day, later), time_between(later, day)
    assert there.replace("earlier", "later") == back


def test_a_confirmation_says_nothing_and_ends_when_an_identity_changes() -> None:
    other = study("other", "20220101", name="SMITH^ANN")
    word = pair(other, CURRENT)
    assert word == pair(CURRENT, other)
    assert "SMITH" not in word
    assert CURRENT.exam_id not in word
    renamed = replace(other, identity=replace(other.identity, name="JONES^ANN"))
    assert pair(renamed, CURRENT) != word
