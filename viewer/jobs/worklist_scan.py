"""Reads a worklist's CSV: line by line in the background, so that the first rows are there soon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.domain.worklist import WorklistRow
from viewer.errors import Problem
from viewer.jobs.task import Task, TaskProgress
from viewer.loading.exam_worklist import ListedPath, read_exam_worklist
from viewer.loading.find_exams import find_headers
from viewer.loading.found_exam import FoundExam, header_exam
from viewer.session.session import Session
from viewer.session.worklist import list_shown

ListedRow = tuple[WorklistRow, FoundExam | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEnd:
    """What a list came to."""

    path: Path
    exams: int
    faulty: int


class WorklistScan(QObject):
    """One list at a time; further ones wait their turn."""

    rows_found = Signal(list)
    """(WorklistRow, FoundExam or None) of one line."""
    said = Signal(str)
    finished = Signal(ListEnd)
    failed = Signal(Problem)

    def __init__(self, *, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: list[Path] = []
        self._task: Task[ListEnd] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a list is being read."""
        return self._task is not None

    def read(self, path: Path) -> None:
        """Read a list after those that were asked for before, and show the worklist."""
        self._waiting.append(path)
        self._session.apply(lambda state: list_shown(state, visible=True))
        if self._task is None:
            self._next()

    def close(self) -> None:
        """Stop and wait for the thread."""
        self._waiting = []
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    def _next(self) -> None:
        path = self._waiting.pop(0)
        self._task = Task(lambda progress: self._scan(path, progress), name="list", parent=self)
        self._task.succeeded.connect(self._finish)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self._task.start()

    def _scan(self, path: Path, progress: TaskProgress) -> ListEnd:
        lines = read_exam_worklist(path)
        found = faulty = 0
        taken: set[str] = set()
        for done, line in enumerate(lines):
            progress.update(done, len(lines))
            rows = list(_rows(line, progress, taken))
            found += sum(exam is not None for _, exam in rows)
            faulty += sum(exam is None for _, exam in rows)
            self.rows_found.emit(rows)
        return ListEnd(path=path, exams=found, faulty=faulty)

    @Slot(object)
    def _finish(self, end: ListEnd) -> None:
        ending = f"; {end.faulty} lines cannot be opened" if end.faulty else ""
        self.said.emit(f"Worklist: {end.exams} exams{ending}.")
        self.finished.emit(end)

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        if self._waiting:
            self._next()


def _rows(line: ListedPath, progress: TaskProgress, taken: set[str]) -> Iterator[ListedRow]:
    """The exams of a line, under the list's alias; or one row that says why there is none."""
    if line.path is None or line.problem:
        yield _faulty(line, line.problem), None
        return
    headers = find_headers([line.path], _Quiet(progress))
    if not headers.exams:
        reason = headers.skipped[0].reason if headers.skipped else "there is nothing in it"
        yield _faulty(line, f"no exam: {reason}"), None
    for number, found in enumerate(headers.exams, start=1):
        if found.exam_id in taken:
            yield _faulty(line, f"{found.alias} is in the list already"), None
            continue
        taken.add(found.exam_id)
        alias = line.alias or found.alias
        if line.alias and number > 1:
            alias = f"{line.alias} ({number})"
        named = replace(found, alias=alias)
        row = WorklistRow(
            title=alias, exam=header_exam(named), priority=line.priority, note=line.note
        )
        yield row, named


def _faulty(line: ListedPath, problem: str) -> WorklistRow:
    return WorklistRow(
        title=line.alias or f"row {line.number}",
        priority=line.priority,
        note=line.note,
        problem=f"row {line.number}: {problem}" if line.alias else problem,
    )


class _Quiet:
    """Passes cancelling on, and no counts: those of a line's files say nothing of the list."""

    def __init__(self, progress: TaskProgress) -> None:
        self._progress = progress

    def update(self, done: int, total: int | None) -> None:
        """Raise ScanCancelled after a cancel."""
        del done, total
        self._progress.check()
