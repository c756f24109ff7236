"""Writes the report or the tables of an analysis in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.study_analysis import Analysed
from viewer.jobs.task import Task


class StudySaving(QObject):
    """One writing at a time."""

    started = Signal()
    saved = Signal(object)
    """The list of files."""
    failed = Signal(Problem)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: Task[list[Path]] | None = None

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        return self._task is not None

    def save_report(self, analysed: Analysed, folder: Path) -> None:
        """Write the page and the PDF."""
        self._start(lambda: _report(analysed, folder))

    def save_tables(self, analysed: Analysed, folder: Path) -> None:
        """Write results.json and the tables."""
        self._start(lambda: _tables(analysed, folder))

    def close(self) -> None:
        """Wait for the thread: a file is written whole or not at all."""
        if self._task is not None:
            self._task.join()

    def _start(self, write: Callable[[], list[Path]]) -> None:
        if self._task is not None:
            return
        self._task = Task(lambda _: write(), name="saving", parent=self)
        self._task.succeeded.connect(self.saved)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self._task.start()
        self.started.emit()

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self.ended.emit()


def _report(analysed: Analysed, folder: Path) -> list[Path]:
    from viewer.export.report import write_report

    return write_report(analysed.results, analysed.record, folder)


def _tables(analysed: Analysed, folder: Path) -> list[Path]:
    from viewer.export.result_tables import write_tables
    from viewer.export.results_json import write_results

    results_file = folder / "results.json"
    write_results(results_file, analysed.results)
    return [results_file, *write_tables(folder, analysed.results)]
