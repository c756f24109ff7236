"""Numbers as the screen says them: those of the report, with true minus signs."""

from __future__ import annotations

from viewer.analysis.results import Interval
from viewer.analysis.words import MISSING as NONE
from viewer.analysis.words import (
    count,
    figure,
    p_value,
    percent,
    percent_interval,
    with_p,
)

__all__ = [
    "NONE",
    "between",
    "count",
    "interval",
    "number",
    "p_value",
    "percent",
    "percent_interval",
    "seconds",
    "signed",
    "with_p",
]


def number(value: float | None, decimals: int = 3) -> str:
    """A figure with fixed decimals."""
    return _minus(figure(value, decimals))


def signed(value: float | None, decimals: int = 3) -> str:
    """A difference, with its sign."""
    words = number(value, decimals)
    # What rounds to nothing has no sign.
    is_positive = value is not None and value > 0 and words.strip("0.") not in ("", NONE)
    return f"+{words}" if is_positive else words


def interval(value: Interval | None, decimals: int = 3) -> str:
    """Low and high."""
    return NONE if value is None else between(value.low, value.high, decimals)


def between(low: float | None, high: float | None, decimals: int = 3) -> str:
    """Two figures that belong together."""
    ends = (number(low, decimals), number(high, decimals))
    return NONE if NONE in ends else " to ".join(ends)


def seconds(value: float | None) -> str:
    """A duration in seconds, or in minutes and seconds when it is long."""
    if value is None or value != value:
        return NONE
    if value < 120:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def _minus(text: str) -> str:
    return text.replace("-", "−")
