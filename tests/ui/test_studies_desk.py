"""From the main window to reader studies."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import make_study
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from viewer.errors import Problem
from viewer.storage.keep_protocol import create_protocol
from viewer.storage.study_folder import StudyFolder
from viewer.ui.dialogs.read_study import ReadStudyDialog
from viewer.ui.file_chooser import FileChooser
from viewer.ui.studies_desk import StudiesDesk
from viewer.ui.theme import apply_theme, style_sheet
from viewer.ui.window_size import resize_within_screen


class Started:
    """Notes what would be started instead of starting it."""

    def __init__(self, *, starts: bool = True) -> None:
        self.calls: list[tuple[str, list[str]]] = []
        self._starts = starts

    def __call__(self, program: str, arguments: list[str]) -> bool:
        self.calls.append((program, arguments))
        return self._starts


@pytest.fixture
def study(tmp_path: Path, qapp: QApplication) -> Path:
    if qapp.styleSheet() != style_sheet():
        apply_theme(qapp)
    folder = tmp_path / "study"
    create_protocol(StudyFolder(folder), replace(make_study(), title="A study"))
    return folder


def desk(qtbot: QtBot, study: Path, start: Started) -> StudiesDesk:
    """A desk whose dialog names a study and its last reader."""
    window = QWidget()
    qtbot.addWidget(window)

    def choose(dialog: QDialog) -> bool:
        assert isinstance(dialog, ReadStudyDialog)
        dialog.folder.setText(str(study))
        dialog.reader.setCurrentIndex(dialog.reader.count() - 1)
        return dialog.start_button.isEnabled()

    return StudiesDesk(
        chooser=FileChooser(),
        window=window,
        make_designer=QMainWindow,
        make_analysis=QMainWindow,
        show=choose,
        start=start,
    )


def test_reading_starts_as_a_process_of_its_own(qtbot: QtBot, study: Path) -> None:
    start = Started()
    desk(qtbot, study, start).read()
    (program, arguments) = start.calls[0]
    assert program == sys.executable
    reader = make_study().readers[-1].reader_id
    assert arguments[2:] == ["study", "read", str(study), "--reader", reader]


def test_a_reading_window_that_cannot_start_is_said(qtbot: QtBot, study: Path) -> None:
    made = desk(qtbot, study, Started(starts=False))
    problems: list[Problem] = []
    made.failed.connect(problems.append)
    made.read()
    assert "tomolens study read" in problems[0].hint


def test_what_is_no_study_offers_no_reader_and_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ReadStudyDialog(chooser=FileChooser())
    qtbot.addWidget(dialog)
    assert not dialog.start_button.isEnabled()
    dialog.folder.setText(str(tmp_path))
    assert "study.toml" in dialog.complaint
    assert dialog.study is None
    assert not dialog.start_button.isEnabled()


def test_no_window_is_larger_than_its_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableSize()
    resize_within_screen(window, 10_000, 10_000)
    assert window.width() == room.width()
    assert window.height() < room.height()
    resize_within_screen(window, 300, 200)
    assert (window.width(), window.height()) == (300, 200)


def test_windows_live_until_they_are_closed(qtbot: QtBot, study: Path) -> None:
    made = desk(qtbot, study, Started())
    made.design()
    made.analyse()
    assert len(made.windows) == 2
    made.windows[0].close()
    qtbot.waitUntil(lambda: len(made.windows) == 1)
    made.close()
    qtbot.waitUntil(lambda: made.windows == ())
