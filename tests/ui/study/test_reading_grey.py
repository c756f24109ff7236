"""Readers of a study see the greys of the viewer: calibrated display, loupe, patterns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from reading_driver import ReadingDriver

from viewer.domain.display_function import Calibration, LuminanceStep
from viewer.session.grey_view import loupe_resized, loupe_toggled, loupe_zoomed
from viewer.session.study_replay import replay_of
from viewer.storage.calibration_files import write_calibration
from viewer.study.check_events import problems_of_events
from viewer.study.event import Event, EventKind
from viewer.study.projection import reading_states
from viewer.study.replay_text import replay_lines
from viewer.ui.displays import screen_facts

Start = Callable[..., ReadingDriver]
Events = Callable[[Path], list[Event]]


def table_of(driver: ReadingDriver) -> np.ndarray:
    pane = driver.program.hanging.panes[driver.session.active]
    assert pane.scene is not None
    assert pane.scene.image is not None
    return pane.scene.image.table.levels


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
    pane = loupe.square.pane
    QTest.mouseMove(pane, QPoint(60, 70))
    QApplication.processEvents()
    assert pane.cursor().shape() is Qt.CursorShape.BlankCursor
    QTest.keyRelease(driver.program.window, Qt.Key.Key_K)
    assert loupe.square is None
    assert pane.cursor().shape() is not Qt.CursorShape.BlankCursor
    commands = driver.program.keys.keys.command_of
    assert (commands["M"], commands["K"]) == ("study.mark", "loupe.hold")


def test_patterns_can_be_switched_where_the_overlay_is_shown(start: Start, study: Path) -> None:
    ids = {command.id for command in start(study).program.commands}
    assert "ai.patterns" in ids
    assert not {"mark.delete", "image.maximum", "screen.display_check"} & ids


def test_each_use_of_the_loupe_is_recorded_with_its_enlargement_and_ends_at_a_pause(
    start: Start, study: Path, events: Events
) -> None:
    driver = start(study)
    driver.begin()
    driver.wait_for_images()
    QTest.keyPress(driver.program.window, Qt.Key.Key_K)
    driver.program.session.apply(lambda state: loupe_zoomed(state, 1))
    QTest.keyRelease(driver.program.window, Qt.Key.Key_K)
    driver.program.session.apply(lambda state: loupe_resized(state, 1))
    driver.program.session.apply(loupe_toggled)
    driver.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    driver.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    driver.answer()
    driver.go_on()
    driver.close()
    written = events(study)
    uses = [dict(e.payload) for e in written if e.kind is EventKind.LOUPE_SWITCHED]
    on, larger = {"shown": True, "zoom": 2, "side": 320}, {"shown": True, "zoom": 3, "side": 320}
    kept, off = {"shown": True, "zoom": 3, "side": 400}, {"shown": False}
    said = [{k: v for k, v in use.items() if k not in ("order_index", "phase")} for use in uses]
    assert said == [on, larger, off, kept, off, kept, off, kept, off]
    assert [use["phase"] for use in uses] == ["unaided"] * 7 + ["aided"] * 2
    assert list(problems_of_events(written)) == []
    told = "\n".join(replay_lines(written, reader_id="r1"))
    assert "loupe 3:1 (unaided)" in told
    assert "loupe put away (unaided)" in told
    films = [replay_of(written, state.planned.key) for state in reading_states(written).values()]
    assert "loupe 2:1 (unaided)" in [moment.words for film in films for moment in film.moments]
