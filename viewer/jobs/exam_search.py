"""Looks for exams under files and folders, with progress and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.task import Task, TaskProgress
from viewer.loading.arrivals import ScanListener
from viewer.loading.errors import UnreadableFile
from viewer.loading.find_exams import find_exams
from viewer.loading.found_exam import FoundExam
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_result import ScanResult, SkippedFile
from viewer.loading.sniff import FileKind, kind_of_file
from viewer.session.near import MOST_OPEN

_VOLUMES = {FileKind.DICOM, FileKind.NIFTI, FileKind.NRRD, FileKind.META_IMAGE}
_PICTURES = {FileKind.PNG, FileKind.TIFF}
_NO_LOSS = ("a truth mask", "a copy of", "no pixel data")
_MOST_LOOKED_AT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to."""

    paths: tuple[Path, ...]
    result: ScanResult
    missing: tuple[SkippedFile, ...]
    """Files that hold images and could not be read: the reader must know of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWhole:
    """An exam that may hang before the search that found it is at its end."""

    paths: tuple[Path, ...]
    """What is searched."""
    located: LocatedExam


class ExamSearch(QObject):
    """One search at a time; further ones wait their turn."""

    started = Signal()
    progressed = Signal(int, int)
    """Files looked at, and all of them or 0 while that is unknown."""
    first_whole = Signal(FirstWhole)
    """While files are still being read: the first exam that may hang."""
    listed = Signal(tuple)
    """While files are still being read: further FoundExams, headers only."""
    found = Signal(Found)
    failed = Signal(Problem)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None, *, announces: bool = False) -> None:
        """announces: tell of exams while files are still read; what was told of is not in `found`
        again, so whoever wants them whole listens to both or leaves this out.
        """
        super().__init__(parent)
        self._announces = announces
        self._waiting: list[tuple[Path, ...]] = []
        self._task: Task[Found] | None = None
        self._opened: set[str] = set()

    @property
    def is_running(self) -> bool:
        """Whether a search is under way."""
        return self._task is not None

    def search(self, paths: Sequence[Path]) -> None:
        """Search these paths, after those that were asked for before."""
        self._waiting.append(tuple(paths))
        if self._task is None:
            self._next()

    def note_open(self, exam_id: str) -> None:
        """Say that an exam that was listed is open now, so that the search does not open it too."""
        self._opened.add(exam_id)

    def cancel(self) -> None:
        """Stop this search and forget those that wait."""
        self._waiting = []
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """Stop and wait for the thread."""
        task = self._task
        self.cancel()
        if task is not None:
            task.join()

    def _next(self) -> None:
        paths = self._waiting.pop(0)
        self._opened = set()
        listener = (
            _Listener(search=self, paths=paths, opened=self._opened) if self._announces else None
        )
        self._task = Task(
            lambda progress: _found(paths, progress, listener), name="search", parent=self
        )
        self._task.progressed.connect(self.progressed)
        self._task.succeeded.connect(self.found)
        self._task.failed.connect(self.failed)
        self._task.cancelled.connect(self.cancelled)
        self._task.ended.connect(self._end)
        self.started.emit()
        self._task.start()

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        if self._waiting:
            self._next()
        else:
            self.ended.emit()


class _Listener:
    """Passes on what the thread finds; signals take it to the window's thread."""

    def __init__(self, *, search: ExamSearch, paths: tuple[Path, ...], opened: set[str]) -> None:
        self._search = search
        self._paths = paths
        self._opened = opened

    def first_whole(self, exam: LocatedExam) -> None:
        self._search.first_whole.emit(FirstWhole(paths=self._paths, located=exam))

    def listed(self, exams: tuple[FoundExam, ...]) -> None:
        self._search.listed.emit(exams)

    def is_open(self, exam_id: str) -> bool:
        return exam_id in self._opened


def _found(paths: tuple[Path, ...], progress: TaskProgress, listener: ScanListener | None) -> Found:
    # Who lists exams while they are read opens a few of them; others want every exam whole.
    most = None if listener is None else MOST_OPEN
    result = find_exams(paths, progress, most=most, listener=listener)
    missing = (file for file in result.skipped[:_MOST_LOOKED_AT] if _is_image(file))
    return Found(paths=paths, result=result, missing=tuple(missing))


def _is_image(skipped: SkippedFile) -> bool:
    """Whether a file that was left out should have been an image."""
    if skipped.reason.startswith(_NO_LOSS):
        return False
    try:
        kind = kind_of_file(skipped.path)
    except UnreadableFile:
        return False
    return kind in _VOLUMES or (kind in _PICTURES and "damaged" in skipped.reason)
