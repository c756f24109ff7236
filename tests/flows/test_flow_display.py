"""Calibrated displays in the running program: said, composed into the picture, and measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.domain.display_function import Calibration, LuminanceStep
from viewer.domain.grey_depth import GreyDepth
from viewer.session.staging import with_protocol
from viewer.storage.calibration_files import read_calibrations, write_calibration
from viewer.ui.display_check.display_check import DisplayCheck
from viewer.ui.displays import ScreenFacts, screen_facts
from viewer.ui.theme import set_text_size

Start = Callable[..., RunningProgram]


def calibration_of_this_screen() -> Calibration:
    levels = [number * 15 for number in range(18)]
    return Calibration(
        display=screen_facts(QApplication.primaryScreen()).name,
        measured="2026-11-27",
        steps=tuple(
            LuminanceStep(level=level, luminance=0.3 + 400 * (level / 255) ** 2.2)
            for level in levels
        ),
    )


def shown_table(running: RunningProgram) -> np.ndarray:
    scene = running.program.hanging.panes[running.state.active].scene
    assert scene is not None
    assert scene.image is not None
    return scene.image.table.levels


def check(running: RunningProgram, act: Callable[[DisplayCheck], None]) -> None:
    def answer(dialog: QDialog) -> bool:
        assert isinstance(dialog, DisplayCheck)
        act(dialog)
        return False

    running.dialogs.answer = answer
    running.qtbot.keyClick(
        running.program.window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier
    )
    assert running.dialogs.shown[-1] == "DisplayCheck"


def type_steps(dialog: DisplayCheck, luminances: list[float]) -> None:
    dialog.measure.click()
    for row, luminance in enumerate(luminances):
        item = dialog.form.table.item(row, 1)
        assert item is not None
        item.setText(f"{luminance:.3f}")


def test_without_a_calibration_srgb_is_assumed_and_said(start: Start, pictures: Path) -> None:
    running = start()
    running.open(pictures)
    assert running.program.status.display == "display: sRGB assumed"
    check(running, lambda dialog: expect(dialog, "sRGB is assumed"))


def expect(dialog: DisplayCheck, words: str) -> None:
    assert words in dialog.facts.text()
    assert "bits per pixel" in dialog.facts.text()
    assert "256 levels of grey are painted" in dialog.facts.text()
    assert "dpi" in dialog.facts.text()


def test_a_calibrated_screen_is_driven_by_its_table(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    plain = start(home=tmp_path / "plain")
    plain.open(pictures)
    home = tmp_path / "measured"
    write_calibration(home / "config" / "displays", calibration_of_this_screen())
    running = start(home=home)
    running.open(pictures)
    assert running.program.status.display == "display: GSDF, measured 2026-11-27"
    table = shown_table(running)
    assert not np.array_equal(table, shown_table(plain))
    assert table[0] == 0
    assert table.max() == 255
    check(running, lambda dialog: expect(dialog, "Calibrated"))


def test_another_display_is_not_driven_by_it(start: Start, pictures: Path, tmp_path: Path) -> None:
    other = Calibration(display="Some other", steps=calibration_of_this_screen().steps)
    write_calibration(tmp_path / "home" / "config" / "displays", other)
    running = start()
    running.open(pictures)
    assert running.program.status.display == "display: sRGB assumed"


def test_measured_steps_are_entered_kept_and_used_at_once(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    running = start()
    running.open(pictures)
    before = shown_table(running)

    def act(dialog: DisplayCheck) -> None:
        type_steps(dialog, [step.luminance for step in calibration_of_this_screen().steps])
        dialog.form.table.setCurrentCell(17, 1)
        assert dialog.pattern.level == 255
        dialog.form.keep.click()
        assert dialog.form.problem.text() == ""
        assert dialog.pattern.level is None
        assert dialog.steps.table.rowCount() == 18

    check(running, act)
    assert running.program.status.display.startswith("display: GSDF, measured")
    assert not np.array_equal(shown_table(running), before)
    kept = read_calibrations(tmp_path / "home" / "config" / "displays").calibrations
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("luminances", "reason"),
    [
        ([], "luminance at level 0 must be a number"),
        ([0.3 + number for number in range(17)] + [2.0], "luminance must rise"),
    ],
)
def test_measurements_that_make_no_sense_are_refused_in_words_and_nothing_is_kept(
    start: Start, tmp_path: Path, luminances: list[float], reason: str
) -> None:
    running = start()
    running.program.window.activateWindow()

    def act(dialog: DisplayCheck) -> None:
        type_steps(dialog, luminances)
        dialog.form.keep.click()
        assert reason in dialog.form.problem.text()
        dialog.form.leave.click()
        assert dialog.pattern.level is None

    check(running, act)
    assert not (tmp_path / "home" / "config" / "displays").exists()
    assert running.program.status.display == "display: sRGB assumed"


def test_a_damaged_calibration_is_named_and_srgb_serves(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "config" / "displays"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("display = ")
    running = start()
    assert running.program.status.display == "display: sRGB assumed"
    assert "mine.toml" in "\n".join(running.program.notices.texts)


def test_the_pattern_can_stand_alone(start: Start) -> None:
    def act(dialog: DisplayCheck) -> None:
        dialog.alone.click()
        assert not dialog.side_is_shown
        dialog.alone.click()
        assert dialog.side_is_shown

    check(start(), act)


@pytest.mark.parametrize(
    ("depth", "painted", "platform", "words"),
    [
        (24, GreyDepth.EIGHT_BITS, "linux", "(8 a channel): 256 levels of grey are painted"),
        (30, GreyDepth.EIGHT_BITS, "linux", "picture has 8: 256 levels of grey are painted"),
        (30, GreyDepth.TEN_BITS, "linux", "1,024 levels of grey are painted"),
        (32, GreyDepth.EIGHT_BITS, "win32", "256 levels of grey are painted (on Windows"),
    ],
)
def test_what_is_painted_is_said_without_promising_more(
    depth: int, painted: GreyDepth, platform: str, words: str
) -> None:
    facts = ScreenFacts(name="a", serial="", width=1, height=1, dots_per_inch=100.0, depth=depth)
    assert words in facts.grey_words(painted, platform=platform)


def test_the_second_window_follows_a_calibration_and_a_move_to_another_screen_at_once(
    start: Start, phantom: Path
) -> None:
    running = start()
    running.open(phantom)
    two = next(p for p in running.state.protocols if p.protocol_id == "two-screens")
    running.program.session.apply(lambda state: with_protocol(state, two))
    running.key(Qt.Key.Key_F9)
    second = running.program.hangings.screens.second
    assert second is not None
    pane = next(iter(second.hanging.panes.values()))
    running.qtbot.waitUntil(lambda: pane.scene.image is not None, timeout=WAIT_MS)
    before = pane.scene.image.table.levels
    displays = running.program.grey.displays
    displays.keep(calibration_of_this_screen())
    assert not np.array_equal(pane.scene.image.table.levels, before)
    handle = second.windowHandle()
    assert handle is not None
    with running.qtbot.waitSignal(displays.changed, timeout=WAIT_MS):
        handle.screenChanged.emit(second.screen())


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_the_page_that_is_hidden_takes_no_room_from_the_one_that_is_shown(
    start: Start, qapp: QApplication, percent: int
) -> None:
    running = start()

    def look(dialog: DisplayCheck) -> None:
        set_text_size(qapp, percent)
        dialog.setWindowState(Qt.WindowState.WindowNoState)
        dialog.resize(1280, 800)
        running.qtbot.wait(50)
        place = dialog.close_button.mapTo(dialog, dialog.close_button.rect().bottomLeft())
        assert place.y() < 800

    check(running, look)
