"""One piece of work at a time in the background, whatever it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.task import Task


class OneTask(QObject):
    """Runs what it is given; further work is refused while something runs."""

    started = Signal()
    succeeded = Signal(object)
    failed = Signal(Problem)
    ended = Signal()

    def __init__(self, *, name: str, parent: QObject | None = None) -> None:
        """name: of the thread, for logs."""
        super().__init__(parent)
        self._name = name
        self._task: Task[object] | None = None

    @property
    def is_running(self) -> bool:
        """Whether something is under way."""
        return self._task is not None

    def run(self, work: Callable[[], object]) -> bool:
        """Begin, unless something runs; returns whether it began."""
        if self._task is not None:
            return False
        self._task = Task(lambda _: work(), name=self._name, parent=self)
        self._task.succeeded.connect(self.succeeded)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self.started.emit()
        self._task.start()
        return True

    def close(self) -> None:
        """Wait for the thread; what is written is written whole."""
        if self._task is not None:
            self._task.join()

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self.ended.emit()
