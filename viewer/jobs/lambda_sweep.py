"""Every reader's areas over all lambda, swept in the background; the newest choice only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from viewer.analysis.mixed_scores import MixChoice, MixedScores
from viewer.errors import Problem
from viewer.jobs.task import Task
from viewer.statistics.hybrid import HybridSweep, sweep
from viewer.statistics.refusal import Refusal

_Swept = tuple[MixChoice, HybridSweep | Refusal]


class LambdaSweep(QObject):
    """One sweep at a time; a choice made meanwhile waits, an older one is dropped."""

    swept = Signal(object, object)
    """The choice, and its HybridSweep or Refusal."""
    failed = Signal(Problem)
    started = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: Task[_Swept] | None = None
        self._waiting: MixedScores | None = None

    @property
    def is_running(self) -> bool:
        """Whether a sweep is under way."""
        return self._task is not None

    def start(self, mixed: MixedScores) -> None:
        """Sweep these scores, after what runs."""
        self._waiting = mixed
        if self._task is None:
            self._next()

    def close(self) -> None:
        """Forget what waits, and wait for the thread."""
        self._waiting = None
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    def _next(self) -> None:
        mixed, self._waiting = self._waiting, None
        if mixed is None:
            return
        self._task = Task(lambda _: _swept(mixed), name="lambda sweep", parent=self)
        self._task.succeeded.connect(self._tell)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self.started.emit()
        self._task.start()

    @Slot(object)
    def _tell(self, swept: _Swept) -> None:
        self.swept.emit(*swept)

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self._next()
        if self._task is None:
            self.ended.emit()


def _swept(mixed: MixedScores) -> _Swept:
    return mixed.choice, sweep(mixed.scores, mixed.ai, mixed.truth, mixed.patients)
