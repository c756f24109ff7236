"""Protocol files: what is written is read back, whatever stands in it."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from protocol_builders import make_cases, make_protocol, protocols

from viewer.study.protocol import Design, Protocol, SealedParts, StudySession
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.read_protocol import parse_protocol
from viewer.study.toml_lines import lines_of_keys
from viewer.study.write_protocol import protocol_toml, with_sealed

quick = settings(max_examples=35, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@quick
@given(protocols())
def test_a_written_protocol_reads_back_as_the_same_protocol(protocol: Protocol) -> None:
    again = parse_protocol(protocol_toml(protocol))
    assert again == protocol
    assert protocol_sha256(again) == protocol_sha256(protocol)


@quick
@given(protocols())
def test_every_key_of_a_written_file_has_its_line(protocol: Protocol) -> None:
    text = protocol_toml(protocol)
    lines, written = lines_of_keys(text), text.split("\n")
    for table, entries in tomllib.loads(text).items():
        if not isinstance(entries, list) or not isinstance(entries[0], dict):
            assert table in written[lines[(table,)] - 1]
            continue
        for place, entry in enumerate(entries):
            assert written[lines[(table, place)] - 1] == f"[[{table}]]"
            for key in entry:
                assert written[lines[(table, place, key)] - 1].startswith(f"{key} = ")


def test_remarks_and_spelling_do_not_change_the_hash() -> None:
    protocol = make_protocol()
    text = protocol_toml(protocol)
    bare = "\n".join(line for line in text.split("\n") if line and not line.startswith("#"))
    shorter = bare.replace("alpha = 0.05\n", "").replace("version = 1\n", "")
    assert protocol_sha256(parse_protocol(shorter)) == protocol_sha256(protocol)


def test_any_change_of_the_design_changes_the_hash() -> None:
    protocol = make_protocol()
    others = (
        replace(protocol, seed=8),
        replace(protocol, version=2, reason="seed"),
        replace(protocol, cases=protocol.cases[::-1]),
        replace(protocol, analysis=replace(protocol.analysis, hybrid_lambda=0.6)),
    )
    hashes = {protocol_sha256(other) for other in (protocol, *others)}
    assert len(hashes) == 5


def test_a_whole_number_where_a_fraction_is_meant_hashes_alike() -> None:
    protocol = make_protocol()
    whole = replace(protocol, analysis=replace(protocol.analysis, acceptance_radius_mm=15))
    assert protocol_sha256(whole) == protocol_sha256(protocol)


def test_long_lists_of_cases_are_written_in_blocks() -> None:
    cases = make_cases(60)
    session = StudySession(session_id="S1", cases=tuple(case.case_id for case in cases))
    protocol = make_protocol(cases=cases, sessions=(session,))
    text = protocol_toml(protocol)
    assert max(len(line) for line in text.split("\n")) < 120
    assert parse_protocol(text) == protocol


def test_a_path_that_no_file_can_hold_is_refused() -> None:
    case = replace(make_cases(1)[0], path="exam\udcff")
    with pytest.raises(ValueError, match="UTF-8"):
        protocol_toml(make_protocol(cases=(case,)))


def test_sealing_changes_only_its_own_table() -> None:
    protocol = make_protocol(Design.CROSSOVER)
    sealed = SealedParts(truth_sha256="ab" * 32, ai_sha256="cd" * 32, ai_models=("GMIC 1 (ab)",))
    text = protocol_toml(protocol).replace("seed = 7", "seed = 7  # mine")
    changed = with_sealed(text, sealed)
    assert parse_protocol(changed) == replace(protocol, sealed=sealed)
    assert "seed = 7  # mine" in changed
    again = with_sealed(changed, protocol.sealed)
    assert parse_protocol(again) == protocol
    assert len(again.split("\n")) == len(text.split("\n"))


def test_sealing_adds_its_table_where_there_is_none() -> None:
    text = protocol_toml(make_protocol())
    start, rest = text.split("[sealed]\n")
    without = start + rest.split("\n", 3)[3]
    sealed = SealedParts(truth_sha256="ab" * 32)
    assert parse_protocol(with_sealed(without, sealed)).sealed == sealed


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_the_search_for_lines_fail(text: str) -> None:
    assert all(line >= 1 for line in lines_of_keys(text).values())
