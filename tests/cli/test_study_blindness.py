"""What the parts of a reading may leave behind: no byte of who, when and where a case is."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from cli_builders import write_mammogram
from journal_builders import make_study, order, submitted
from journal_studies import Study, make_folder
from sealed_studies import append_all, opened, seal_all

from viewer.blind_log import words_of_cases
from viewer.commands.keep_seals import Wanted, hand_out
from viewer.domain.frame import Frame
from viewer.jobs.study_case import case_loader
from viewer.jobs.task import TaskProgress
from viewer.loading.errors import LoadingError
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.logs import start_logging, stop_logging
from viewer.storage.places import HOME_VARIABLE, places
from viewer.storage.sealed_ai import ai_from_bytes
from viewer.study.order import plan_session
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Phase, StudyCase

PATIENT = "ZWICKY"
IDENTITY = (b"ZWICKY", b"JANE", b"QX4711", b"19610102", b"20260102", b"HOSPITAL", b"screening")
PLACE = (b"ward-seven", b"ZWICKY-left.dcm", b"W-88134")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """One case whose header, path and code all say who it is."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    home = places({HOME_VARIABLE: str(tmp_path / "home")})
    case = StudyCase(case_id="P-0417", path="ward-seven", patient="W-88134")
    study = replace(make_folder(tmp_path, replace(make_study(), cases=(case,))), where=home)
    for view in ("CC", "MLO"):
        name = f"ward-seven/{PATIENT}-left{view}.dcm"
        write_mammogram(study.folder.path / name, patient=PATIENT, view=view)
    seal_all(study)
    absolute = [str(study.folder.case_path(case.path))]
    start_logging(home.cache, hidden=words_of_cases(study.protocol, absolute))
    yield study
    stop_logging()
    study.close()


def load(study: Study) -> tuple[PlannedReading, LocatedExam]:
    planned = plan_session(study.protocol, "R1", "S1")[0]
    progress = TaskProgress(lambda done, total: None, threading.Event())
    return planned, case_loader(study.folder, study.protocol)(planned, progress)


def texts_in(value: object, seen: set[int]) -> Iterator[str]:
    """Every text of a value and of whatever it holds, as a screen or a log could show it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Enum) or id(value) in seen:
        return
    elif dataclasses.is_dataclass(value):
        seen.add(id(value))
        for field in dataclasses.fields(value):
            yield from texts_in(getattr(value, field.name), seen)
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield from texts_in(key, seen)
            yield from texts_in(item, seen)
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from texts_in(item, seen)


def test_the_exam_on_screen_has_a_blind_number_and_nothing_else(study: Study) -> None:
    planned, located = load(study)
    assert located.exam.alias == planned.alias
    said = "\n".join(texts_in(located.exam, set())) + repr(located)
    for word in (*IDENTITY, *PLACE):
        assert word.decode() not in said, word
    assert [image.name for image in located.exam.images] == ["LCC FFDM", "LMLO FFDM"]


def test_no_file_says_who_or_where_a_case_is(study: Study) -> None:
    planned, located = load(study)
    append_all(study, [order([planned]), opened(planned)])
    append_all(study, [submitted(0, Phase.ALONE)])
    result = ai_from_bytes(hand_out(study.folder, planned.key, Wanted.AI, where=study.where))
    store = FrameStore(1 << 30)
    for image in located.exam.images:
        frame = Frame.cropped(located.frames[image.image_id].read_frame(0))
        store.put(image.image_id, 0, frame)
        assert store.get(image.image_id, 0) is not None
    assert result.case_id == "P-0417"
    files = [path for path in study.where.config.parent.rglob("*") if path.is_file()]
    assert any(path.name == "tomolens.log" for path in files)
    for path in files:
        content = str(path.relative_to(study.where.config.parent)).encode() + path.read_bytes()
        for word in IDENTITY:
            assert word not in content, (path.name, word)
        # The second copy of the journal holds the protocol, and that says where the cases are.
        if path != study.second_copy:
            assert not any(word in content for word in PLACE), path.name


def test_the_journal_says_nothing_of_the_patient(study: Study) -> None:
    planned, _ = load(study)
    append_all(study, [order([planned]), opened(planned), submitted(0, Phase.ALONE)])
    for path in study.folder.path.iterdir():
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in IDENTITY), path.name


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "noise"])
def test_a_case_that_cannot_be_opened_is_told_without_its_place(study: Study, damage: str) -> None:
    folder = study.folder.path / "ward-seven"
    noise = np.random.default_rng(1).bytes(3000)
    for path in folder.iterdir():
        content = {"cut": path.read_bytes()[:900], "noise": noise}.get(damage, b"")
        path.unlink() if damage == "gone" else path.write_bytes(content)
    if damage == "gone":
        folder.rmdir()
    with pytest.raises(LoadingError) as error:
        load(study)
    written = (study.where.cache / "tomolens.log").read_bytes()
    for word in (*IDENTITY, *PLACE):
        assert word.decode() not in f"{error.value} {error.value.hint}"
        assert word not in written


def test_a_slice_that_is_damaged_later_is_told_without_its_place(study: Study) -> None:
    _, located = load(study)
    for path in (study.folder.path / "ward-seven").iterdir():
        path.write_bytes(b"")
    source = located.frames[located.exam.images[0].image_id]
    # The first picture comes from what was decoded while the exam was opened.
    source.read_frame(0)
    with pytest.raises(LoadingError) as error:
        source.read_frame(0)
    for word in (*IDENTITY, *PLACE):
        assert word.decode() not in f"{error.value} {error.value.hint}"
