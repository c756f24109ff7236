"""Readers of a study see the greys of the viewer: calibrated display, loupe, patterns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from reading_driver import ReadingDriver

from viewer.domain.display_function import Calibration, LuminanceStep
from viewer.storage.calibration_files import write_calibration
from viewer.study.event import Event, EventKind
from viewer.ui.displays import screen_facts

Start = Callable[..., ReadingDriver]
Events = Callable[[Path], list[Event]]


def table_of(driver: ReadingDriver) -> np.ndarray:
    pane = driver.program.hanging.panes[driver.session.active]
    assert pane.scene is not None
    assert pane.scene.image is not None
    return pane.scene.image.table


def calibrate(home: Path) -> None:
    steps = (LuminanceStep(level=n * 15, luminance=0.3 + 400 * (n / 17) ** 2.2) for n in range(18))
    name = screen_facts(QApplication.primaryScreen()).name
    known = Calibration(display=name, measured="2026-11-27", steps=tuple(steps))
    write_calibration(home / "config" / "displays", known)


def test_a_calibrated_display_serves_in_a_study_and_is_recorded(
    start: Start, study: Path, events: Events, tmp_path: Path
) -> None:
    plain = start(study)
    plain.begin()
    plain.wait_for_images()
    before = table_of(plain)
    plain.close()
    calibrate(tmp_path / "home")
    driver = start(study)
    assert driver.program.status.display == "display: GSDF, measured 2026-11-27"
    driver.begin()
    driver.wait_for_images()
    assert not np.array_equal(table_of(driver), before)
    driver.close()
    said = [
        event.payload["display"]
        for event in events(study)
        if event.kind in (EventKind.SESSION_STARTED, EventKind.SESSION_RESUMED)
    ]
    assert said == ["sRGB assumed", "GSDF, measured 2026-11-27"]


def test_the_loupe_shows_while_its_key_is_held_and_marks_keep_theirs(
    start: Start, study: Path
) -> None:
    driver = start(study)
    driver.begin()
    driver.wait_for_images()
    loupe = driver.program.grey.loupes[0]
    QTest.keyPress(driver.program.window, Qt.Key.Key_K)
    assert loupe.square is not None
    assert loupe.square.scene is not None
    assert not loupe.square.scene.boxes
    QTest.keyRelease(driver.program.window, Qt.Key.Key_K)
    assert loupe.square is None
    commands = driver.program.keys.keys.command_of
    assert (commands["M"], commands["K"]) == ("study.mark", "loupe.hold")


def test_patterns_can_be_switched_where_the_overlay_is_shown(start: Start, study: Path) -> None:
    ids = {command.id for command in start(study).program.commands}
    assert "ai.patterns" in ids
    assert not {"mark.delete", "image.maximum", "screen.display_check"} & ids
