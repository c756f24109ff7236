"""How quickly the window answered: reactions and stalls, as values without patient data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

STALL_MS = 50.0
"""A GUI thread that does not come back for longer is felt: it counts as a stall."""


class Reaction(Enum):
    """What the reader did and then waited to see; the value is what a summary calls it."""

    SLICE = "slice change"
    WINDOW = "window drag"
    FRAMING = "pan and zoom"
    STAGE = "stage change"
    EXAM = "exam change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One reaction, from the command to the painted window."""

    wall_ms: float
    cpu_ms: float
    """What the GUI thread itself computed: tells a slow program from a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """One time in which the GUI thread did not come back to its event loop."""

    since_start_s: float
    wall_ms: float
    cpu_ms: float
    in_hand: tuple[str, ...] = ()
    """Commands and changed parts of the session since the thread was last seen, oldest first."""
    stack: tuple[str, ...] = ()
    """Functions the thread was in, innermost first; empty when no look at it was possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """The spread of one kind of reaction, in milliseconds."""

    count: int
    median_ms: float
    p95_ms: float
    longest_ms: float
    cpu_p95_ms: float


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this many percent of the values do not exceed.

    Raises ValueError when there are no values.
    """
    if not values:
        raise ValueError("no values, so no percentile")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def percentiles(timings: Sequence[Timing]) -> Percentiles | None:
    """Sum timings up; None when there are none."""
    if not timings:
        return None
    walls = [timing.wall_ms for timing in timings]
    return Percentiles(
        count=len(walls),
        median_ms=percentile(walls, 50),
        p95_ms=percentile(walls, 95),
        longest_ms=max(walls),
        cpu_p95_ms=percentile([timing.cpu_ms for timing in timings], 95),
    )
