"""The one thread that waits for networks: a queue, progress, cancel, kept results.

The networks themselves run in a process of their own (inference.engine.apart). This thread keeps
the window's own priority: one of low priority that holds the interpreter's lock when it loses the
processor makes the window wait for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from inference.errors import Cancelled, InferenceError
from viewer.domain.ai_state import Failed, NotRun, Running
from viewer.errors import ProblemKind, problem_of
from viewer.jobs.model_vetting import LicenceNotAccepted
from viewer.logs import log_bug
from viewer.storage.prediction_cache import PredictionCache

log = logging.getLogger(__name__)


class Request(Protocol):
    """Something to be predicted, with everything it needs, frozen when it was asked for."""

    @property
    def number(self) -> int:
        """Tells this request from an earlier one about the same subject."""
        ...

    @property
    def subject(self) -> str:
        """What it is about: the id of an image, or of a breast."""
        ...

    def outcome(self, line: Line) -> object:
        """Do the work in the inference thread, and return the state it ends in.

        Raises what goes wrong, and Cancelled when the line's check does.
        """
        ...


class Line:
    """Between a request that is worked on and the worker: what it may ask and say.

    It is a Progress: every step is told, and is the point where the work is cancelled.
    """

    def __init__(self, worker: InferenceWorker, request: Request) -> None:
        self._worker = worker
        self._request = request

    @property
    def cache(self) -> PredictionCache:
        """Results kept on disk."""
        return self._worker.cache

    def check(self) -> None:
        """Raise Cancelled when the request is not wanted any more."""
        self._worker.check(self._request)

    def say(self, state: object) -> None:
        """Say where the request stands."""
        self._worker.stands.emit(self._request.subject, self._request.number, state)

    def update(self, done: int, total: int, stage: str) -> None:
        """Report a step; raises Cancelled when the request is not wanted any more."""
        self.check()
        self.say(Running(stage, done, total))

    def runs_on(self, device: str) -> None:
        """Say where a network runs."""
        self._worker.device_known.emit(device)

    def notice(self, text: str) -> None:
        """Say something the user should know."""
        self._worker.noticed.emit(text)


class InferenceWorker(QObject):
    """Runs requests one after the other, the most wanted first."""

    stands = Signal(str, int, object)
    """Subject, request number, state."""
    device_known = Signal(str)
    licence_needed = Signal(tuple)
    """LicenceTerms that must be accepted before an image is scored; it is not run."""
    noticed = Signal(str)
    """Something the user should know, such as memory that ran out."""

    def __init__(self, *, cache: PredictionCache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cache = cache
        self._changed = threading.Condition()
        self._waiting: dict[str, Request] = {}
        self._order: tuple[str, ...] = ()
        self._running: Request | None = None
        self._stop_running = False
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="inference")
        self._thread.start()

    def submit(self, requests: Sequence[Request]) -> None:
        """Queue requests; one about the same subject replaces that which waits or runs."""
        with self._changed:
            for request in requests:
                self._waiting[request.subject] = request
                if self._running is not None and self._running.subject == request.subject:
                    self._stop_running = True
            self._changed.notify_all()

    def reorder(self, subjects: Sequence[str]) -> None:
        """Say what is wanted most; what runs goes on."""
        with self._changed:
            self._order = tuple(subjects)

    def cancel(self, subjects: Sequence[str] | None = None) -> None:
        """Stop at the next step and drop what waits; None: everything."""
        with self._changed:
            gone = set(self._waiting) if subjects is None else set(subjects)
            self._waiting = {s: r for s, r in self._waiting.items() if s not in gone}
            running = self._running.subject if self._running else None
            if subjects is None or running in gone:
                self._stop_running = True

    def close(self) -> None:
        """Stop and wait for the thread; at most one slice goes on."""
        with self._changed:
            self._closed = self._stop_running = True
            self._waiting = {}
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._running = None
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                request = self._waiting.pop(self._most_wanted())
                self._running, self._stop_running = request, False
            self._run(request)

    def _most_wanted(self) -> str:
        """Call with the lock held."""
        for subject in self._order:
            if subject in self._waiting:
                return subject
        return next(iter(self._waiting))

    def _run(self, request: Request) -> None:
        line = Line(self, request)
        state: object
        try:
            state = request.outcome(line)
        except Cancelled:
            state = NotRun("cancelled")
        except LicenceNotAccepted as error:
            line.say(NotRun(str(error)))
            self.licence_needed.emit(error.terms)
            return
        # The boundary: whatever happens to one request, the thread goes on with the next.
        except Exception as error:  # noqa: BLE001
            problem = problem_of(error)
            if problem.kind is ProblemKind.BUG:
                log_bug(type(error), error.__traceback__, error.__cause__)
            elif not isinstance(error, InferenceError):
                log.warning("prediction failed: %s", type(error).__name__)
            state = Failed(problem.text)
        line.say(state)

    def check(self, request: Request) -> None:
        """Raise Cancelled when a request is not wanted any more."""
        with self._changed:
            if self._stop_running or self._running is not request:
                raise Cancelled
