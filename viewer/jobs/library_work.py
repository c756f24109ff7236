"""What takes long with the models of this computer, in a thread: read, check, copy, remove.

Weights are read in a process of their own, which ends when nothing waits any more: the window
would stand still while the networks' libraries are imported.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from inference.engine.apart import EngineDied
from inference.engine.interface import Engine, ReadWeights
from inference.errors import WeightsError
from viewer.commands.add_model import add_model, read_weights, refuse_known
from viewer.commands.known_models import KnownModel, known_models
from viewer.errors import Problem
from viewer.jobs.task import Task, TaskProgress
from viewer.storage.model_library import CheckedFile, ModelLibrary
from viewer.storage.model_record import ModelRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One step: what is done and who is told of the result."""

    words: str
    act: Callable[[], object]
    tell: Callable[[object], None]


class LibraryWork(QObject):
    """One step after the other; each ends with its signal or with `failed`."""

    listed = Signal(tuple)
    """Every KnownModel."""
    checked = Signal(CheckedFile)
    """Weights that were loaded without a fault and may be added."""
    added = Signal(ModelRecord)
    removed = Signal(ModelRecord)
    failed = Signal(Problem)
    started = Signal(str)
    """What is under way, in words."""
    ended = Signal()
    """Nothing is under way or waits."""

    def __init__(
        self,
        *,
        library: ModelLibrary,
        new_engine: Callable[[], Engine],
        parent: QObject | None = None,
    ) -> None:
        """new_engine: makes what reads weights; closed when nothing waits any more."""
        super().__init__(parent)
        self._library = library
        self._new_engine = new_engine
        self._engine: Engine | None = None
        self._waiting: deque[_Work] = deque()
        self._task: Task[object] | None = None

    @property
    def is_running(self) -> bool:
        """Whether something is under way."""
        return self._task is not None

    @property
    def library(self) -> ModelLibrary:
        """What it works on."""
        return self._library

    def look(self, also: Sequence[Path]) -> None:
        """Read and verify every model; also: files in use that are not in the library."""
        self._do(
            "Reading models…",
            lambda: known_models(self._library, also, read=self._read),
            lambda models: self.listed.emit(models),
        )

    def check(self, paths: Sequence[Path]) -> None:
        """Load weights before they are added."""
        for path in paths:
            self._do(
                f"Reading {path.name}…",
                lambda path=path: self._checked(path),  # type: ignore[misc]
                lambda checked: self.checked.emit(checked),
            )

    def add(self, checked: CheckedFile, *, link: bool) -> None:
        """Register weights that were checked."""
        self._do(
            f"Adding {checked.weights.name}…",
            lambda: add_model(checked, self._library, link=link),
            lambda record: self.added.emit(record),
        )

    def remove(self, model: KnownModel) -> None:
        """Forget a registered model."""
        record = model.record
        if record is None:
            raise ValueError(f"{model.title} is not in the library")

        def act() -> ModelRecord:
            self._library.remove(record)
            return record

        self._do(f"Removing {model.title}…", act, lambda removed: self.removed.emit(removed))

    def close(self) -> None:
        """Forget what waits, stop what is read, and wait for the thread."""
        self._waiting.clear()
        engine = self._engine
        if engine is not None:
            engine.stop()
        if self._task is not None:
            self._task.join()
        # The thread keeps it for what waited when it ended, and that is forgotten now.
        self._let_go()

    def _checked(self, path: Path) -> CheckedFile:
        refuse_known(path, self._library)
        return read_weights(path, self._read)

    def _read(self, path: Path) -> ReadWeights:
        """Only in the thread, while there is an engine."""
        assert self._engine is not None, "made before the thread is started"
        try:
            return self._engine.read_weights(path)
        except EngineDied as error:
            raise WeightsError(
                f"{path.name} could not be read: the process that read it ended, perhaps for lack "
                "of memory; close other programs or exams and add it again."
            ) from error

    def _let_go(self) -> None:
        """End the process that read weights; it takes a moment, so in the thread, or at the end."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _do(self, words: str, act: Callable[[], object], tell: Callable[[object], None]) -> None:
        self._waiting.append(_Work(words=words, act=act, tell=tell))
        if self._task is None:
            self._next()

    def _next(self) -> None:
        work = self._waiting.popleft()

        if self._engine is None:
            self._engine = self._new_engine()

        def run(progress: TaskProgress) -> object:
            try:
                progress.update(0)
                return work.act()
            finally:
                if not self._waiting:
                    self._let_go()

        self._task = Task(run, name="models", parent=self)
        self._tell = work.tell
        self._task.succeeded.connect(self._succeeded)
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self._end)
        self.started.emit(work.words)
        self._task.start()

    @Slot(object)
    def _succeeded(self, result: object) -> None:
        self._tell(result)

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
