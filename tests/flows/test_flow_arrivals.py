"""A folder of exams in the whole program: the first hangs while the others are still read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from patient_builders import relabelled
from PySide6.QtCore import Qt
from running_program import WAIT_MS, RunningProgram

from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading import find_exams

Start = Callable[..., RunningProgram]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One exam of four small FFDM."""
    folder = tmp_path_factory.mktemp("few")
    made = write_phantom_exams(folder / "base", seed=4, slices=2, rows=96, columns=80)
    (folder / "few").mkdir()
    for path in sorted(made[0].folder.glob("*ffdm.dcm")):
        (folder / "few" / path.name).write_bytes(path.read_bytes())
    return folder / "few"


class Gate:
    """Lets a search read files up to the first of a folder, and the rest when it is opened."""

    def __init__(self, before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """before: a folder, or one file."""
        self._opened = threading.Event()
        read = find_exams.kind_of_file

        def waiting(path: Path) -> object:
            if before in (path, *path.parents):
                assert self._opened.wait(WAIT_MS / 1000)
            return read(path)

        monkeypatch.setattr(find_exams, "kind_of_file", waiting)

    def open(self) -> None:
        self._opened.set()


def hung(running: RunningProgram) -> list[str]:
    exam = running.state.exam
    return [] if exam is None else [image.title for image in exam.images]


def wait_first(running: RunningProgram, folder: Path) -> None:
    running.program.open([folder])
    running.qtbot.waitUntil(lambda: running.state.exam is not None, timeout=WAIT_MS)
    running.wait_for_frames()
    assert running.program.search.is_running


def wait_end(running: RunningProgram) -> None:
    running.qtbot.waitUntil(lambda: not running.program.search.is_running, timeout=WAIT_MS)
    exams = running.program.worklist.exams
    running.qtbot.waitUntil(lambda: exams.is_idle, timeout=WAIT_MS)
    running.wait_for_frames()


def test_the_first_exam_hangs_and_the_list_fills_while_others_are_read(
    start: Start, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        relabelled(few, tmp_path / f"p{number}", study=str(number), PatientID=f"P{number}")
    gate = Gate(tmp_path / "p4", monkeypatch)
    running = start()
    wait_first(running, tmp_path)
    # Four patients are whole when the fifth one's folder begins.
    running.qtbot.waitUntil(lambda: len(running.state.worklist.rows) == 4, timeout=WAIT_MS)
    first = running.state.exam_id
    running.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    running.qtbot.waitUntil(lambda: running.state.exam_id != first, timeout=WAIT_MS)
    second = running.state.exam_id
    gate.open()
    wait_end(running)
    assert running.state.exam_id == second
    assert len(running.state.worklist.rows) == 5
    assert len({exam.exam_id for exam in running.state.exams}) == len(running.state.exams) == 5


def with_a_late_view(few: Path, folder: Path) -> Path:
    """Two patients, and in the last folder a view of the first one's exam."""
    whole = relabelled(few, folder / "a", study="one", PatientID="P1")
    relabelled(few, folder / "b", study="two", PatientID="P2")
    (folder / "c").mkdir(parents=True)
    late = folder / "c" / "LCC.dcm"
    (whole / "LCC_ffdm.dcm").rename(late)
    return folder / "c"


def test_more_images_of_an_untouched_exam_hang(
    start: Start, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(with_a_late_view(few, tmp_path), monkeypatch)
    running = start()
    wait_first(running, tmp_path)
    assert hung(running) == ["RCC", "RMLO", "LMLO"]
    gate.open()
    wait_end(running)
    running.qtbot.waitUntil(lambda: len(running.state.filled_slots) == 4, timeout=WAIT_MS)
    assert hung(running) == ["RCC", "LCC", "RMLO", "LMLO"]
    running.wait_for_frames()


def test_more_images_of_an_exam_that_is_being_read_are_said_and_leave_it_as_it_is(
    start: Start, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(with_a_late_view(few, tmp_path), monkeypatch)
    running = start()
    wait_first(running, tmp_path)
    running.key(Qt.Key.Key_I)
    panes = running.state.panes
    assert any(pane.inverted for pane in panes.values())
    gate.open()
    wait_end(running)
    assert len(hung(running)) == 4
    assert running.state.panes == panes
    assert any("1 more image" in text for text in running.program.notices.texts)


def test_a_newer_exam_that_is_found_late_hangs_unless_the_reader_began(
    start: Start, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {"PatientID": "P1", "StudyDate": "20220101"}
    relabelled(few, tmp_path / "a", study="old", **old)
    relabelled(few, tmp_path / "b", study="other", PatientID="P2")
    relabelled(few, tmp_path / "c", study="new", **{**old, "StudyDate": "20240101"})
    for begins in (False, True):
        with monkeypatch.context() as patched:
            gate = Gate(tmp_path / "c", patched)
            running = start(home=tmp_path / f"home{begins}")
            wait_first(running, tmp_path)
            if begins:
                running.key(Qt.Key.Key_I)
            gate.open()
            wait_end(running)
            expected = "20220101" if begins else "20240101"
            exam = running.state.exam
            assert exam is not None
            assert exam.identity.study_date == expected
            said = any("newer exam" in text for text in running.program.notices.texts)
            assert said is begins


def mixed_files(few: Path, folder: Path) -> Path:
    """Three patients' files in one folder, sorted by view; returns the last one's last file."""
    folder.mkdir()
    for patient in range(3):
        made = relabelled(few, folder / f"p{patient}", study=str(patient), PatientID=f"P{patient}")
        for path in made.iterdir():
            path.rename(folder / f"{path.stem} {patient}.dcm")
        made.rmdir()
    return folder / "RMLO_ffdm 2.dcm"


def picture_files(pictures: Path, folder: Path) -> Path:
    """Three exams of pictures in one folder; returns the last file."""
    folder.mkdir()
    for exam in range(3):
        for path in pictures.glob("*O.png"):
            pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            cv2.imwrite(str(folder / f"{exam}{path.name[1:]}"), pixels + exam)
    return folder / "2_R-MLO.png"


@pytest.mark.parametrize("kind", ["mixed", "pictures"])
def test_of_exams_in_one_folder_the_first_hangs_and_stays_as_the_reader_left_it(
    start: Start,
    few: Path,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    folder = tmp_path / "all"
    last = mixed_files(few, folder) if kind == "mixed" else picture_files(pictures, folder)
    gate = Gate(last, monkeypatch)
    running = start()
    wait_first(running, folder)
    running.qtbot.waitUntil(lambda: len(running.state.worklist.rows) == 2, timeout=WAIT_MS)
    first, titles = running.state.exam_id, hung(running)
    assert sorted(titles) == (
        ["LCC", "LMLO", "RCC", "RMLO"] if kind == "mixed" else ["LMLO", "RMLO"]
    )
    running.key(Qt.Key.Key_I)
    panes = running.state.panes
    gate.open()
    wait_end(running)
    assert running.state.exam_id == first
    assert running.state.panes == panes
    assert hung(running) == titles
    assert len(running.state.worklist.rows) == 3
    assert running.program.notices.texts == ()
