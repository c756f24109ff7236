"""Pictures of panes are what the screen shows, its size of words included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from running_program import RunningProgram, ScriptedChooser, ScriptedDialogs

from viewer.app import Program
from viewer.export.phantom_exams import write_phantom_exams
from viewer.storage.places import Places
from viewer.ui.fonts import text_font
from viewer.ui.pictures import rgb_pixels
from viewer.ui.theme import apply_theme, set_text_size

EDGE = 2
"""Logical pixels of the active pane's frame, which no picture has, with room."""
WINDOW_LINE = 40
"""Logical pixels at the bottom: no picture has the free text of a window."""


@pytest.fixture
def running(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[RunningProgram]:
    style = qapp.styleSheet()
    apply_theme(qapp)
    folder = write_phantom_exams(tmp_path, seed=2, slices=2, rows=160, columns=130)[0].folder
    chooser, dialogs = ScriptedChooser(), ScriptedDialogs()
    program = Program(
        where=Places(config=tmp_path / "config", cache=tmp_path / "cache"),
        run_ai=False,
        chooser=chooser,
        show_dialog=dialogs,
    )
    qtbot.addWidget(program.window)
    program.window.resize(1600, 1000)
    program.window.show()
    qtbot.waitExposed(program.window)
    running = RunningProgram(program, qtbot, chooser, dialogs)
    running.open(folder)
    yield running
    program.window.close()
    program.close()
    qapp.setStyleSheet(style)
    qapp.setFont(text_font(13))


@pytest.mark.parametrize("percent", [100, 150])
def test_a_picture_of_a_pane_has_words_as_large_as_the_screen(
    running: RunningProgram, qapp: QApplication, percent: int
) -> None:
    program = running.program
    set_text_size(qapp, percent)
    running.qtbot.wait(300)
    pane = program.hanging.panes[program.session.state.active]
    program.desk.copy_pane_picture()
    picture = rgb_pixels(QGuiApplication.clipboard().image())
    screen = rgb_pixels(pane.grab().toImage())
    rows, columns = screen.shape[0] - WINDOW_LINE, screen.shape[1] - EDGE
    on_screen = screen[EDGE:rows, EDGE:columns].astype(int)
    in_picture = picture[EDGE:rows, EDGE:columns].astype(int)
    assert np.abs(on_screen - in_picture).max() <= 2
