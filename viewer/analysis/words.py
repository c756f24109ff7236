"""Numbers as a report prints them."""

from __future__ import annotations

import math

from viewer.analysis.results import Interval

MISSING = "–"
SMALLEST_P = 0.0001


def figure(value: float | None, digits: int = 3) -> str:
    """A number with fixed digits; a dash for None and NaN."""
    if value is None or not math.isfinite(value):
        return MISSING
    # Rounding -0.0004 must not leave a minus sign before zero.
    return f"{round(value, digits) + 0.0:.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction in percent; a dash for None and NaN."""
    return MISSING if value is None else _with_sign(figure(value * 100, digits))


def interval(value: Interval | None, digits: int = 3) -> str:
    """Low to high; a dash for None and where an end is missing."""
    if value is None or not (math.isfinite(value.low) and math.isfinite(value.high)):
        return MISSING
    return f"{figure(value.low, digits)} to {figure(value.high, digits)}"


def percent_interval(value: Interval | None, digits: int = 1) -> str:
    """Low to high in percent; a dash for None."""
    if value is None:
        return MISSING
    return interval(Interval(value.low * 100, value.high * 100), digits)


def p_value(value: float | None) -> str:
    """A probability with three digits, four below 0.001."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value < SMALLEST_P:
        return f"< {SMALLEST_P}"
    return figure(value, 4 if value < 0.001 else 3)


def with_p(value: float | None) -> str:
    """For sentences: "p = 0.052" or "p < 0.0001"."""
    words = p_value(value)
    return f"p {words}" if words.startswith("<") else f"p = {words}"


def count(number: int, one: str, many: str = "") -> str:
    """A number and its noun: "1 reader", "14 readers"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: tuple[str, ...]) -> str:
    """Words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _with_sign(words: str) -> str:
    return words if words == MISSING else f"{words} %"
