"""The phantom exam of the demo: made once, kept, opened like any other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.task import Task, TaskProgress

SLICES = 24
_DONE = "truth.csv"


class DemoExam(QObject):
    """Makes the exam in a thread."""

    progressed = Signal(int, int)
    made = Signal(list)
    """The folders to open."""
    failed = Signal(Problem)
    ended = Signal()

    def __init__(self, *, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._task: Task[list[Path]] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is being made."""
        return self._task is not None

    def make(self) -> None:
        """Make the exam, unless it is there."""
        if self._task is not None:
            return
        folder = self._folder
        self._task = Task(lambda progress: _made(folder, progress), name="demo", parent=self)
        self._task.progressed.connect(self.progressed)
        self._task.succeeded.connect(self._tell)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self._task.start()

    def cancel(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.cancel()
        if self._task is not None:
            self._task.join()

    @Slot(object)
    def _tell(self, folders: list[Path]) -> None:
        self.made.emit(folders)

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self.ended.emit()


def _made(folder: Path, progress: TaskProgress) -> list[Path]:
    from inference.training.phantoms import DEMO_SEED
    from viewer.export.phantom_exams import write_phantom_exams

    if not (folder / _DONE).is_file():
        write_phantom_exams(
            folder,
            exams=1,
            seed=DEMO_SEED,
            slices=SLICES,
            progress=progress.update,
        )
    return sorted(path for path in folder.glob("exam_*") if path.is_dir())
