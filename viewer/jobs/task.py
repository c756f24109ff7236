"""One piece of work in a thread of its own: succeeded, failed and cancelled are three outcomes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from inference.errors import Cancelled
from inference.process import yield_to_window
from viewer.errors import Problem, ProblemKind, problem_of
from viewer.loading.errors import ScanCancelled
from viewer.logs import log_bug

ResultT = TypeVar("ResultT")


class TaskProgress:
    """Reports steps of a task, and stops it there when it was cancelled."""

    def __init__(self, report: Callable[[int, int], None], cancelled: threading.Event) -> None:
        self._report = report
        self._cancelled = cancelled

    def update(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Report a step; raises ScanCancelled after cancel().

        Fits the progress protocols of loading and inference.
        """
        del stage
        if self._cancelled.is_set():
            raise ScanCancelled
        self._report(done, total or 0)

    def check(self) -> None:
        """Raise ScanCancelled after cancel(); reports nothing."""
        if self._cancelled.is_set():
            raise ScanCancelled


class Task(QObject, Generic[ResultT]):
    """Runs a function in a thread; its signals arrive in the thread that made the task."""

    progressed = Signal(int, int)
    """Done and total; total is 0 while it is unknown."""
    succeeded = Signal(object)
    failed = Signal(Problem)
    cancelled = Signal()
    ended = Signal()
    """After any of the three outcomes."""

    def __init__(
        self,
        work: Callable[[TaskProgress], ResultT],
        *,
        name: str,
        parent: QObject | None = None,
    ) -> None:
        """Prepare; start() begins. name: of the thread, for logs."""
        super().__init__(parent)
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin the work."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop at its next step."""
        self._stop.set()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end of the thread; whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        yield_to_window()
        progress = TaskProgress(self.progressed.emit, self._stop)
        try:
            result = self._work(progress)
        except (ScanCancelled, Cancelled):
            self.cancelled.emit()
        # The boundary: whatever happens in the thread becomes one of the three outcomes.
        except Exception as error:  # noqa: BLE001
            problem = problem_of(error)
            if problem.kind is ProblemKind.BUG:
                log_bug(type(error), error.__traceback__, error.__cause__)
            self.failed.emit(problem)
        else:
            if self._stop.is_set():
                self.cancelled.emit()
            else:
                self.succeeded.emit(result)
        self.ended.emit()
