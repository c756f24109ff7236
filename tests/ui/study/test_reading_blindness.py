"""What a reader's window may never say, and the commands that do not exist there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from reading_driver import ReadingDriver

from viewer.commands.table import COMMANDS
from viewer.domain.hanging import Slot
from viewer.domain.overlay_settings import OverlaySettings
from viewer.logs import start_logging, stop_logging
from viewer.storage.places import Places

Start = Callable[..., ReadingDriver]

ABSENT = {
    *("exam.open", "exam.open_folder", "exam.demo", "exam.close", "exam.next", "exam.previous"),
    *("exam.skipped", "exam.assign_views", "exam.settings", "ai.run", "ai.cancel", "ai.models"),
    *("ai.truth", "screen.identity", "picture.save_pane", "picture.figure", "picture.animation"),
    *("picture.save_hanging", "picture.copy_pane", "picture.copy_hanging", "help.about"),
}


def all_words(window: QWidget) -> str:
    """Everything the window says or whispers to assistive technology."""
    words = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        words += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QAbstractButton):
            words.append(widget.text())
    for action in window.findChildren(QAction):
        words += [action.text(), action.toolTip()]
    return "\n".join(words)


def test_the_window_says_nothing_of_who_what_and_where_a_case_is(
    start: Start, study: Path, exams: Path, tmp_path: Path
) -> None:
    start_logging(tmp_path / "log")
    driver = start(study)
    driver.begin()
    driver.wait_for_images()
    said = all_words(driver.program.window)
    exam = driver.session.exam
    assert driver.program.window.windowTitle() == "Tomolens study"
    assert driver.state.planned.alias in said
    for secret in ("case1", "case2", "exam_000", str(exams), str(study), "Phantom", "p1^"):
        assert secret not in said, secret
    assert (exam.alias, exam.truth_masks, exam.labels) == (driver.state.planned.alias, (), {})
    assert exam.identity.name == exam.identity.patient_id == exam.identity.study_date == ""
    assert {image.acquired for image in exam.images} == {None}
    assert {image.technique.manufacturer for image in exam.images} == {None}
    stop_logging()
    logged = (tmp_path / "log" / "tomolens.log").read_text()
    assert str(exams) not in logged
    assert "case1" not in logged


def test_nothing_of_a_case_is_left_on_disk_but_the_journal(
    start: Start, study: Path, tmp_path: Path
) -> None:
    driver = start(study)
    driver.begin()
    driver.answer()
    driver.go_on()
    driver.close()
    home = tmp_path / "home"
    places = Places(config=home / "config", cache=home / "cache")
    assert not places.recent_file.exists()
    assert not places.predictions.exists()
    assert not places.frames.exists()
    assert not places.settings_file.exists()


def test_commands_that_lead_out_of_the_study_do_not_exist(start: Start, study: Path) -> None:
    driver = start(study)
    ids = {command.id for command in driver.program.commands}
    assert {command.id for command in COMMANDS} >= ABSENT
    assert not ids & ABSENT
    for key in ("Ctrl+O", "Shift+A", "Ctrl+M", "Shift+I", "O", "Ctrl+S", "Ctrl+C", "Ctrl+W"):
        assert key not in driver.program.keys.keys.command_of
    assert driver.program.keys.keys.complaints == ()


def test_panes_take_no_files_and_their_words_are_view_and_kind(start: Start, study: Path) -> None:
    driver = start(study)
    driver.begin()
    driver.wait_for_images()
    for slot, pane in driver.program.hanging.panes.items():
        assert not pane.acceptDrops()
        assert pane.scene.top_lines[0].text == slot.value
        assert [line.text for line in pane.scene.top_lines[1:]] == [
            "DBT",
            driver.state.planned.alias,
        ]
    assert driver.program.hanging.panes[Slot.RCC].scene.ai is None


def test_how_the_reader_draws_the_overlay_is_not_kept(
    start: Start, study: Path, qapp: QApplication
) -> None:
    driver = start(study)
    assert driver.session.overlay == OverlaySettings()
