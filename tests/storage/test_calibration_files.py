"""Calibrations survive being written, and damage."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.display_function import Calibration, LuminanceStep
from viewer.storage.calibration_files import VERSION, read_calibrations, write_calibration
from viewer.storage.toml_file import NotKept

STEPS = tuple(
    LuminanceStep(level=level, luminance=luminance)
    for level, luminance in ((0, 0.4), (64, 12.0), (128, 70.5), (192, 190.0), (255, 401.25))
)
SCREEN = Calibration(
    display="EIZO RX350", serial="12345", ambient=0.25, measured="2026-11-27", steps=STEPS
)


def test_a_folder_that_is_not_there_has_no_calibrations(tmp_path: Path) -> None:
    found = read_calibrations(tmp_path / "none")
    assert (found.calibrations, found.complaints) == ((), ())


def test_a_calibration_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = write_calibration(tmp_path / "displays", SCREEN)
    assert path.name == "eizo-rx350-12345.toml"
    assert read_calibrations(tmp_path / "displays").calibrations == (SCREEN,)


def test_a_second_measurement_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_calibration(tmp_path, SCREEN)
    later = Calibration(display=SCREEN.display, serial=SCREEN.serial, steps=STEPS)
    write_calibration(tmp_path, later)
    assert read_calibrations(tmp_path).calibrations == (later,)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("display = ", "damaged"),
        ("serial = 'a'", "display is missing"),
        ("display = 'a'\nsteps = []", "steps are needed"),
        ("display = 3\nsteps = []", "words were expected"),
        ("display = 'a'\nsteps = [{level = 0.5, luminance = 1}]", "whole number"),
        ("display = 'a'\nsteps = [{level = 0, luminance = 'bright'}]", "a number was expected"),
        ("display = 'a'\nsteps = [3]", "damaged"),
        ("display = 'a'\ncolour = 3\nsteps = []", 'nothing is called "colour"'),
        ("display = 'a'\nsteps = [{level = 0, luminance = 1, x = 2}]", 'nothing is called "x"'),
        ("version = 0\ndisplay = 'a'\nsteps = []", "version"),
        ("display = 'a'\nambient = nan\nsteps = [{level = 0, luminance = 1}]", "ambient"),
    ],
)
def test_a_damaged_file_is_set_aside_and_named_and_the_others_serve(
    tmp_path: Path, text: str, reason: str
) -> None:
    write_calibration(tmp_path, SCREEN)
    (tmp_path / "bad.toml").write_text(text)
    found = read_calibrations(tmp_path)
    assert found.calibrations == (SCREEN,)
    assert len(found.complaints) == 1
    assert "bad.toml" in found.complaints[0]
    assert reason in found.complaints[0]
    assert (tmp_path / "bad.toml.damaged").exists()


def test_files_without_a_version_are_of_the_first_and_new_ones_say_theirs(tmp_path: Path) -> None:
    path = write_calibration(tmp_path, SCREEN)
    text = path.read_text()
    assert tomllib.loads(text)["version"] == VERSION == 1
    path.write_text(text.replace("version = 1\n", ""))
    found = read_calibrations(tmp_path)
    assert (found.calibrations, found.complaints) == ((SCREEN,), ())


def test_a_file_of_a_newer_program_stays_where_it_is_and_is_not_used(tmp_path: Path) -> None:
    path = write_calibration(tmp_path, SCREEN)
    text = path.read_text().replace("version = 1", "version = 2\nchromaticity = [0.3, 0.3]")
    path.write_text(text)
    for _ in range(2):
        found = read_calibrations(tmp_path)
        assert found.calibrations == ()
        (said,) = found.complaints
        assert f"{path.name} was made by a newer Tomolens" in said
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == text


def test_a_measurement_never_takes_the_place_of_a_newer_programs_file(tmp_path: Path) -> None:
    newer = tmp_path / "eizo-rx350-12345.toml"
    newer.write_text("version = 2\n")
    beside = write_calibration(tmp_path, SCREEN)
    later = Calibration(display=SCREEN.display, serial=SCREEN.serial, steps=STEPS)
    assert write_calibration(tmp_path, later) == beside
    assert newer.read_text() == "version = 2\n"
    assert read_calibrations(tmp_path).calibrations == (later,)


@given(name=st.text(min_size=1).filter(str.strip))
def test_any_name_of_a_display_gives_a_file_in_the_folder(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("displays")
    path = write_calibration(folder, Calibration(display=name, steps=STEPS))
    assert path.parent == folder
    assert path.exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotKept):
        write_calibration(tmp_path / "file" / "displays", SCREEN)
