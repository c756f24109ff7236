"""The running program measures itself and says so without patient data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.domain.responsiveness import Reaction
from viewer.ui.dialogs.diagnostics import DiagnosticsDialog


def test_what_the_reader_does_is_timed_to_the_painted_window(
    start: Callable[..., RunningProgram], pictures: Path
) -> None:
    running = start()
    running.open(pictures)
    clock = running.program.diagnostics.clock
    running.qtbot.waitUntil(lambda: len(clock.timings(Reaction.EXAM)) > 0, timeout=WAIT_MS)
    running.key(Qt.Key.Key_I)
    running.qtbot.waitUntil(lambda: len(clock.timings(Reaction.WINDOW)) == 1, timeout=WAIT_MS)
    timing = clock.timings(Reaction.WINDOW)[0]
    assert 0 < timing.wall_ms < 2000
    assert timing.cpu_ms <= timing.wall_ms + 20


def test_the_dialog_copies_the_summary_and_names_no_patient(
    start: Callable[..., RunningProgram], pictures: Path
) -> None:
    running = start()
    running.open(pictures)
    running.qtbot.wait(50)

    def copy(dialog: QDialog) -> bool:
        assert isinstance(dialog, DiagnosticsDialog)
        dialog.copy()
        return False

    running.dialogs.answer = copy
    running.program.desk.show_diagnostics()
    text = QApplication.clipboard().text()
    assert "stalls over 50 ms" in text
    assert "frames in memory" in text
    exam = running.state.exam
    assert exam is not None
    assert pictures.name not in text
    assert exam.alias not in text
