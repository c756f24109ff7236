"""A control beside a measurement: when the machine itself stood still or was slow.

A sleeper on every core asks to be woken every 4 ms, ahead of every ordinary program. One that is
woken late was kept waiting by the machine (a virtual one gives its cores away), not by the program
that is measured. Woken, it does the same small piece of ordinary work on memory of its own; where
that takes many times as long, every program on the machine is slow (a virtual machine whose host
takes its page tables away finds each page anew, for about a tenth of a second).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType

EVERY_S = 0.004
LATE_S = 0.001
"""A sleeper that is woken so much later than it asked for counts as a pause."""
SLOW_TIMES = 5.0
"""Work that takes so many times its median is slow."""
SLOW_IN_A_ROW = 3
"""So much slow work, one after the other, is a slow moment; less may be chance."""
_ROW_S = 0.05
_OBJECTS = 100_000
_OBJECTS_AT_ONCE = 40


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowMoment(Pause):
    """A time in which ordinary work on one core took at least `SLOW_TIMES` as long as usual."""

    times: float
    """How many times as long at the worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of the sleeper's work; `time.perf_counter` seconds, and seconds computed."""

    start_s: float
    end_s: float
    computed_s: float


class MachineWatch:
    """One sleeping process a core, from `with` to its end."""

    def __init__(self) -> None:
        self._sleepers: list[subprocess.Popen[str]] = []
        self._pauses: tuple[Pause, ...] = ()
        self._slow_moments: tuple[SlowMoment, ...] = ()
        self._usual_s = 0.0
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
        usual_s: list[float] = []
        for sleeper in self._sleepers:
            told, _ = sleeper.communicate(timeout=60)
            usual, *lines = told.splitlines()
            usual_s.append(float(usual))
            found += [_told(line) for line in lines]
        self._usual_s = max(usual_s, default=0.0)
        found.sort(key=lambda pause: pause.start_s)
        self._slow_moments = tuple(one for one in found if isinstance(one, SlowMoment))
        self._pauses = tuple(one for one in found if not isinstance(one, SlowMoment))

    @property
    def is_ahead(self) -> bool:
        """Whether the system lets the sleepers run before everything else.

        Where it does not, a late sleeper may have waited for the program that is measured.
        """
        return self._is_ahead

    @property
    def cores(self) -> int:
        """How many cores are watched."""
        return len(self._sleepers)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """When a core stood still, once the watch is over, oldest first."""
        return self._pauses

    @property
    def slow_moments(self) -> tuple[SlowMoment, ...]:
        """When ordinary work was slow, once the watch is over, oldest first."""
        return self._slow_moments

    @property
    def usual_s(self) -> float:
        """How long the small piece of ordinary work took by median on the slowest core.

        It compares the pace of the machine in one run with that in another. Seconds.
        """
        return self._usual_s

    def own_ms(self, start_s: float, end_s: float) -> float:
        """How long a span of time would have been had the machine run as usual.

        At least: a slow moment's lost time is taken from its least slowness. Milliseconds.
        """
        lost_ms = lost_to_slowness_ms(self._slow_moments, start_s, end_s)
        paused = paused_ms(self._pauses, start_s, end_s)
        # What stood still within a slow moment must not count twice.
        return (end_s - start_s) * 1000 - max(lost_ms, paused)


def paused_ms(pauses: Iterable[Pause], start_s: float, end_s: float) -> float:
    """The longest that any one core stood still within a span of time."""
    by_core: dict[int, float] = {}
    for pause in pauses:
        inside = pause.within_ms(start_s, end_s)
        by_core[pause.core] = by_core.get(pause.core, 0.0) + inside
    return max(by_core.values(), default=0.0)


def lost_to_slowness_ms(moments: Iterable[SlowMoment], start_s: float, end_s: float) -> float:
    """What slow moments took of a span of time, on the core where they took most."""
    return paused_ms(moments, start_s, end_s) * (1 - 1 / SLOW_TIMES)


def slow_moments(core: int, works: Sequence[Work]) -> tuple[SlowMoment, ...]:
    """Find the moments in which one core's work took many times its median, several in a row."""
    if not works:
        return ()
    usual_s = _usual_s(works)
    rows: list[list[Work]] = []
    for work in works:
        if work.computed_s < SLOW_TIMES * usual_s:
            continue
        if rows and work.start_s - rows[-1][-1].end_s < _ROW_S:
            rows[-1].append(work)
        else:
            rows.append([work])
    return tuple(
        SlowMoment(
            core=core,
            start_s=row[0].start_s,
            end_s=row[-1].end_s,
            times=max(work.computed_s for work in row) / usual_s,
        )
        for row in rows
        if len(row) >= SLOW_IN_A_ROW
    )


def _usual_s(works: Sequence[Work]) -> float:
    return sorted(work.computed_s for work in works)[len(works) // 2] if works else 0.0


def _cores() -> list[int]:
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return [-1]


def _line(sleeper: subprocess.Popen[str]) -> str:
    return "" if sleeper.stdout is None else sleeper.stdout.readline().strip()


def _told(line: str) -> Pause:
    core, start_s, end_s, *times = line.split()
    if times:
        return SlowMoment(
            core=int(core), start_s=float(start_s), end_s=float(end_s), times=float(times[0])
        )
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


class _Strewn:
    """An object somewhere in memory, as ordinary programs have them."""

    __slots__ = ("number", "room")

    def __init__(self, number: int) -> None:
        self.number = number
        self.room = bytes(100)


def _strewn() -> list[_Strewn]:
    objects = [_Strewn(number) for number in range(_OBJECTS)]
    random.Random(1).shuffle(objects)
    return objects


def _sleep(core: int) -> None:
    """Sleep and work until standard input ends; then tell late awakenings and slow work."""
    ended = Event()
    objects = _strewn()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    Thread(target=wait_for_the_end, daemon=True).start()
    print("ahead" if _went_ahead(core) else "among others", flush=True)  # noqa: T201
    late: list[tuple[float, float]] = []
    works: list[Work] = []
    at = 0
    while not ended.is_set():
        wanted = time.perf_counter() + EVERY_S
        time.sleep(EVERY_S)
        now, computed = time.perf_counter(), time.thread_time()
        if now - wanted > LATE_S:
            late.append((wanted, now))
        sum(one.number for one in objects[at : at + _OBJECTS_AT_ONCE])
        computed_s = time.thread_time() - computed
        works.append(Work(start_s=now, end_s=time.perf_counter(), computed_s=computed_s))
        at = (at + _OBJECTS_AT_ONCE) % _OBJECTS
    print(_usual_s(works))  # noqa: T201
    for start_s, end_s in late:
        print(core, start_s, end_s)  # noqa: T201
    for moment in slow_moments(core, works):
        print(core, moment.start_s, moment.end_s, moment.times)  # noqa: T201


if __name__ == "__main__":
    _sleep(int(sys.argv[1]))
