"""From paths to a hung exam, and what is said on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.domain.exam import Exam
from viewer.errors import Problem, ProblemKind
from viewer.jobs.ai_runner import AiRunner
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.exam_search import ExamSearch, FirstWhole, Found
from viewer.jobs.late_arrivals import LateArrivals
from viewer.jobs.recent import Recent
from viewer.jobs.worklist_scan import ListEnd
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_result import ScanResult
from viewer.session.session import Session

_HINT = "Exam > Skipped files says why for each."


class Opening(QObject):
    """Searches, hangs, remembers, and starts the AI where that is wished."""

    problem = Signal(Problem)
    said = Signal(str)

    def __init__(
        self,
        *,
        session: Session,
        search: ExamSearch,
        files: ExamFiles,
        runner: AiRunner,
        recent: Recent,
        ai_on_open: bool,
        take_lists: Callable[[Sequence[Path]], list[Path]] = list,
        parent: QObject | None = None,
    ) -> None:
        """take_lists: takes worklists out of what is opened, and returns the rest."""
        super().__init__(parent)
        self._take_lists = take_lists
        self._session = session
        self._search = search
        self._files = files
        self._runner = runner
        self._recent = recent
        self._ai_on_open = ai_on_open
        self._last: ScanResult | None = None
        self.late = LateArrivals(session=session, parent=self)
        self._first: LocatedExam | None = None
        search.started.connect(self._begin)
        search.first_whole.connect(self._hang_first)
        search.found.connect(self._take_in)
        search.failed.connect(self.problem)
        search.cancelled.connect(self._say_cancelled)

    @property
    def last_result(self) -> ScanResult | None:
        """What the last search found and left out."""
        return self._last

    def run_ai_on_open(self, wanted: bool) -> None:
        """Whether the AI starts by itself from now on."""
        self._ai_on_open = wanted

    @Slot(list)
    @Slot(tuple)
    def open(self, paths: Sequence[Path]) -> None:
        """Search files and folders, and hang what is there."""
        gone = [path for path in paths if not path.exists()]
        present = [path for path in paths if path.exists()]
        if gone:
            self.problem.emit(
                Problem(
                    kind=ProblemKind.FIXABLE,
                    message=f"{', '.join(path.name for path in gone)}: there is no such file.",
                    hint="It may have been moved, or its disk is not connected.",
                )
            )
        present = self._take_lists(present)
        if present:
            self._search.search(present)

    @Slot()
    def _begin(self) -> None:
        self._first = None

    @Slot(FirstWhole)
    def _hang_first(self, first: FirstWhole) -> None:
        """Hang the first exam that is whole while the others are still being read."""
        self._first = first.located
        self._files.open([first.located])
        self.late.watch()
        self._recent.add(first.located.exam.alias, first.paths)
        self.take_up(first.located.exam)

    @Slot(Found)
    def _take_in(self, found: Found) -> None:
        result = self._last = found.result
        if self._first is not None:
            self._files.renew(result.exams)
            first = self._first.exam
        elif result.exams:
            self._files.open(result.exams)
            first = result.exams[0].exam
        else:
            self.problem.emit(_nothing_found(found))
            return
        others = len(result.headers) - 1
        alias = f"{first.alias} and {others} more" if others else first.alias
        self._recent.add(alias, found.paths)
        self.said.emit(result.summary())
        if found.missing:
            self.problem.emit(_some_missing(found))
        for located in result.exams:
            self.take_up(located.exam)

    @Slot(object)
    def take_up(self, exam: Exam) -> None:
        """Start the AI on an exam where that is wished, else say why it has not run."""
        if self._ai_on_open:
            self._runner.run(exam)
        else:
            self._runner.explain(exam)

    @Slot(object)
    def explain(self, exam: Exam) -> None:
        """Say of an exam that is open, but does not hang, why the AI has not run."""
        self._runner.explain(exam)

    @Slot(ListEnd)
    def remember_list(self, end: ListEnd) -> None:
        """Put a worklist among what was opened last; by size: its name may hold one."""
        exams = "1 exam" if end.exams == 1 else f"{end.exams} exams"
        self._recent.add(f"Worklist of {exams}", (end.path,))

    @Slot()
    def _say_cancelled(self) -> None:
        self.said.emit("Search cancelled.")


def _nothing_found(found: Found) -> Problem:
    names = ", ".join(path.name for path in found.paths)
    if not found.result.skipped:
        message = f"{names}: there is nothing in it."
        return Problem(kind=ProblemKind.FIXABLE, message=message, hint="Choose another folder.")
    reason, count = found.result.reasons()[0]
    total = len(found.result.skipped)
    what = reason if total == 1 else f"{count} of {total} files: {reason}"
    return Problem(
        kind=ProblemKind.FIXABLE, message=f"No exam in {names}. {_upper(what)}.", hint=_HINT
    )


def _some_missing(found: Found) -> Problem:
    missing = found.missing
    reasons = "; ".join(dict.fromkeys(file.reason for file in missing[:3]))
    files = "1 image file" if len(missing) == 1 else f"{len(missing)} image files"
    return Problem(
        kind=ProblemKind.FIXABLE,
        message=f"{files} could not be read and are missing here: {reasons}.",
        hint=_HINT,
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
