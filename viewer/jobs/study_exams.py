"""Opens the cases of a session behind their blind numbers, and the next one ahead of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.task import Task, TaskProgress
from viewer.loading.located_exam import LocatedExam
from viewer.study.event import Json
from viewer.study.planned_reading import PlannedReading, ReadingKey

LoadCase = Callable[[PlannedReading, TaskProgress], LocatedExam]
"""Finds a case's exam, without who and what it is. Runs in a thread."""
LoadDraft = Callable[[ReadingKey], "dict[str, Json] | None"]
_OPENING = "study-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """A case ready to be hung, and the form as it was left."""

    key: ReadingKey
    located: LocatedExam
    draft: dict[str, Json] | None


class StudyExams(QObject):
    """One case at a time; a case fetched ahead is handed out at once."""

    opened = Signal(OpenedCase)
    failed = Signal(object, Problem)
    """ReadingKey, and why its images cannot be shown."""

    def __init__(
        self, *, load_case: LoadCase, load_draft: LoadDraft, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._load_case = load_case
        self._load_draft = load_draft
        self._ahead: dict[ReadingKey, LocatedExam] = {}
        self._wanted: PlannedReading | None = None
        self._next: PlannedReading | None = None
        self._task: Task[OpenedCase | LocatedExam] | None = None
        self._of_task: ReadingKey | None = None
        self._is_opening = False

    def open(self, planned: PlannedReading) -> None:
        """Open a case soon; the newest wish counts."""
        self._wanted = planned
        self._begin()

    def fetch_ahead(self, planned: PlannedReading) -> None:
        """Find a case's exam before it is wanted."""
        if planned.key not in self._ahead:
            self._next = planned
            self._begin()

    def is_ahead(self, key: ReadingKey) -> bool:
        """Whether a case has been found ahead."""
        return key in self._ahead

    def close(self) -> None:
        """Stop, and wait for the thread."""
        self._wanted = self._next = None
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    def _begin(self) -> None:
        if self._task is not None:
            return
        if self._wanted is not None:
            planned, self._wanted = self._wanted, None
            self._start(planned, self._opening_of(planned), name=_OPENING)
        elif self._next is not None:
            planned, self._next = self._next, None
            self._start(planned, lambda p: self._load_case(planned, p), name="study-ahead")

    def _opening_of(
        self, planned: PlannedReading
    ) -> Callable[[TaskProgress], OpenedCase | LocatedExam]:
        known = self._ahead.pop(planned.key, None)
        self._ahead.clear()

        def work(progress: TaskProgress) -> OpenedCase | LocatedExam:
            located = known if known is not None else self._load_case(planned, progress)
            draft = self._load_draft(planned.key)
            return OpenedCase(key=planned.key, located=located, draft=draft)

        return work

    def _start(
        self,
        planned: PlannedReading,
        work: Callable[[TaskProgress], OpenedCase | LocatedExam],
        *,
        name: str,
    ) -> None:
        self._of_task = planned.key
        self._is_opening = name == _OPENING
        self._task = Task(work, name=name, parent=self)
        self._task.succeeded.connect(self._take_in)
        self._task.failed.connect(self._take_failure)
        self._task.ended.connect(self._end)
        self._task.start()

    @Slot(object)
    def _take_in(self, found: OpenedCase | LocatedExam) -> None:
        if isinstance(found, OpenedCase):
            self.opened.emit(found)
        elif self._of_task is not None:
            self._ahead = {self._of_task: found}

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        """A case that cannot be found ahead is tried again when its turn comes."""
        if self._task is not None and self._is_opening:
            self.failed.emit(self._of_task, problem)

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self._begin()
