"""Opens the windows of reader studies from the main window."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Qt, Signal
from PySide6.QtWidgets import QDialog, QMainWindow, QWidget

from viewer.errors import Problem, ProblemKind
from viewer.ui.dialogs.read_study import ReadStudyDialog
from viewer.ui.file_chooser import FileChooser

_PROGRAM = "from viewer.cli import main; main()"

MakeWindow = Callable[[], QMainWindow]
Start = Callable[[str, list[str]], bool]
"""Starts a program with arguments; whether it started."""


def start_detached(program: str, arguments: list[str]) -> bool:
    """Start a process that outlives this one; whether it started."""
    started = QProcess.startDetached(program, arguments)
    return bool(started[0] if isinstance(started, tuple) else started)


class StudiesDesk(QObject):
    """Windows for designing and analysing live beside the main window; reading is a process.

    The reading window gets a process of its own: nothing that is open here, such as an AI's
    results, is in the reader's reach.
    """

    failed = Signal(Problem)

    def __init__(
        self,
        *,
        chooser: FileChooser,
        window: QWidget,
        make_designer: MakeWindow,
        make_analysis: MakeWindow,
        show: Callable[[QDialog], bool],
        start: Start = start_detached,
    ) -> None:
        super().__init__(window)
        self._chooser = chooser
        self._window = window
        self._make_designer = make_designer
        self._make_analysis = make_analysis
        self._show = show
        self._start = start
        self._open: list[QMainWindow] = []

    @property
    def windows(self) -> tuple[QMainWindow, ...]:
        """Those that are open."""
        return tuple(self._open)

    def design(self) -> None:
        """Show the wizard on a new study."""
        self._keep(self._make_designer())

    def analyse(self) -> None:
        """Show the analysis window, which asks for a study or table."""
        self._keep(self._make_analysis())

    def read(self) -> None:
        """Ask for study and reader, and start the reading window."""
        dialog = ReadStudyDialog(chooser=self._chooser, parent=self._window)
        if self._show(dialog) and dialog.study is not None:
            self._start_reading(dialog.study, dialog.reader_id)

    def close(self) -> None:
        """Close every window that is open."""
        for window in self.windows:
            window.close()

    def _start_reading(self, study: Path, reader_id: str) -> None:
        arguments = ["-c", _PROGRAM, "study", "read", str(study), "--reader", reader_id]
        if not self._start(sys.executable, arguments):
            self.failed.emit(
                Problem(
                    kind=ProblemKind.ENVIRONMENT,
                    message="The reading window could not be started.",
                    hint="Start it with: tomolens study read STUDY --reader ID",
                )
            )

    def _keep(self, window: QMainWindow) -> None:
        """Show a window, and hold it until it is closed."""
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._open.append(window)
        window.destroyed.connect(lambda: self._forget(window))
        window.show()

    def _forget(self, window: QMainWindow) -> None:
        self._open = [other for other in self._open if other is not window]
