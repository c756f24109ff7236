"""Builds and connects what the worklist is made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from viewer.domain.exam import Exam
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.exam_search import ExamSearch
from viewer.jobs.reading_status import KeptStatuses
from viewer.jobs.worklist_exams import WorklistExams
from viewer.jobs.worklist_scan import WorklistScan
from viewer.loading.exam_worklist import is_exam_worklist
from viewer.session.session import Session
from viewer.storage.places import Places
from viewer.ui.messages import Messages
from viewer.ui.opening import Opening
from viewer.ui.worklist.worklist_page import WorklistPage


class WorklistParts(QObject):
    """The worklist's jobs; its page is placed by the window."""

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        search: ExamSearch,
        where: Places,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._search = search
        self.exams = WorklistExams(session=session, files=files, parent=self)
        self.scan = WorklistScan(session=session, parent=self)
        self.statuses = KeptStatuses(session=session, file=where.reading_file, parent=self)
        self.scan.rows_found.connect(self.exams.add)

    def page(self) -> WorklistPage:
        """Make the page; the window places it."""
        return WorklistPage(session=self._session)

    def connect_to(self, opening: Opening, messages: Messages) -> None:
        """Connect what the list says and what it opens; after the parts that hang exams."""
        self._search.listed.connect(self.exams.take_listed)
        self._search.found.connect(self.exams.take)
        self.exams.read.connect(self._note_open)
        opening.late.said.connect(messages.passing)
        opening.late.noticed.connect(messages.notice)
        self.exams.read.connect(opening.explain)
        self.exams.taken_up.connect(opening.take_up)
        for sender in (self.exams.failed, self.scan.failed, self.statuses.not_kept):
            sender.connect(messages.problem)
        self.scan.said.connect(messages.passing)
        self.scan.finished.connect(opening.remember_list)
        if self.statuses.complaint:
            messages.notice(self.statuses.complaint)

    @Slot(object)
    def _note_open(self, exam: Exam) -> None:
        self._search.note_open(exam.exam_id)

    def take_lists(self, paths: Sequence[Path]) -> list[Path]:
        """Read those of the paths that are worklists; returns the others."""
        lists = [path for path in paths if is_exam_worklist(path)]
        for path in lists:
            self.scan.read(path)
        return [path for path in paths if path not in lists]

    def close(self) -> None:
        """Stop everything, and keep what is not kept yet."""
        self.scan.close()
        self.exams.close()
        self.statuses.close()
