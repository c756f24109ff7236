"""How long a reader was really at it: time without input, focus or screen does not count."""

from __future__ import annotations

from dataclasses import dataclass

IDLE_AFTER_S = 30.0
"""Without input for longer than this, a reader counts as idle from then on."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Time since it was last taken, whole milliseconds."""

    active_ms: int
    idle_ms: int

    @property
    def total_ms(self) -> int:
        """Both."""
        return self.active_ms + self.idle_ms


class ActivityClock:
    """Adds up active and idle time from facts that each carry a monotonic time in seconds.

    Idle: from 30 s after the last input on, and all the time while the window has no focus, is
    minimised, or the screen is locked. Nothing counts while it is stopped.
    """

    def __init__(self) -> None:
        self._runs = False
        self._is_present = True
        self._until = 0.0
        """Time is accounted up to here."""
        self._last_input = 0.0
        self._active = 0.0
        self._idle = 0.0

    @property
    def runs(self) -> bool:
        """Whether time counts."""
        return self._runs

    def start(self, now: float) -> None:
        """Let time count; starting is an input."""
        self._account(now)
        self._runs = True
        self._last_input = now

    def stop(self, now: float) -> None:
        """Let time count no longer."""
        self._account(now)
        self._runs = False

    def input(self, now: float) -> None:
        """A key, a button, the wheel or the pointer."""
        self._account(now)
        self._last_input = now

    def present(self, now: float, *, is_present: bool) -> None:
        """Whether the window has the focus and can be seen."""
        self._account(now)
        if is_present and not self._is_present:
            self._last_input = now
        self._is_present = is_present

    def spent(self, now: float) -> Spent:
        """Time since the last take, without taking it."""
        self._account(now)
        return Spent(round(self._active * 1000), round(self._idle * 1000))

    def take(self, now: float) -> Spent:
        """Time since the last take."""
        spent = self.spent(now)
        self._active = self._idle = 0.0
        return spent

    def _account(self, now: float) -> None:
        """Split the time since the last account; a clock that jumped back counts nothing."""
        begin, self._until = self._until, max(now, self._until)
        length = self._until - begin
        if not self._runs or length <= 0:
            return
        active = 0.0
        if self._is_present:
            active = min(max(self._last_input + IDLE_AFTER_S - begin, 0.0), length)
        self._active += active
        self._idle += length - active
