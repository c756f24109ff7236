"""The program as a test drives it: with answers instead of a person, and ways to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from inference.engine.interface import Engine
from inference.engine.local import LocalEngine
from viewer.app import Program
from viewer.session.breast_results import is_ai_busy
from viewer.session.state import SessionState
from viewer.storage.places import Places
from viewer.ui.file_chooser import FileChooser
from viewer.ui.fonts import text_font
from viewer.ui.text_size import BASE_PIXELS
from viewer.ui.theme import apply_theme

WAIT_MS = 30_000


class ScriptedChooser(FileChooser):
    """Answers as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[Path] = []
        self.folder: Path | None = None
        self.save_as: tuple[Path, int] | None = None

    def files_to_open(self, parent: QWidget) -> list[Path]:
        return self.files

    def folder_to_open(self, parent: QWidget) -> Path | None:
        return self.folder

    def file_to_save(
        self, parent: QWidget, *, title: str, name: str, formats: tuple[str, ...]
    ) -> tuple[Path, str] | None:
        if self.save_as is None:
            return None
        path, number = self.save_as
        return path, formats[number]


class ScriptedDialogs:
    """Acts on each dialog instead of a person."""

    def __init__(self) -> None:
        self.answer: Callable[[QDialog], bool] = lambda dialog: False
        self.shown: list[str] = []

    def __call__(self, dialog: QDialog) -> bool:
        self.shown.append(type(dialog).__name__)
        dialog.show()
        accepted = self.answer(dialog)
        dialog.close()
        dialog.deleteLater()
        return accepted


class RunningProgram:
    """A program with its window, and ways to wait for it."""

    def __init__(
        self,
        program: Program,
        qtbot: QtBot,
        chooser: ScriptedChooser,
        dialogs: ScriptedDialogs,
    ) -> None:
        self.program = program
        self.qtbot = qtbot
        self.chooser = chooser
        self.dialogs = dialogs

    @property
    def state(self) -> SessionState:
        return self.program.session.state

    def open(self, path: Path) -> None:
        """Open, and wait until the exam hangs with all panes showing their slice."""
        self.program.open([path])
        self.qtbot.waitUntil(lambda: not self.program.search.is_running, timeout=WAIT_MS)
        self.wait_for_frames()

    def wait_for_frames(self) -> None:
        def shown() -> bool:
            panes = (self.program.hanging.panes[slot] for slot in self.state.shown_slots)
            scenes = [pane.scene for pane in panes]
            return all(scene.viewport is None or scene.image is not None for scene in scenes)

        self.qtbot.waitUntil(shown, timeout=WAIT_MS)

    def wait_for_ai(self) -> None:
        self.qtbot.waitUntil(lambda: not is_ai_busy(self.state), timeout=WAIT_MS)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """Press and release a key as a person does: at the widget that has the keyboard."""
        target = QApplication.focusWidget() or self.program.window
        if modifiers is None:
            self.qtbot.keyClick(target, key)
        else:
            self.qtbot.keyClick(target, key, modifiers)


def start_program(
    qtbot: QtBot,
    home: Path,
    *,
    size: tuple[int, int] = (1280, 800),
    weights: tuple[Path, ...] = (),
    run_ai: bool | None = False,
    engine: Engine | None = None,
) -> RunningProgram:
    """A program on settings of its own, its window on screen."""
    chooser, dialogs = ScriptedChooser(), ScriptedDialogs()
    program = Program(
        where=Places(config=home / "config", cache=home / "cache"),
        weights=weights,
        run_ai=run_ai,
        chooser=chooser,
        show_dialog=dialogs,
        engine=engine,
        # In this process: a process of its own would import torch for every test.
        new_engine=LocalEngine,
    )
    qtbot.addWidget(program.window)
    program.window.resize(*size)
    program.window.show()
    qtbot.waitExposed(program.window)
    return RunningProgram(program, qtbot, chooser, dialogs)


@contextmanager
def themed(application: QApplication) -> Iterator[list[RunningProgram]]:
    """The program's looks; afterwards its programs are closed and the looks are as before.

    Gives a list for the programs that are started meanwhile.
    """
    started: list[RunningProgram] = []
    style = application.styleSheet()
    apply_theme(application)
    yield started
    for running in started:
        running.program.window.close()
        running.program.close()
    application.setStyleSheet(style)
    # A command may have changed the size of words, which is the application's.
    application.setFont(text_font(BASE_PIXELS))
