"""Pictures of panes are what the screen shows, its size of words included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from running_program import RunningProgram

from viewer.export.phantom_exams import write_phantom_exams
from viewer.ui.pictures import rgb_pixels
from viewer.ui.theme import set_text_size

EDGE = 2
"""Logical pixels of the active pane's frame, which no picture has, with room."""
WINDOW_LINE = 40
"""Logical pixels at the bottom: no picture has the free text of a window."""


@pytest.fixture
def running(show_exam: Callable[..., RunningProgram], tmp_path: Path) -> RunningProgram:
    folder = write_phantom_exams(tmp_path, seed=2, slices=2, rows=160, columns=130)[0].folder
    return show_exam(folder, (1600, 1000))


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
