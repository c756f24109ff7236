"""Opens exams of the worklist when they are wanted or near, and closes those far away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.domain.worklist import WorklistRow
from viewer.errors import Problem
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.exam_search import Found
from viewer.jobs.task import Task, TaskProgress
from viewer.loading.finish_exam import finish_exam
from viewer.loading.found_exam import FoundExam, header_exam, same_reading
from viewer.loading.located_exam import LocatedExam
from viewer.session.near import near_exams, too_far
from viewer.session.session import Change, Session
from viewer.session.worklist import (
    exam_wanted,
    put_away,
    row_failed,
    rows_added,
    rows_dropped,
    seen,
)

_NOTHING_READABLE = "none of its images can be read"


class WorklistExams(QObject):
    """Holds what is known of every exam in the list, and reads one at a time."""

    taken_up = Signal(object)
    """An exam of the list that hangs for the first time since it was read."""
    read = Signal(object)
    """An exam that was opened, hanging or not."""
    failed = Signal(Problem)

    def __init__(
        self, *, session: Session, files: ExamFiles, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._known: dict[str, FoundExam | LocatedExam] = {}
        self._task: Task[LocatedExam | None] | None = None
        self._reading: str | None = None
        self._unused: set[str] = set()
        self._closed: set[str] = set()
        self._streamed: dict[str, FoundExam] = {}
        self._grown: list[str] = []
        # After everything else that follows a change: a stalled hanging is worse than a late read.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._settle)
        session.changed.connect(self._follow)

    @property
    def is_idle(self) -> bool:
        """Whether everything near is open."""
        return self._task is None and not self._later.isActive()

    @Slot(Found)
    def take(self, found: Found) -> None:
        """List what a search found; open exams of which it found more images are read anew."""
        before, self._streamed = self._streamed, {}
        located = {exam.exam.exam_id: exam for exam in found.result.exams}
        final = {exam.exam_id: exam for exam in found.result.headers}
        open_ids = {exam.exam_id for exam in self._session.state.exams}
        gone = before.keys() - final.keys() - open_ids
        self._session.apply(lambda state: rows_dropped(state, gone))
        self._list(final.values())
        self._known |= located
        self._grown = [
            exam_id
            for exam_id in before.keys() & final.keys() & open_ids - located.keys()
            if not same_reading(before[exam_id], final[exam_id])
        ]
        self._later.start()

    @Slot(tuple)
    def take_listed(self, exams: tuple[FoundExam, ...]) -> None:
        """List exams of a search that still goes on."""
        self._streamed |= {exam.exam_id: exam for exam in exams}
        self._list(exams)

    def _list(self, exams: Iterable[FoundExam]) -> None:
        self.add((WorklistRow(title=e.alias, exam=header_exam(e)), e) for e in exams)

    def add(self, rows: Iterable[tuple[WorklistRow, FoundExam | None]]) -> None:
        """Add rows to the list, with what their exams can be read from."""
        listed = list(rows)
        self._known |= {exam.exam_id: exam for _, exam in listed if exam is not None}
        self._session.apply(lambda state: rows_added(state, [row for row, _ in listed]))

    def close(self) -> None:
        """Stop and wait for the thread."""
        self._later.stop()
        self._known.clear()
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    def _follow(self, change: Change) -> None:
        if change.touches("exam_id") and change.new.exam_id is not None:
            self._session.apply(seen)
            if change.new.exam_id in self._unused:
                self._unused.discard(change.new.exam_id)
                self.taken_up.emit(change.new.exam)
        if change.touches("exams"):
            # What the reader closes is not opened ahead again.
            before, after = ({e.exam_id for e in s.exams} for s in (change.old, change.new))
            self._closed = (self._closed | (before - after)) - after
        if change.touches("worklist", "exam_id", "exams", "confirmed_patients"):
            self._later.start()

    @Slot()
    def _settle(self) -> None:
        """Close what is far, then read the nearest exam that is not open."""
        for exam_id in too_far(self._session.state):
            self._put_away(exam_id)
        if self._grown:
            if self._task is None:
                self._read(self._grown.pop(0))
            return
        state = self._session.state
        if not state.worklist.rows:
            return
        open_ids = {exam.exam_id for exam in state.exams}
        unwelcome = open_ids | (self._closed - {state.worklist.wanted})
        near = [i for i in near_exams(state) if i in self._known and i not in unwelcome]
        if near and self._reading != near[0]:
            self._read(near[0])

    def _put_away(self, exam_id: str) -> None:
        located = self._files.located(exam_id)
        if located is not None:
            self._known[exam_id] = located
        self._session.apply(lambda state: put_away(state, exam_id))
        self._closed.discard(exam_id)

    def _read(self, exam_id: str) -> None:
        if self._task is not None:
            # Only what is waited for may interrupt; anything else has its turn.
            if exam_id == self._session.state.worklist.wanted:
                self._task.cancel()
            return
        known = self._known[exam_id]
        if isinstance(known, LocatedExam):
            self._open(known)
            return
        is_wanted = exam_id == self._session.state.worklist.wanted
        self._reading = exam_id
        self._task = Task(
            lambda progress: _finished(known, progress, keep_frames=is_wanted),
            name="worklist",
            parent=self,
        )
        self._task.succeeded.connect(self._take_in)
        self._task.failed.connect(self._give_up)
        self._task.ended.connect(self._end)
        self._task.start()

    @Slot(object)
    def _take_in(self, located: LocatedExam | None) -> None:
        if located is not None:
            self._open(located)
        else:
            self._fail(_NOTHING_READABLE)

    @Slot(Problem)
    def _give_up(self, problem: Problem) -> None:
        self._fail("it could not be read")
        self.failed.emit(problem)

    def _fail(self, reason: str) -> None:
        exam_id = self._reading
        if exam_id is not None:
            self._known.pop(exam_id, None)
            self._session.apply(lambda state: row_failed(state, exam_id, reason))

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
        self._task, self._reading = None, None
        self._later.start()

    def _open(self, located: LocatedExam) -> None:
        """Add an exam under the list's name for it; hang it if it is waited for."""
        exam_id = located.exam.exam_id
        named = replace(located, exam=replace(located.exam, alias=self._alias(located)))
        self._known[exam_id] = named
        if self._files.located(exam_id) is None:
            self._unused.add(exam_id)
        self._files.renew([named])
        self.read.emit(named.exam)
        if self._session.state.worklist.wanted == exam_id:
            self._session.apply(lambda state: exam_wanted(state, exam_id))
        self._later.start()

    def _alias(self, located: LocatedExam) -> str:
        for row in self._session.state.worklist.rows:
            if row.exam is not None and row.exam.exam_id == located.exam.exam_id:
                return row.exam.alias
        return located.exam.alias


def _finished(
    found: FoundExam | LocatedExam, progress: TaskProgress, *, keep_frames: bool
) -> LocatedExam | None:
    """Read one frame of each image; None when none can be read."""
    if isinstance(found, LocatedExam):
        return found
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress.update(done, len(found.images))

    return finish_exam(found, keep_frames=keep_frames, step=step)[0]
