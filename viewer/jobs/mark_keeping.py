"""Reads the marks of every exam that opens, and writes them after every change."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.domain.kept_marks import KeptMarks
from viewer.errors import Problem, ProblemKind, problem_of
from viewer.logs import log_bug
from viewer.session.marks import laid_as_open, others_joined, restored
from viewer.session.session import Change, Session
from viewer.storage.marks_file import MarksFile
from viewer.storage.shared_marks import SharedMarks

_LOOK_MS = 3000
"""Between looks at files that another program may have changed."""

log = logging.getLogger(__name__)


class MarkKeeping(QObject):
    """Keeps the marks of the open exams in files; reading and writing happen in one thread.

    Of several changes that wait to be written only the newest is. What cannot be written is tried
    again with the next change and at the end.
    """

    complained = Signal(Problem)
    """A file was damaged or cannot be used."""
    not_kept = Signal(Problem)
    """Marks could not be written; said once until writing succeeds again."""
    joined = Signal(str)
    """Another program changed marks of an open exam, and they are on screen now: a sentence."""
    _read = Signal(str, object)
    _written = Signal(str, object)
    _others = Signal(str, object, object)

    def __init__(self, *, session: Session, folder: Path, parent: QObject | None = None) -> None:
        """folder: where the files lie; it may not exist yet."""
        super().__init__(parent)
        self._session = session
        self._files = SharedMarks(folder)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="marks")
        self._lock = threading.Lock()
        self._waiting: dict[str, KeptMarks] = {}
        self._unkept: dict[str, KeptMarks] = {}
        self._reading: set[str] = set()
        self._closed_to_writing: set[str] = set()
        self._has_complained = False
        self._read.connect(self._take_read)
        self._written.connect(self._take_outcome)
        self._others.connect(self._take_others)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._look_for_news)
        self._look.start()
        session.changed.connect(self._follow)

    def close(self) -> None:
        """Try what could not be written once more, and wait for the thread."""
        self._look.stop()
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
    def _look_for_news(self) -> None:
        """See whether another program wrote marks of an open exam."""
        for exam_id in self._session.state.marks.exams:
            if exam_id not in self._unkept and exam_id not in self._closed_to_writing:
                self._worker.submit(self._look_one, exam_id)

    @Slot(str, object, object)
    def _take_others(self, exam_id: str, base: KeptMarks, theirs: KeptMarks) -> None:
        before = self._session.state.marks.exams.get(exam_id)
        try:
            self._session.apply(lambda state: others_joined(state, exam_id, base, theirs))
        except ValueError:
            log.warning("marks of another program do not fit the open images")
            return
        after = self._session.state.marks.exams.get(exam_id)
        if before is not None and after is not None and before.kept != after.kept:
            self.joined.emit("Marks of this exam were changed by another program: they are shown.")

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
            found = self._files.read(exam_id)
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
            whole = self._files.keep(exam_id, kept)
        # The boundary: what cannot be written waits and is tried again.
        except Exception as error:  # noqa: BLE001
            problem = problem_of(error)
            if problem.kind is ProblemKind.BUG:
                log_bug(type(error), error.__traceback__, error.__cause__)
            self._written.emit(exam_id, problem)
        else:
            self._written.emit(exam_id, kept)
            if whole is not kept:
                self._others.emit(exam_id, kept, whole)

    def _look_one(self, exam_id: str) -> None:
        """In the worker."""
        base = self._files.base(exam_id)
        try:
            theirs = self._files.news(exam_id)
        # The boundary: what cannot be read now is looked at again.
        except Exception as error:  # noqa: BLE001
            log.warning("marks could not be looked at error=%s", type(error).__name__)
            return
        if theirs is not None:
            self._others.emit(exam_id, base, theirs)
