"""Reads weights files whole, in a thread, before they are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from inference.errors import InferenceError
from inference.model_card import ModelCard
from viewer.errors import Problem
from viewer.jobs.quiet_import import import_networks
from viewer.jobs.task import Task, TaskProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWeights:
    """A weights file that was read: its card and identity, or what is wrong with it."""

    path: Path
    card: ModelCard | None = None
    sha256: str = ""
    problem: str = ""


class ModelCheck(QObject):
    """One check at a time."""

    checked = Signal(CheckedWeights)
    failed = Signal(Problem)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Path] = []
        self._task: Task[CheckedWeights] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a file is being read."""
        return self._task is not None

    def check(self, paths: Sequence[Path]) -> None:
        """Read these files, one after the other."""
        self._waiting += list(paths)
        if self._task is None:
            self._next()

    def close(self) -> None:
        """Forget what waits, and wait for the thread."""
        self._waiting = []
        if self._task is not None:
            self._task.join()

    def _next(self) -> None:
        path = self._waiting.pop(0)
        self._task = Task(
            lambda progress: read_weights(path, progress), name="weights", parent=self
        )
        self._task.succeeded.connect(self.checked)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
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


def read_weights(path: Path, progress: TaskProgress) -> CheckedWeights:
    """Load a weights file as a prediction would; a wrong one names its first wrong entry."""
    progress.update(0)
    import_networks()
    from inference.checkpoint import load_model

    try:
        model = load_model(path)
    except InferenceError as error:
        return CheckedWeights(path=path, problem=str(error))
    return CheckedWeights(path=path, card=model.card, sha256=model.identity.sha256)
