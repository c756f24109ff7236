"""Pictures, settings, keys and weights: kept, refused, and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.settings import Settings
from viewer.ui.dialogs.settings import SettingsDialog

Start = Callable[..., RunningProgram]


def wait_for_picture(running: RunningProgram) -> None:
    running.qtbot.waitUntil(lambda: not running.program.pictures.is_running, timeout=WAIT_MS)


@pytest.fixture
def reading(start: Start, pictures: Path) -> RunningProgram:
    running = start()
    running.open(pictures)
    return running


def test_the_active_pane_is_saved_as_it_is_on_screen(
    reading: RunningProgram, tmp_path: Path
) -> None:
    reading.chooser.save_as = (tmp_path / "pane.png", 0)
    reading.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_for_picture(reading)
    width, height = reading.state.pane_sizes[reading.state.active]
    with Image.open(tmp_path / "pane.png") as picture:
        assert picture.width == width
        assert picture.height > height
    assert "pane.png" in reading.program.status.said


def test_the_hanging_is_saved_at_native_resolution(reading: RunningProgram, tmp_path: Path) -> None:
    reading.chooser.save_as = (tmp_path / "all.png", 1)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    reading.key(Qt.Key.Key_S, modifiers)
    wait_for_picture(reading)
    with Image.open(tmp_path / "all.png") as picture:
        assert picture.height >= 2 * 300 * 0.9


def test_a_picture_is_copied(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert not QApplication.clipboard().image().isNull()
    QApplication.clipboard().clear()


def test_a_figure_without_a_result_is_refused_in_words(
    reading: RunningProgram, tmp_path: Path
) -> None:
    reading.chooser.save_as = (tmp_path / "figure.png", 0)
    reading.program.desk.save_figure()
    wait_for_picture(reading)
    assert not (tmp_path / "figure.png").exists()
    assert "finished AI result" in "\n".join(reading.program.notices.texts)


def test_a_folder_that_cannot_be_written_is_said(reading: RunningProgram, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    reading.chooser.save_as = (tmp_path / "file" / "pane.png", 0)
    reading.program.desk.save_pane_picture()
    wait_for_picture(reading)
    assert "was not written" in "\n".join(reading.program.notices.texts)


def test_an_animation_of_all_slices_is_written(start: Start, phantom: Path, tmp_path: Path) -> None:
    running = start()
    running.open(phantom)
    running.chooser.save_as = (tmp_path / "scroll.gif", 0)
    running.program.desk.save_animation()
    wait_for_picture(running)
    with Image.open(tmp_path / "scroll.gif") as animation:
        assert animation.n_frames == 6


def test_settings_and_keys_are_changed_kept_and_used_at_once(
    reading: RunningProgram, start: Start
) -> None:
    def change(dialog: QDialog) -> bool:
        assert isinstance(dialog, SettingsDialog)
        dialog.ai_on_open.setChecked(not dialog.ai_on_open.isChecked())
        dialog.deidentified.setChecked(False)
        dialog.keys.set_keys("ai.overlay", "X")
        return True

    reading.dialogs.answer = change
    reading.program.desk.show_settings()
    assert reading.state.overlay.visible
    reading.key(Qt.Key.Key_A)
    assert reading.state.overlay.visible
    reading.key(Qt.Key.Key_X)
    assert not reading.state.overlay.visible
    recent = reading.program.recent
    assert str(recent.exams[0].paths[0]) in recent.title(recent.exams[0])
    reading.program.window.close()
    again = start(run_ai=None)
    assert again.program.preferences.settings == replace(Settings(), deidentified=False)
    assert again.program.preferences.keys.keys_of["ai.overlay"] == ("X",)


def test_conflicting_keys_are_named_in_the_dialog(reading: RunningProgram) -> None:
    seen = []

    def change(dialog: QDialog) -> bool:
        assert isinstance(dialog, SettingsDialog)
        dialog.keys.set_keys("ai.overlay", "X")
        dialog.keys.set_keys("ai.boxes", "X Hyper+Q")
        seen.append(dialog.keys.complaints)
        return False

    reading.dialogs.answer = change
    reading.program.desk.show_settings()
    assert "X is bound to both" in seen[0]
    assert "Hyper+Q" in seen[0]


def test_a_damaged_settings_file_is_named_when_the_window_opens(
    start: Start, tmp_path: Path
) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text("= nonsense")
    (config / "keys.toml").write_text('[keys]\n"ai.overlay" = "X"\n"ai.boxes" = "X"\n')
    running = start()
    said = "\n".join(running.program.notices.texts)
    assert "settings.toml.damaged" in said
    assert "X is bound to both ai.overlay and ai.boxes" in said


def test_every_file_that_was_damaged_by_hand_is_named_and_nothing_of_it_is_lost(
    start: Start, tmp_path: Path
) -> None:
    config = tmp_path / "home" / "config"
    names = ("settings.toml", "keys.toml", "windows.toml", "recent.toml", "reading.toml")
    names += ("hangings/mine.toml", "displays/left.toml", "models/index.toml")
    for number, name in enumerate(names):
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_bytes(b"a = " + b"9" * (5000 + number))
    running = start()
    said = "\n".join(running.program.notices.texts)
    running.program.window.close()
    for number, name in enumerate(names):
        assert f"kept as {Path(name).name}.damaged" in said
        kept = config / f"{name}.damaged"
        assert kept.stat().st_size == 4 + 5000 + number


def test_a_bug_anywhere_is_shown_and_the_program_goes_on(reading: RunningProgram) -> None:
    import sys

    program = reading.program
    before = sys.excepthook
    try:
        program.messages.catch_everything()
        try:
            raise RuntimeError("Doe^Jane must not be shown or logged")
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.excepthook = before
    said = "\n".join(program.notices.texts)
    assert "RuntimeError" in said
    assert "Doe" not in said
    reading.key(Qt.Key.Key_I)
    assert reading.state.active_pane.inverted
