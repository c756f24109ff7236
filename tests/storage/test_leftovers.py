"""What killed runs left half written is removed a day later, in the program's own folders only."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inference.unfinished_file import reserve_beside
from viewer.storage.leftovers import remove_leftovers
from viewer.storage.places import Places, places

DAY_S = 24 * 3600.0


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return places({"TOMOLENS_HOME": str(tmp_path / "home")})


def left(folder: Path, *, age_s: float = 2 * DAY_S, suffix: str = "") -> Path:
    """A file that a run reserved in a folder and never finished."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, path = reserve_beside(folder / "result", suffix=suffix)
    os.write(descriptor, b"half")
    os.close(descriptor)
    return aged(path, age_s)


def aged(path: Path, age_s: float) -> Path:
    then = time.time() - age_s
    os.utime(path, (then, then), follow_symlinks=False)
    return path


def test_leftovers_go_from_every_folder_that_the_program_writes_in(
    where: Places, caplog: pytest.LogCaptureFixture
) -> None:
    folders = (
        where.config,
        where.marks,
        where.hangings,
        where.displays,
        where.models / "0123abcd",
        where.predictions,
        where.frames,
        where.demo / "exam_0001",
    )
    leftovers = [left(folder) for folder in folders]
    leftovers.append(left(where.demo / "exam_0001", suffix=".dcm"))
    with caplog.at_level(logging.INFO, logger="viewer"):
        assert remove_leftovers(where) == len(leftovers)
    assert not any(path.exists() for path in leftovers)
    (said,) = caplog.messages
    assert f"removed={len(leftovers)}" in said
    assert str(where.config.parent) not in said


@pytest.mark.parametrize(("hours", "stays"), [(0, True), (23, True), (25, False)])
def test_what_another_running_program_may_be_writing_stays(
    where: Places, hours: int, stays: bool, caplog: pytest.LogCaptureFixture
) -> None:
    path = left(where.marks, age_s=hours * 3600.0)
    with caplog.at_level(logging.INFO, logger="viewer"):
        assert remove_leftovers(where) == int(not stays)
    assert path.exists() is stays
    assert bool(caplog.messages) is not stays


def test_nothing_but_unfinished_files_goes(where: Places) -> None:
    for folder in (where.config, where.marks, where.frames):
        folder.mkdir(parents=True)
    kept = [where.config / "settings.toml", where.marks / "a.json", where.frames / "breast.part"]
    kept += [where.marks / ".short.part", where.marks / "r3_x9k2a.part"]
    for path in kept:
        path.write_bytes(b"whole")
        aged(path, 400 * DAY_S)
    folder = where.marks / ".r3_x9k2a.part"
    folder.mkdir()
    aged(folder, 400 * DAY_S)
    assert remove_leftovers(where) == 0
    assert all(path.exists() for path in [*kept, folder])


def test_nothing_goes_from_a_users_folder_or_a_study_even_where_a_link_leads_there(
    where: Places, tmp_path: Path
) -> None:
    exams = left(tmp_path / "exams")
    beside = left(tmp_path / "home" / "results")
    own = left(where.config / "my exams")
    study = left(where.study_copies / "study")
    for folder in (where.demo, where.marks, where.models):
        folder.mkdir(parents=True)
        try:
            (folder / "linked").symlink_to(exams.parent, target_is_directory=True)
            (folder / ".r3_x9k2a.part").symlink_to(exams)
        except OSError:
            pytest.skip("this system makes no links")
        aged(folder / ".r3_x9k2a.part", 2 * DAY_S)
    assert remove_leftovers(where) == 0
    assert all(path.exists() for path in (exams, beside, own, study))


@pytest.mark.skipif(os.name != "posix", reason="rights of folders")
def test_a_folder_that_may_not_be_changed_harms_nothing(
    where: Places, caplog: pytest.LogCaptureFixture
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may change everything")
    path, other = left(where.marks), left(where.frames)
    where.marks.chmod(0o500)
    try:
        with caplog.at_level(logging.INFO, logger="viewer"):
            assert remove_leftovers(where) == 1
    finally:
        where.marks.chmod(0o700)
    assert path.exists()
    assert not other.exists()
    assert "removed=1 left=1" in caplog.text


def test_without_folders_there_is_nothing_to_do(where: Places) -> None:
    assert remove_leftovers(where) == 0
    assert not where.config.exists()


_RUN = """
from PySide6.QtCore import QTimer
from viewer.app_run import run
from viewer.app_start import dark_application

application = dark_application()
QTimer.singleShot(300, application.quit)
raise SystemExit(run())
"""


def test_a_start_of_the_program_removes_them_and_the_log_says_how_many(
    where: Places, tmp_path: Path
) -> None:
    old, young = left(where.frames), left(where.marks, age_s=60.0)
    environment = os.environ | {
        "TOMOLENS_HOME": str(tmp_path / "home"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    ran = subprocess.run(
        [sys.executable, "-c", _RUN], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert not old.exists()
    assert young.exists()
    assert "removed=1 left=0" in (where.cache / "tomolens.log").read_text()
