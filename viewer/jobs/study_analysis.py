"""Reads a study or a table and analyses it in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import StudyResults
from viewer.analysis.study_record import StudyRecord
from viewer.analysis.study_table import StudyTable
from viewer.errors import Problem
from viewer.jobs.task import Task, TaskProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What was read, and everything found in it."""

    path: Path
    table: StudyTable
    results: StudyResults
    record: StudyRecord | None
    """Of one of our studies; None for tables from elsewhere."""


class StudyAnalysis(QObject):
    """One analysis at a time; a further one is refused while it runs."""

    started = Signal(Path)
    progressed = Signal(int, int)
    """Steps done, and all of them."""
    done = Signal(object)
    """The Analysed."""
    failed = Signal(Problem)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: Task[Analysed] | None = None

    @property
    def is_running(self) -> bool:
        """Whether one is under way."""
        return self._task is not None

    def analyse(self, path: Path, options: AnalysisOptions | None = None) -> bool:
        """Read and analyse; options: None for those of the study's plan, or the defaults.

        Returns whether it began.
        """
        if self._task is not None:
            return False
        self._task = Task(
            lambda progress: _analysed(path, options, progress), name="analysis", parent=self
        )
        self._task.progressed.connect(self.progressed)
        self._task.succeeded.connect(self.done)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self.started.emit(path)
        self._task.start()
        return True

    def close(self) -> None:
        """Stop at the next step, and wait for the thread."""
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self.ended.emit()


def _analysed(path: Path, options: AnalysisOptions | None, progress: TaskProgress) -> Analysed:
    # The window shows first; the statistics come in with the first analysis.
    from viewer.analysis.analyse import analyse
    from viewer.commands.analysis_source import read_source

    source = read_source(path)
    progress.update(1, 2)
    results = analyse(source.table, options or source.plan)
    progress.update(2, 2)
    return Analysed(path=path, table=source.table, results=results, record=source.record)
