"""The time: of the wall clock, and of one that is never set back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Clock(Protocol):
    """Both clocks of a workstation."""

    def utc(self) -> datetime:
        """The wall clock, UTC."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since some moment; comparable within one run of the system only."""


class SystemClock:
    """The workstation's own clocks."""

    def utc(self) -> datetime:
        """The wall clock, UTC."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """The system's monotonic clock."""
        return time.monotonic_ns()


def utc_text(moment: datetime) -> str:
    """ISO 8601 with microseconds and Z, as events carry it."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def behind(now: datetime, newest_utc: str) -> timedelta:
    """How far the wall clock is behind an event's time; negative or zero when it is not.

    Raises ValueError when the text is no time.
    """
    newest = datetime.strptime(newest_utc, _FORMAT).replace(tzinfo=UTC)
    return newest - now
