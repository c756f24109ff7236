"""Reads the marks of every exam that opens, and writes them after every change."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.domain.kept_marks import KeptMarks
from viewer.errors import Problem, ProblemKind, problem_of
from viewer.logs import log_bug
from viewer.session.marks import laid_as_open, restored
from viewer.session.session import Change, Session
from viewer.storage.marks_file import MarksFile, read_marks, write_marks


class MarkKeeping(QObject):
    """Keeps the marks of the open exams in files; reading and writing happen in one thread.

    Of several changes that wait to be written only the newest is. What cannot be written is tried
    again with the next change and at the end.
    """

    complained = Signal(Problem)
    """A file was damaged or cannot be used."""
    not_kept = Signal(Problem)
    """Marks could not be written; said once until writing succeeds again."""
    _read = Signal(str, object)
    _written = Signal(str, object)

    def __init__(self, *, session: Session, folder: Path, parent: QObject | None = None) -> None:
        """folder: where the files lie; it may not exist yet."""
        super().__init__(parent)
        self._session = session
        self._folder = folder
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="marks")
        self._lock = threading.Lock()
        self._waiting: dict[str, KeptMarks] = {}
        self._unkept: dict[str, KeptMarks] = {}
        self._reading: set[str] = set()
        self._closed_to_writing: set[str] = set()
        self._has_complained = False
        self._read.connect(self._take_read)
        self._written.connect(self._take_outcome)
        session.changed.connect(self._follow)

    def close(self) -> None:
        """Try what could not be written once more, and wait for the thread."""
        for exam_id, kept in dict(self._unkept).items():
            self._write_soon(exam_id, kept)
        self._worker.shutdown(wait=True)

    def _follow(self, change: Change) -> None:
        if change.touches("exams"):
            self._read_opened(change)
            # Other listeners must hear of this change before they hear of the next.
            QTimer.singleShot(0, self, self._lay_as_open)
        if change.touches("marks"):
            self._write_changed(change)

    def _read_opened(self, change: Change) -> None:
        for exam in change.new.exams:
            exam_id = exam.exam_id
            if exam_id not in change.new.marks.exams and exam_id not in self._reading:
                self._reading.add(exam_id)
                self._worker.submit(self._read_one, exam_id)

    def _write_changed(self, change: Change) -> None:
        before = change.old.marks.exams
        for exam_id, marks in change.new.marks.exams.items():
            old = before.get(exam_id)
            if old is None or old.kept is marks.kept or exam_id in self._closed_to_writing:
                continue
            self._unkept[exam_id] = marks.kept
        for exam_id, kept in self._unkept.items():
            self._write_soon(exam_id, kept)

    def _write_soon(self, exam_id: str, kept: KeptMarks) -> None:
        with self._lock:
            is_queued = exam_id in self._waiting
            self._waiting[exam_id] = kept
        if not is_queued:
            self._worker.submit(self._write_one, exam_id)

    @Slot()
    def _lay_as_open(self) -> None:
        self._session.apply(laid_as_open)

    @Slot(str, object)
    def _take_read(self, exam_id: str, found: MarksFile) -> None:
        self._reading.discard(exam_id)
        if found.may_replace:
            self._closed_to_writing.discard(exam_id)
        else:
            self._closed_to_writing.add(exam_id)
        # What could not be written yet is newer than the file.
        kept = self._unkept.get(exam_id, found.kept)
        self._session.apply(lambda state: restored(state, exam_id, kept))
        if found.complaint is not None:
            self.complained.emit(Problem(kind=ProblemKind.FIXABLE, message=found.complaint))

    @Slot(str, object)
    def _take_outcome(self, exam_id: str, outcome: KeptMarks | Problem) -> None:
        if isinstance(outcome, Problem):
            if not self._has_complained:
                self._has_complained = True
                self.not_kept.emit(outcome)
        else:
            self._has_complained = False
            if self._unkept.get(exam_id) is outcome:
                del self._unkept[exam_id]

    def _read_one(self, exam_id: str) -> None:
        """In the worker."""
        try:
            found = read_marks(self._folder, exam_id)
        # The boundary: whatever a file does to reading, its exam opens and the file stays.
        except Exception as error:  # noqa: BLE001
            log_bug(type(error), error.__traceback__, error.__cause__)
            words = "The kept marks of this exam cannot be read; new ones are not kept."
            found = MarksFile(kept=KeptMarks(), complaint=words, may_replace=False)
        self._read.emit(exam_id, found)

    def _write_one(self, exam_id: str) -> None:
        """In the worker."""
        with self._lock:
            kept = self._waiting.pop(exam_id)
        try:
            write_marks(self._folder, exam_id, kept)
        # The boundary: what cannot be written waits and is tried again.
        except Exception as error:  # noqa: BLE001
            problem = problem_of(error)
            if problem.kind is ProblemKind.BUG:
                log_bug(type(error), error.__traceback__, error.__cause__)
            self._written.emit(exam_id, problem)
        else:
            self._written.emit(exam_id, kept)
