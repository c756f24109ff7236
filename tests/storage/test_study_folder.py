"""The folder of a study and what lies in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from viewer.storage.places import places
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.errors import ProtocolError, StudyError
from viewer.study.read_protocol import parse_protocol

TEXT = """
format = 1
study_id = "pilot"
title = "A pilot"
seed = 7
arm = [{id = "A", design = "sequential"}]
reader = [{id = "R1", arm = "A"}]
session = [{id = "S1"}]
case = [{id = "C1", path = "exams/1", patient = "P1"}]
"""


def test_a_study_is_named_by_its_folder_or_its_protocol(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(TEXT)
    by_folder, by_file = StudyFolder.of(tmp_path), StudyFolder.of(tmp_path / "study.toml")
    assert by_folder == by_file
    assert read_protocol(by_file).study_id == "pilot"


def test_another_file_is_not_a_study(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(StudyError, match="not a study") as caught:
        StudyFolder.of(tmp_path / "notes.txt")
    assert "study.toml" in caught.value.hint


def test_a_folder_without_a_protocol_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="there is no study.toml") as caught:
        read_protocol(StudyFolder.of(tmp_path))
    assert "tomolens study new" in caught.value.hint


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_bytes(b'format = 1\ntitle = "\xff"\n')
    with pytest.raises(ProtocolError, match="study.toml, line 2: not UTF-8"):
        read_protocol(StudyFolder.of(tmp_path))


def test_a_protocol_that_is_a_folder_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "study.toml").mkdir()
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_protocol(StudyFolder.of(tmp_path))


def test_paths_of_cases_are_relative_to_the_study(tmp_path: Path) -> None:
    folder = StudyFolder.of(tmp_path)
    assert folder.case_path("exams/1") == tmp_path / "exams" / "1"
    assert folder.case_path("/data/exam") == Path("/data/exam")
    assert folder.case_path("~/exam") == Path.home() / "exam"
    assert folder.case_path("~nobody/exam") == tmp_path / "~nobody" / "exam"


def test_the_second_copy_lies_apart_and_is_not_shared_by_copies_of_a_study(tmp_path: Path) -> None:
    protocol = parse_protocol(TEXT)
    where = places({"TOMOLENS_HOME": str(tmp_path / "home")})
    one = StudyFolder.of(tmp_path / "one").second_copy(protocol, where)
    two = StudyFolder.of(tmp_path / "two").second_copy(protocol, where)
    assert one != two
    assert one.parent == two.parent == tmp_path / "home" / "config" / "studies"
    stated = replace(protocol, second_copy="/mnt/copy")
    assert StudyFolder.of(tmp_path).second_copy(stated, where) == Path("/mnt/copy")
