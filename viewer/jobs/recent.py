"""The list of exams opened last, kept between runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem, problem_of
from viewer.storage.recent_exams import RecentExam, read_recent, with_recent, write_recent
from viewer.storage.toml_file import NotKept


class Recent(QObject):
    """Adds what is opened; a list that cannot be written is said once.

    Lists are written in a thread of their own, in order: a disk may take a tenth of a second.
    """

    changed = Signal()
    not_kept = Signal(Problem)
    _failed = Signal(Problem)
    """From the writing thread."""

    def __init__(self, *, file: Path, deidentified: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._deidentified = deidentified
        self._exams, self.complaint = read_recent(file)
        self._complained = False
        self._is_closed = False
        self._failed.connect(self._complain)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recent")

    @property
    def exams(self) -> tuple[RecentExam, ...]:
        """The newest first."""
        return self._exams

    def title(self, recent: RecentExam) -> str:
        """What the list says of an entry."""
        return recent.title(deidentified=self._deidentified)

    def show_identity(self, *, deidentified: bool) -> None:
        """Name exams by alias only, or with their paths."""
        self._deidentified = deidentified
        self.changed.emit()

    def add(self, alias: str, paths: tuple[Path, ...]) -> None:
        """Put an opening on top of the list."""
        newest = RecentExam(alias=alias, paths=tuple(path.absolute() for path in paths))
        self._exams = with_recent(self._exams, newest)
        self.changed.emit()
        if not self._is_closed:
            self._writer.submit(self._write, self._exams)

    def close(self) -> None:
        """Wait until everything is written; what a closing window still opens is not kept."""
        self._is_closed = True
        self._writer.shutdown()

    def _write(self, exams: tuple[RecentExam, ...]) -> None:
        try:
            write_recent(self._file, exams)
        except NotKept as error:
            self._failed.emit(problem_of(error))

    @Slot(Problem)
    def _complain(self, problem: Problem) -> None:
        if not self._complained:
            self._complained = True
            self.not_kept.emit(problem)
