"""The protocol is free until the first answer; then it changes only as a new version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from protocol_builders import make_cases, make_protocol

from viewer.study.change_of_protocol import Change, change_of_protocol
from viewer.study.errors import ProtocolError
from viewer.study.projection import AdoptedProtocol
from viewer.study.protocol import Protocol, StudyReader
from viewer.study.protocol_differences import differences
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.write_protocol import protocol_toml


def adopted(protocol: Protocol) -> AdoptedProtocol:
    return AdoptedProtocol(
        sha256=protocol_sha256(protocol),
        version=protocol.version,
        reason=protocol.reason,
        toml=protocol_toml(protocol),
        utc="2026-03-02T09:00:00.000000Z",
        sequence=1,
    )


def test_a_study_without_events_adopts_its_protocol() -> None:
    found = change_of_protocol(None, has_answers=False, found=make_protocol())
    assert found.change is Change.FIRST
    assert found.must_be_adopted


def test_an_unchanged_protocol_needs_nothing() -> None:
    protocol = make_protocol()
    found = change_of_protocol(adopted(protocol), has_answers=True, found=protocol)
    assert found.change is Change.SAME
    assert not found.must_be_adopted


def test_before_the_first_answer_a_change_is_adopted_anew() -> None:
    protocol = make_protocol()
    changed = replace(protocol, seed=8)
    found = change_of_protocol(adopted(protocol), has_answers=False, found=changed)
    assert found.change is Change.ADOPT_ANEW
    assert found.differences == ("seed: 7 became 8",)
    found.check()


def test_after_the_first_answer_a_change_is_refused_in_words() -> None:
    protocol = make_protocol()
    changed = replace(protocol, analysis=replace(protocol.analysis, hybrid_lambda=0.7))
    found = change_of_protocol(adopted(protocol), has_answers=True, found=changed)
    assert found.change is Change.REFUSED
    with pytest.raises(ProtocolError) as caught:
        found.check()
    assert str(caught.value) == (
        "the protocol was changed after the first answer:\n  analysis.hybrid_lambda: 0.5 became 0.7"
    )
    assert "version = 2" in caught.value.hint


def test_after_the_first_answer_the_next_version_with_a_reason_is_adopted() -> None:
    protocol = make_protocol()
    changed = replace(protocol, seed=8, version=2, reason="a reader left")
    found = change_of_protocol(adopted(protocol), has_answers=True, found=changed)
    assert found.change is Change.NEW_VERSION
    assert found.must_be_adopted


@pytest.mark.parametrize(("version", "said"), [(3, "does not follow"), (1, "after the first")])
def test_versions_follow_each_other(version: int, said: str) -> None:
    protocol = make_protocol()
    changed = replace(protocol, seed=8, version=version, reason="a reader left")
    found = change_of_protocol(adopted(protocol), has_answers=True, found=changed)
    assert found.change is Change.REFUSED
    assert said in found.message


def test_going_back_to_an_older_version_is_refused() -> None:
    newest = replace(make_protocol(), version=2, reason="a reader left")
    found = change_of_protocol(adopted(newest), has_answers=True, found=make_protocol())
    assert found.change is Change.REFUSED
    assert "version 2 was adopted since" in found.message


def test_an_adopted_text_that_cannot_be_read_is_still_different() -> None:
    protocol = make_protocol()
    unreadable = replace(adopted(protocol), toml="format = 9", sha256="00" * 32)
    found = change_of_protocol(unreadable, has_answers=True, found=protocol)
    assert found.change is Change.REFUSED
    assert found.differences == ("the adopted protocol is not one this program can compare",)


def test_differences_name_what_was_added_removed_and_changed() -> None:
    old = make_protocol()
    new = replace(
        old,
        readers=(old.readers[0], StudyReader(reader_id="R7", arm_id="A")),
        arms=(replace(old.arms[0], washout_days=40),),
        cases=(*old.cases[1::-1], *make_cases(7, training=2)[2:]),
        questions=replace(old.questions, birads=True),
        version=2,
    )
    assert differences(old, new) == (
        "arm A: washout_days: 28 became 40",
        "reader R2 removed",
        "reader R7 added",
        "case P-007 removed",
        "cases stand in another order",
        "questions.birads: no became yes",
    )


def test_differences_do_not_say_where_the_images_lie() -> None:
    old = make_protocol()
    moved = replace(old.cases[0], path="secret/place")
    said = differences(old, replace(old, cases=(moved, *old.cases[1:])))
    assert said == ("case P-000: path changed",)
