"""A program's window with an exam, for tests of what it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from running_program import RunningProgram, start_program, themed

ShowExam = Callable[..., RunningProgram]


@pytest.fixture
def show_exam(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[ShowExam]:
    """Opens an exam's folder in a window of a size: (folder, size=(1280, 800))."""
    with themed(qapp) as started:

        def show(folder: Path, size: tuple[int, int] = (1280, 800)) -> RunningProgram:
            started.append(start_program(qtbot, tmp_path / "home", size=size))
            started[-1].open(folder)
            return started[-1]

        yield show
