"""A control beside a measurement: when the machine itself gave a waiting program no processor.

A sleeper on every core asks to be woken every 2 ms, ahead of every ordinary program. One that is
woken late was kept waiting by the machine (a virtual one gives its cores away), not by the program
that is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType

EVERY_S = 0.002
LATE_S = 0.001
"""A sleeper that is woken so much later than it asked for counts as a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which one core ran nothing of ours; `time.perf_counter` seconds."""

    core: int
    start_s: float
    end_s: float

    @property
    def lasted_ms(self) -> float:
        """How long it was."""
        return (self.end_s - self.start_s) * 1000

    def within_ms(self, start_s: float, end_s: float) -> float:
        """How much of it lies in a span of time."""
        return max(0.0, min(self.end_s, end_s) - max(self.start_s, start_s)) * 1000


class MachineWatch:
    """One sleeping process a core, from `with` to its end."""

    def __init__(self) -> None:
        self._sleepers: list[subprocess.Popen[str]] = []
        self._pauses: tuple[Pause, ...] = ()
        self._is_ahead = False

    def __enter__(self) -> MachineWatch:
        for core in _cores():
            self._sleepers.append(
                subprocess.Popen(
                    [sys.executable, "-m", __spec__.name, str(core)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        self._is_ahead = all([_line(sleeper) == "ahead" for sleeper in self._sleepers])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        found: list[Pause] = []
        for sleeper in self._sleepers:
            told, _ = sleeper.communicate(timeout=10)
            found += [_pause(line) for line in told.splitlines()]
        self._pauses = tuple(sorted(found, key=lambda pause: pause.start_s))

    @property
    def is_ahead(self) -> bool:
        """Whether the system lets the sleepers run before everything else.

        Where it does not, a late sleeper may have waited for the program that is measured.
        """
        return self._is_ahead

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """What was found, once the watch is over, oldest first."""
        return self._pauses


def paused_ms(pauses: Iterable[Pause], start_s: float, end_s: float) -> float:
    """The longest that any one core stood still within a span of time."""
    by_core: dict[int, float] = {}
    for pause in pauses:
        inside = pause.within_ms(start_s, end_s)
        by_core[pause.core] = by_core.get(pause.core, 0.0) + inside
    return max(by_core.values(), default=0.0)


def _cores() -> list[int]:
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return [-1]


def _line(sleeper: subprocess.Popen[str]) -> str:
    return "" if sleeper.stdout is None else sleeper.stdout.readline().strip()


def _pause(line: str) -> Pause:
    core, start_s, end_s = line.split()
    return Pause(core=int(core), start_s=float(start_s), end_s=float(end_s))


def _went_ahead(core: int) -> bool:
    """Take one core for this process, ahead of all others; False where the system forbids it."""
    if sys.platform != "linux":
        return False
    with suppress(OSError):
        os.sched_setaffinity(0, {core})
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        return True
    return False


def _sleep(core: int) -> None:
    """Sleep until standard input ends; then tell every late awakening."""
    ended = Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    Thread(target=wait_for_the_end, daemon=True).start()
    print("ahead" if _went_ahead(core) else "among others", flush=True)  # noqa: T201
    late: list[tuple[float, float]] = []
    while not ended.is_set():
        wanted = time.perf_counter() + EVERY_S
        time.sleep(EVERY_S)
        now = time.perf_counter()
        if now - wanted > LATE_S:
            late.append((wanted, now))
    for start_s, end_s in late:
        print(core, start_s, end_s)  # noqa: T201


if __name__ == "__main__":
    _sleep(int(sys.argv[1]))
