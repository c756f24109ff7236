"""Protocols with mistakes: every one is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protocol_builders import make_cases, make_protocol

from viewer.study.errors import ProtocolError
from viewer.study.protocol import Design, Protocol, StudySession
from viewer.study.read_protocol import parse_protocol
from viewer.study.write_protocol import protocol_toml

SMALL = """\
format = 1
study_id = "pilot"
title = "A pilot"
seed = 7

[[arm]]
id = "A"
design = "sequential"

[[reader]]
id = "R1"
arm = "A"

[[session]]
id = "S1"

[[case]]
id = "C1"
path = "exams/1"
patient = "P1"
"""


def complaints(text: str) -> list[str]:
    """The lines of the error."""
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text)
    assert caught.value.hint
    return str(caught.value).split("\n")


def complaints_of(protocol: Protocol) -> list[str]:
    return complaints(protocol_toml(protocol))


def edited(old: str, new: str, text: str = SMALL) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def test_the_smallest_protocol_is_sound_and_takes_the_defaults() -> None:
    protocol = parse_protocol(SMALL)
    assert protocol.questions.recall_threshold_percent == 2.0
    assert protocol.analysis.hybrid_lambda == 0.5
    assert [breast.value for breast in protocol.cases[0].breasts] == ["R", "L"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('arm = "A"', 'arm = "B"', "line 12: reader R1 is in arm B, which is not defined"),
        ('id = "S1"', 'id = "S1"\ntimelimit_s = 3', 'line 16: "timelimit_s" is not known here; '
         "did you mean time_limit_s?"),
        ("seed = 7", "seed = 7\ncolour = 3", 'line 5: "colour" is not known here; known: format'),
        ("seed = 7", 'seed = "7"', 'line 4: seed must be a whole number, not "7"'),
        ("seed = 7", "seed = 7.5", "line 4: seed must be a whole number, not 7.5"),
        ("seed = 7", "seed = -7", "line 4: seed must be 0 to"),
        ("seed = 7", "seed = 7\nversion = 2", "line 5: version 2 needs a reason"),
        ("seed = 7\n", "", "study.toml: seed is missing"),
        ('design = "sequential"', 'design = "both"', 'line 8: design cannot be "both"; it is one'),
        ('design = "sequential"', 'design = ""', 'line 8: design cannot be ""'),
        ('design = "sequential"', "", "line 6: design is missing"),
        ('patient = "P1"', 'patient = "P1"\nbreasts = ["R", "X"]', 'line 21: breasts cannot'),
        ('patient = "P1"', 'patient = "P1"\nbreasts = []', "line 21: case C1: breasts is empty"),
        ('patient = "P1"', 'patient = "P1"\nbreasts = ["R", "R"]', "line 21: case C1 names a"),
        ('patient = "P1"', 'patient = "P1"\ntraining = true', "line 17: every case is for"),
        ('patient = "P1"', 'patient = "P1"\nattributes = {density = 3}',
         "line 21: density must be a text in quotes, not 3"),
        ('path = "exams/1"', 'path = ""', "line 19: case C1 has an empty path"),
        ('id = "C1"', 'id = "C 1"', 'line 18: case id "C 1" must be letters'),
        ('id = "R1"', 'id = "designer"', "line 11: no reader can be called designer"),
        ('arm = "A"', 'arm = "A"\nexperience_years = -1', "line 13: reader R1: experience_years"),
        ('id = "S1"', 'id = "S1"\ncases = ["C1",\n  "C2"]', "line 17: session S1 names case C2"),
        ('id = "S1"', 'id = "S1"\ncases = ["C1", "C1"]', "line 16: session S1 names case C1 twice"),
        ('id = "S1"', 'id = "S1"\ntime_limit_s = 0', "line 16: session S1: time_limit_s must be"),
        ("seed = 7", "seed = 7\nplanted_repeats = 1", "line 5: session S1 has 1 cases: 1 repeats"),
        ("seed = 7", "seed = 7\nanalysis = {hybrid_lambda = 1.5}",
         "line 5: hybrid_lambda must be 0 to 1, not 1.5"),
        ("seed = 7", "seed = 7\nanalysis.alpha = nan", "line 5: alpha must be a number, not nan"),
        ("seed = 7", 'seed = 7\nanalysis.comparison = ["unaided", "unaided"]', "names"),
        ("seed = 7", 'seed = 7\nanalysis.comparison = ["unaided"]', "must be two names"),
        ("seed = 7", 'seed = 7\nanalysis.primary_endpoint = "wafroc"', "needs the question marks"),
        ("seed = 7", "seed = 7\nquestions.pom = false\nanalysis.primary_endpoint = 'auc'",
         "line 6: the endpoint auc needs the question pom"),
        ("seed = 7", 'seed = 7\nalone.ai_layers = ["scores"]', "line 5: nothing of the AI may be"),
        ("seed = 7", "seed = 7\nalone.hybrid = true", "line 5: the hybrid score tells of the AI"),
        ("seed = 7", "seed = 7\naided.ai_layers = []", "line 5: readers meet the AI, but nothing"),
        ("seed = 7", 'seed = 7\naided.kinds = ["DBT", "MRI"]', 'line 5: no image kind is called'),
        ("seed = 7", 'seed = 7\ndatabase = "postgresql://a:secret@h/d"', "holds a password"),
        ("seed = 7", 'seed = 7\ndatabase = "mysql://h/d"', "line 5: database must be a URL"),
        ("seed = 7", 'seed = 7\nsealed.truth_sha256 = "abc"', "line 5: truth_sha256 must be 64"),
        ("seed = 7", "seed = 7\nquestions = 3", "line 5: questions must be a table: [questions]"),
        ("format = 1\n", "", "study.toml: format is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, said: str) -> None:
    found = complaints(edited(old, new))
    assert any(said in line for line in found), found


def test_the_password_of_a_database_is_not_repeated_in_the_message() -> None:
    text = edited("seed = 7", 'seed = 7\ndatabase = "postgresql://a:secret@h/d"')
    assert not any("secret" in line for line in complaints(text))


def test_a_database_without_password_is_sound() -> None:
    text = edited("seed = 7", 'seed = 7\ndatabase = "postgresql://reader@host/studies"')
    assert parse_protocol(text).database.startswith("postgresql")


def test_an_id_defined_twice_names_both_lines() -> None:
    text = SMALL + '\n[[case]]\nid = "C1"\npath = "exams/2"\npatient = "P2"\n'
    assert complaints(text) == ["study.toml, line 23: case C1 is defined twice (first in line 18)"]


def test_the_two_breasts_of_an_exam_cannot_be_two_cases() -> None:
    text = edited('patient = "P1"', 'patient = "P1"\nbreasts = ["R"]')
    text += '\n[[case]]\nid = "C2"\npath = "exams/1"\npatient = "P1"\nbreasts = ["L"]\n'
    (said,) = complaints(text)
    assert "case C2 is the same exam as case C1: both breasts are read in one case" in said


def test_a_patient_of_the_training_cannot_be_in_the_study() -> None:
    text = SMALL + '\n[[case]]\nid = "C2"\npath = "2"\npatient = "P1"\ntraining = true\n'
    (said,) = complaints(text)
    assert "line 25: cases C1 and C2 are of one patient, one for training" in said


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file() -> None:
    text = edited("seed = 7", "seed = 7\nanalysis.alpha = 2\nquestions.pomm = true")
    text = edited('arm = "A"', 'arm = "B"', text)
    said = complaints(text)
    assert [line.split(":")[0] for line in said] == [
        "study.toml, line 5",
        "study.toml, line 6",
        "study.toml, line 9",
        "study.toml, line 14",
    ]


def test_what_would_break_a_line_of_the_message_is_made_visible() -> None:
    (said,) = complaints(edited("seed = 7", 'seed = 7\n"co\\nlour" = 3'))
    assert said.startswith('study.toml, line 5: "co\\nlour" is not known here')


def test_a_missing_id_does_not_make_every_reference_look_wrong() -> None:
    assert complaints(edited('id = "A"\n', "")) == ["study.toml, line 6: id is missing"]


@pytest.mark.parametrize("kind", ["arm", "reader", "session", "case"])
def test_a_protocol_without_one_of_its_lists_says_how_to_write_it(kind: str) -> None:
    start = SMALL.index(f"[[{kind}]]")
    end = SMALL.find("\n\n", start)
    text = SMALL[:start] + (SMALL[end:] if end > 0 else "")
    assert complaints(text) == [f"study.toml: there is no {kind}: write [[{kind}]] for each"]


def test_a_list_written_as_a_single_table_says_how_to_write_it() -> None:
    text = edited("[[arm]]", "[arm]")
    assert complaints(text) == ["study.toml, line 6: arm must be written as [[arm]] for each"]


def test_a_newer_format_is_refused_without_complaints_about_its_keys() -> None:
    text = edited("format = 1", "format = 2\nnew_things = true")
    assert complaints(text) == [
        "study.toml, line 1: this protocol has format 2, this program reads up to 1"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format = 1\nseed 7\n", "study.toml, line 2: not TOML: Expected '=' after a key"),
        ("format = 1\nformat = 1\n", "study.toml, line 2: not TOML: Cannot overwrite a value"),
        ('format = 1\ntitle = "a', "study.toml, line 2: not TOML: "),
        ("a = " + "[" * 5000, "study.toml is nested too deeply"),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(text: str, said: str) -> None:
    assert complaints(text)[0].startswith(said)


def test_a_crossover_needs_two_sessions() -> None:
    protocol = make_protocol(Design.CROSSOVER, sessions=(StudySession(session_id="S1"),))
    (said,) = complaints_of(protocol)
    assert "arm A is a crossover, which needs two sessions; there is one" in said


def test_a_crossover_reads_every_case_twice() -> None:
    cases = make_cases(6)
    some = tuple(case.case_id for case in cases[:4])
    sessions = (StudySession(session_id="S1"), StudySession(session_id="S2", cases=some))
    (said,) = complaints_of(make_protocol(Design.CROSSOVER, cases=cases, sessions=sessions))
    assert "case P-004 (and 1 more) is in 1" in said


def test_a_case_in_no_session_is_named() -> None:
    cases = make_cases(3)
    sessions = (StudySession(session_id="S1", cases=("P-000", "P-002")),)
    (said,) = complaints_of(make_protocol(cases=cases, sessions=sessions))
    assert "case P-001 is in no session" in said


def test_repeats_that_do_not_fit_say_how_many_would() -> None:
    protocol = make_protocol(cases=make_cases(22), planted_repeats=5)
    (said,) = complaints_of(protocol)
    assert "session S1 has 22 cases: 5 repeats at least 20 readings apart do not fit, 3" in said


def test_a_study_without_the_ai_cannot_compare_with_it() -> None:
    text = edited('design = "sequential"', 'design = "alone"')
    (said,) = complaints(text)
    assert "comparison names aided, but no reader reads with the AI" in said


@given(st.integers(0, len(SMALL)), st.integers(0, 12), st.text(max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_damage_gives_a_protocol_or_a_protocol_error(at: int, cut: int, put: str) -> None:
    text = SMALL[:at] + put + SMALL[at + cut :]
    said = ""
    try:
        parse_protocol(text)
    except ProtocolError as error:
        said = str(error)
    assert all(line.startswith("study.toml") for line in said.split("\n") if line)
