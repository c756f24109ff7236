"""Writes a session's events and drafts in a thread of its own, in order, and says when they are
durable."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from viewer.errors import Problem, ProblemKind, problem_of
from viewer.logs import log_bug
from viewer.study.event import Event, Json, NewEvent
from viewer.study.journal import Head, Journal
from viewer.study.planned_reading import ReadingKey

RETRY_AFTER_S = 5.0
"""Storage that failed is tried again after so long, or at once when asked to."""

Build = Callable[[Head], NewEvent]


@dataclass(frozen=True, slots=True)
class _Append:
    ticket: int
    event: NewEvent | Build
    client_uuid: str


@dataclass(frozen=True, slots=True)
class _Draft:
    key: ReadingKey


class StudyJournal(QObject):
    """A queue before the journal: nothing is lost while the storage fails, and nothing overtakes.

    Signals arrive in the thread that made this object. A draft that waits is replaced by a newer
    one of the same reading.
    """

    kept = Signal(int, object)
    """A ticket of append, and the Event: it is durable."""
    drafts_kept = Signal()
    failed = Signal(Problem)
    """The storage failed; everything waits and is tried again."""
    recovered = Signal()
    """The storage works again."""

    def __init__(self, journal: Journal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journal = journal
        self._changed = threading.Condition()
        self._queue: deque[_Append | _Draft] = deque()
        self._drafts: dict[ReadingKey, Mapping[str, Json] | None] = {}
        self._tickets = 0
        self._is_failing = False
        self._failures = 0
        self._try_now = False
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="study-journal", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many events and drafts are not durable yet."""
        with self._changed:
            return len(self._queue)

    @property
    def is_failing(self) -> bool:
        """Whether the storage failed at the last try."""
        with self._changed:
            return self._is_failing

    def append(self, event: NewEvent | Build, *, client_uuid: str | None = None) -> int:
        """Write an event soon; returns a ticket that `kept` names.

        event: or a function that makes it from the head of the journal. client_uuid: of a submit;
        every event has one, so that a second try after a failure adds nothing twice.
        """
        uuid = client_uuid or uuid4().hex
        with self._changed:
            self._tickets += 1
            self._queue.append(_Append(self._tickets, event, uuid))
            self._changed.notify_all()
            return self._tickets

    def save_draft(self, key: ReadingKey, draft: Mapping[str, Json]) -> None:
        """Write a draft soon."""
        self._put_draft(key, draft)

    def forget_draft(self, key: ReadingKey) -> None:
        """Remove a draft soon."""
        self._put_draft(key, None)

    def retry(self) -> None:
        """Try again now."""
        with self._changed:
            self._try_now = True
            self._changed.notify_all()

    def drain(self, *, wait_s: float) -> bool:
        """Write what waits, within so many seconds; whether everything is durable."""
        with self._changed:
            before = self._failures
            self._try_now = True
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: not self._queue or self._failures > before, timeout=wait_s
            )
            return not self._queue

    def close(self, *, wait_s: float) -> None:
        """Stop, and close the journal; what is not durable by now is tried once more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(wait_s)
        if not self._thread.is_alive():
            self._journal.close()

    def _put_draft(self, key: ReadingKey, draft: Mapping[str, Json] | None) -> None:
        with self._changed:
            if key not in self._drafts:
                self._queue.append(_Draft(key))
            self._drafts[key] = draft
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._closing:
                    self._changed.wait()
                if not self._queue:
                    return
                work = self._queue[0]
            problem = self._do(work)
            with self._changed:
                was_failing, self._is_failing = self._is_failing, problem is not None
                if problem is None:
                    self._queue.popleft()
                else:
                    self._failures += 1
                self._changed.notify_all()
                if problem is not None and self._closing:
                    return
            if problem is not None:
                self._report(problem, was_failing=was_failing)
                self._wait_for_retry()
            elif was_failing:
                self.recovered.emit()

    def _do(self, work: _Append | _Draft) -> Problem | None:
        """Write one thing; what went wrong, if anything did."""
        try:
            if isinstance(work, _Append):
                self._append(work)
            else:
                self._write_draft(work.key)
        # The boundary: whatever the storage does, what waits stays and is tried again.
        except Exception as error:  # noqa: BLE001
            problem = problem_of(error)
            if problem.kind is ProblemKind.BUG:
                log_bug(type(error), error.__traceback__, error.__cause__)
            return problem
        return None

    def _append(self, work: _Append) -> None:
        event = work.event
        new = event if isinstance(event, NewEvent) else event(self._journal.head())
        kept: Event = self._journal.append(new, client_uuid=work.client_uuid)
        self.kept.emit(work.ticket, kept)

    def _write_draft(self, key: ReadingKey) -> None:
        with self._changed:
            draft = self._drafts.pop(key)
        try:
            if draft is None:
                self._journal.forget_draft(key)
            else:
                self._journal.save_draft(key, draft)
        except Exception:
            with self._changed:
                if key in self._drafts:
                    # A newer one was put behind; this place in the queue serves for it.
                    self._queue.popleft()
                else:
                    self._drafts[key] = draft
            raise
        self.drafts_kept.emit()

    def _report(self, problem: Problem, *, was_failing: bool) -> None:
        if not was_failing:
            self.failed.emit(problem)

    def _wait_for_retry(self) -> None:
        with self._changed:
            if not self._try_now and not self._closing:
                self._changed.wait(RETRY_AFTER_S)
            self._try_now = False
