"""Numbers as the screen says them: fixed decimals, an en dash where there is none."""

from __future__ import annotations

from viewer.analysis.results import Interval

NONE = "–"
"""Where something does not apply or was not asked."""


def number(value: float | None, decimals: int = 3) -> str:
    """A figure with fixed decimals."""
    if value is None or value != value:
        return NONE
    return f"{value:.{decimals}f}".replace("-", "−")


def signed(value: float | None, decimals: int = 3) -> str:
    """A difference, with its sign."""
    if value is None or value != value:
        return NONE
    return f"{value:+.{decimals}f}".replace("-", "−")


def percent(value: float | None, decimals: int = 1) -> str:
    """A share of 0 to 1 as per cent."""
    if value is None or value != value:
        return NONE
    return f"{100 * value:.{decimals}f} %"


def interval(value: Interval | None, decimals: int = 3) -> str:
    """Low and high."""
    if value is None:
        return NONE
    return between(value.low, value.high, decimals)


def between(low: float | None, high: float | None, decimals: int = 3) -> str:
    """Two figures that belong together."""
    if low is None or high is None:
        return NONE
    return f"{number(low, decimals)} to {number(high, decimals)}"


def percent_interval(value: Interval | None) -> str:
    """An interval of shares as per cent."""
    if value is None:
        return NONE
    return f"{100 * value.low:.1f} to {100 * value.high:.1f} %"


def probability(p: float | None) -> str:
    """A p value as journals print it."""
    if p is None or p != p:
        return NONE
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}"


def p_words(p: float | None) -> str:
    """A p value in a sentence."""
    text = probability(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def seconds(value: float | None) -> str:
    """A duration in seconds, or in minutes and seconds when it is long."""
    if value is None or value != value:
        return NONE
    if value < 120:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def counted(number_of: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    noun = one if number_of == 1 else (many or f"{one}s")
    return f"{number_of:,} {noun}"
