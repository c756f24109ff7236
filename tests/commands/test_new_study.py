"""A new study's cases: drawn for training and dealt to sessions, whole patients at a time."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from viewer.commands.new_study import NewStudy, coded, protocol_of, study_id_from
from viewer.commands.study_summary import summary_lines
from viewer.study.check_ids import is_id
from viewer.study.errors import ProtocolError
from viewer.study.protocol import Design, Protocol, StudyCase, StudyReader
from viewer.study.read_protocol import parse_protocol
from viewer.study.write_protocol import protocol_toml


def cases_of(patients: list[int]) -> tuple[StudyCase, ...]:
    """One patient for each number, with so many exams."""
    return tuple(
        StudyCase(case_id=f"K{p}-{n}", path=f"{p}/{n}", patient=f"name {p}")
        for p, exams in enumerate(patients)
        for n in range(exams)
    )


def make_new(cases: tuple[StudyCase, ...], **changes: object) -> NewStudy:
    wanted: dict[str, object] = {
        "study_id": "s",
        "title": "t",
        "seed": 3,
        "design": Design.SEQUENTIAL,
        "cases": cases,
        "readers": (StudyReader(reader_id="R1", arm_id="A"),),
        **changes,
    }
    return NewStudy(**wanted)  # type: ignore[arg-type]


patients = st.lists(st.integers(1, 3), min_size=4, max_size=20)


def made(new: NewStudy) -> Protocol:
    try:
        return protocol_of(new)
    except ProtocolError:
        assume(False)
        raise


@settings(max_examples=80, deadline=None)
@given(
    patients,
    st.sampled_from([Design.SEQUENTIAL, Design.CROSSOVER]),
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(0, 10**6),
)
def test_every_case_is_read_once_or_in_a_crossover_twice(
    exams: list[int], design: Design, parts: int, training: int, seed: int
) -> None:
    rounds = 2 if design is Design.CROSSOVER else 1
    protocol = made(
        make_new(
            cases_of(exams), design=design, sessions=parts * rounds, training=training, seed=seed
        )
    )
    is_training = {case.case_id: case.training for case in protocol.cases}
    assert sum(is_training.values()) == training
    every = tuple(is_training)
    counts = Counter(c for session in protocol.sessions for c in (session.cases or every))
    assert all(counts[case] == rounds for case in is_training)
    assert parse_protocol(protocol_toml(protocol)) == protocol


@settings(max_examples=60, deadline=None)
@given(patients, st.integers(2, 4), st.integers(0, 10**6))
def test_patients_stay_whole_and_sessions_are_even(exams: list[int], parts: int, seed: int) -> None:
    protocol = made(make_new(cases_of(exams), sessions=parts, seed=seed))
    sessions_of = defaultdict(set)
    for session in protocol.sessions:
        for case_id in session.cases:
            sessions_of[protocol.case(case_id).patient].add(session.session_id)
    assert all(len(found) == 1 for found in sessions_of.values())
    sizes = [len(session.cases) for session in protocol.sessions]
    assert max(sizes) - min(sizes) <= 3


def test_patients_are_coded_and_what_a_list_called_them_is_gone() -> None:
    cases = coded(cases_of([2, 1]))
    assert [case.patient for case in cases] == ["P0001", "P0001", "P0002"]


def test_training_that_cannot_be_drawn_in_whole_patients_is_refused() -> None:
    with pytest.raises(ProtocolError, match="1 cases for training cannot be drawn"):
        protocol_of(make_new(cases_of([2, 2, 2]), training=1))


def test_a_study_without_the_ai_compares_with_the_ai_alone() -> None:
    protocol = protocol_of(make_new(cases_of([1, 1]), design=Design.ALONE))
    assert protocol.analysis.comparison == ("unaided", "ai")


@pytest.mark.parametrize(
    ("questions", "endpoint"),
    [
        ({"pom", "marks"}, "auc"),
        ({"marks"}, "wafroc"),
        ({"recall"}, "sensitivity"),
    ],
)
def test_the_endpoint_is_what_the_questions_allow(questions: set[str], endpoint: str) -> None:
    new = make_new(cases_of([1, 1]), questions=frozenset(questions))
    assert protocol_of(new).analysis.primary_endpoint == endpoint


@given(st.text(max_size=80))
def test_any_folder_name_gives_a_sound_id(name: str) -> None:
    assert is_id(study_id_from(name))


def test_the_summary_counts_readings_answers_and_hours() -> None:
    new = make_new(
        cases_of([1] * 40),
        design=Design.CROSSOVER,
        readers=tuple(StudyReader(reader_id=f"R{n}", arm_id="A") for n in range(3)),
        time_limit_s=120.0,
    )
    said = "\n".join(summary_lines(protocol_of(new)))
    assert "Cases: 40 of 40 patients, 80 breasts; 0 for training" in said
    assert "arm A crossover, washout 28 days (3)" in said
    assert "Readings: 240 in all, 240 answers to lock" in said
    assert "about 2.7 h a reader, by the time limit" in said
