"""Protocol files on disk: new ones never over others, changes whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from viewer.storage import keep_protocol
from viewer.storage.keep_protocol import create_protocol, keep_sealed, replace_protocol
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.errors import StudyError
from viewer.study.protocol import Protocol, SealedParts
from viewer.study.read_protocol import parse_protocol

PROTOCOL = parse_protocol(
    """
format = 1
study_id = "pilot"
title = "A pilot"
seed = 7
arm = [{id = "A", design = "sequential"}]
reader = [{id = "R1", arm = "A"}]
session = [{id = "S1"}]
case = [{id = "C1", path = "exams/1", patient = "P1"}]
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder.of(tmp_path / "deep" / "study")


def no_space(path: Path, content: bytes) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_new_study_makes_its_folder_and_reads_back(folder: StudyFolder) -> None:
    path = create_protocol(folder, PROTOCOL)
    assert path == folder.protocol_file
    assert read_protocol(folder) == PROTOCOL


def test_a_study_that_is_there_is_left_alone(folder: StudyFolder) -> None:
    create_protocol(folder, PROTOCOL)
    with pytest.raises(StudyError, match="is there already"):
        create_protocol(folder, replace(PROTOCOL, seed=8))
    assert read_protocol(folder) == PROTOCOL


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "study").write_text("x")
    with pytest.raises(StudyError) as caught:
        create_protocol(StudyFolder(tmp_path / "study"), PROTOCOL)
    assert caught.value.hint


def test_a_changed_protocol_replaces_the_old_one(folder: StudyFolder) -> None:
    create_protocol(folder, PROTOCOL)
    replace_protocol(folder, replace(PROTOCOL, seed=8))
    assert read_protocol(folder).seed == 8


def test_sealing_keeps_what_the_designer_wrote(folder: StudyFolder) -> None:
    create_protocol(folder, PROTOCOL)
    file = folder.protocol_file
    file.write_text(file.read_text().replace("seed = 7", "seed = 7  # the house number"))
    keep_sealed(folder, SealedParts(truth_sha256="ab" * 32))
    assert read_protocol(folder).sealed.truth_sha256 == "ab" * 32
    assert "# the house number" in file.read_text()


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: replace_protocol(folder, replace(PROTOCOL, seed=8)),
        lambda folder: keep_sealed(folder, SealedParts(truth_sha256="ab" * 32)),
    ],
    ids=["replace", "seal"],
)
def test_a_full_disk_leaves_the_old_protocol(
    write: Callable[[StudyFolder], None], folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_protocol(folder, PROTOCOL)
    before = folder.protocol_file.read_bytes()
    monkeypatch.setattr(keep_protocol, "write_atomically", no_space)
    with pytest.raises(StudyError, match="No space left") as caught:
        write(folder)
    assert caught.value.hint
    assert folder.protocol_file.read_bytes() == before


def test_a_name_that_no_text_can_hold_is_said_before_anything_is_written(
    folder: StudyFolder,
) -> None:
    case = replace(PROTOCOL.cases[0], path="exam\udcff")
    unwritable: Protocol = replace(PROTOCOL, cases=(case,))
    with pytest.raises(StudyError, match="no text can hold"):
        create_protocol(folder, unwritable)
    assert not folder.path.exists()
