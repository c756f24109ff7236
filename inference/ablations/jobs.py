"""Jobs that need one another, shared out among processes: the longest way first."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

import cv2
import torch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do once what it needs is done."""

    name: str
    work: Callable[[], object]
    """Runs in another process, so it and all it holds can be pickled; what it returns is lost."""
    seconds: float
    """How long it may take. Only the order follows from it."""
    needs: tuple[str, ...] = ()
    """Names of jobs. One that is not in the list counts as done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What became of jobs, by name."""

    done: tuple[str, ...]
    failed: tuple[str, ...]
    """Raised an error, which was logged."""
    left: tuple[str, ...]
    """Not started: there was no time, or what they need failed."""


def work_through(
    jobs: Sequence[Job],
    *,
    processes: int,
    threads: int = 1,
    may_start: Callable[[], bool] = lambda: True,
    after_each: Callable[[str], None] = lambda name: None,
) -> Worked:
    """Do the jobs, `processes` at a time, in spawned processes of `threads` threads each.

    Of those whose needs are met the one goes first that, with what waits for it, takes longest.
    may_start is asked before each job; once it says no, what runs is waited for and no more is
    started. after_each is called here after each job that succeeded.
    """
    order = _longest_way_first(jobs)
    return _Course(order, may_start, after_each).run(processes, threads)


def _longest_way_first(jobs: Sequence[Job]) -> list[Job]:
    waiting: dict[str, list[Job]] = {}
    for job in jobs:
        for need in job.needs:
            waiting.setdefault(need, []).append(job)
    ways: dict[str, float] = {}

    def way(job: Job) -> float:
        if job.name not in ways:
            behind = max((way(one) for one in waiting.get(job.name, ())), default=0.0)
            ways[job.name] = job.seconds + behind
        return ways[job.name]

    return sorted(jobs, key=lambda job: -way(job))


class _Course:
    """One way through the jobs."""

    def __init__(
        self,
        order: Sequence[Job],
        may_start: Callable[[], bool],
        after_each: Callable[[str], None],
    ) -> None:
        self._left = list(order)
        self._may_start = may_start
        self._after_each = after_each
        self._done: list[str] = []
        self._failed: list[str] = []

    def run(self, processes: int, threads: int) -> Worked:
        """Start what can be started, wait for one, and again."""
        running: dict[Future[object], Job] = {}
        with ProcessPoolExecutor(
            processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=partial(_prepare_process, threads),
        ) as pool:
            while True:
                while len(running) < processes and (job := self._next(running)) is not None:
                    running[pool.submit(job.work)] = job
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    self._finish(running.pop(future), future)
        left = tuple(job.name for job in self._left)
        return Worked(done=tuple(self._done), failed=tuple(self._failed), left=left)

    def _next(self, running: Mapping[Future[object], Job]) -> Job | None:
        open_needs = {job.name for job in (*self._left, *running.values())} | set(self._failed)
        for job in self._left:
            if open_needs.isdisjoint(job.needs):
                if not self._may_start():
                    return None
                self._left.remove(job)
                return job
        return None

    def _finish(self, job: Job, future: Future[object]) -> None:
        if (error := future.exception()) is not None:
            self._failed.append(job.name)
            log.error("%s failed", job.name, exc_info=error)
            return
        self._done.append(job.name)
        self._after_each(job.name)


def _prepare_process(threads: int) -> None:
    # The cores are shared among the processes already.
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
