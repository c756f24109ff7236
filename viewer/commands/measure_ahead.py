"""Images measured in a thread of their own, while the network looks at an earlier one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from inference.errors import Cancelled
from inference.progress import Progress

if TYPE_CHECKING:
    from inference.prepare import MeasuredImage

Measure = Callable[[Progress], "MeasuredImage"]


@dataclass(frozen=True, slots=True)
class _Job:
    reports: SimpleQueue[tuple[int, int, str] | None]
    """What was reported, in order; None: it is over."""
    outcome: Future[MeasuredImage]


@dataclass(frozen=True, slots=True)
class _Reporter:
    """The progress of a job: kept until somebody waits for it; where it is stopped."""

    reports: SimpleQueue[tuple[int, int, str] | None]
    stopped: threading.Event = field(repr=False)

    def update(self, done: int, total: int, stage: str) -> None:
        """Keep a report; raises Cancelled after `stop`."""
        if self.stopped.is_set():
            raise Cancelled
        self.reports.put((done, total, stage))


class MeasureAhead:
    """Runs jobs one after the other in its thread; what is started and not taken is kept.

    The caller bounds the memory by how many it starts. Everything but the jobs is called from
    one thread.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="measure")
        self._stopped = threading.Event()
        self._jobs: dict[int, _Job] = {}

    def start(self, number: int, measure: Measure) -> None:
        """Measure image `number` after those started before; a second start changes nothing."""
        if number in self._jobs:
            return
        reports: SimpleQueue[tuple[int, int, str] | None] = SimpleQueue()

        def run() -> MeasuredImage:
            try:
                return measure(_Reporter(reports, self._stopped))
            finally:
                reports.put(None)

        self._jobs[number] = _Job(reports, self._worker.submit(run))

    def take(self, number: int, progress: Progress) -> MeasuredImage:
        """Wait for image `number`, which was started, and hand it over.

        Its reports go to `progress` from the calling thread. Raises what measuring it raised,
        and what `progress` raises.
        """
        job = self._jobs.pop(number)
        while (report := job.reports.get()) is not None:
            progress.update(*report)
        return job.outcome.result()

    def stop(self) -> None:
        """Let the job that runs end at its next slice, and drop the rest; returns at once."""
        self._stopped.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        """Wait until the thread is gone."""
        self._worker.shutdown(wait=True)
        self._jobs.clear()
