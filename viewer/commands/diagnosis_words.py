"""How quickly the window answered, in words to read and to copy; no patient data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from viewer.domain.responsiveness import STALL_MS, Percentiles, Reaction, Stall

_LISTED = 10
"""Stalls that are told one by one, the longest first."""
_CALLERS = 4
_LABEL = 18


def diagnosis_words(
    *,
    watched_s: float,
    stalls: Sequence[Stall],
    stall_count: int,
    longest_ms: float,
    reactions: Mapping[Reaction, Percentiles | None],
    facts: Sequence[tuple[str, str]],
) -> str:
    """The summary as lines of text.

    stalls: the newest, of stall_count; longest_ms: of all. facts: label and value of each.
    """
    lines = [_line("watched", f"{watched_s:.0f} s")]
    found = f"{stall_count}, longest {longest_ms:.0f} ms" if stall_count else "none"
    lines.append(_line(f"stalls over {STALL_MS:.0f} ms", found))
    worst = sorted(stalls, key=lambda stall: -stall.wall_ms)[:_LISTED]
    lines += [line for stall in worst for line in _stall_lines(stall)]
    lines += ["", "from command to painted window"]
    lines += [_line(kind.value, _spread(reactions.get(kind))) for kind in Reaction]
    lines += ["", *(_line(label, value) for label, value in facts)]
    return "\n".join(lines)


def _line(label: str, value: str) -> str:
    return f"{label:<{_LABEL}}  {value}"


def _spread(spread: Percentiles | None) -> str:
    if spread is None:
        return "not measured"
    return (
        f"p50 {spread.median_ms:.1f}  p95 {spread.p95_ms:.1f}  longest {spread.longest_ms:.1f} ms"
        f"  (own p95 {spread.cpu_p95_ms:.1f} ms, n = {spread.count})"
    )


def _stall_lines(stall: Stall) -> Iterator[str]:
    in_hand = ", ".join(dict.fromkeys(stall.in_hand)) or "no command"
    yield (
        f"  at {stall.since_start_s:.1f} s: {stall.wall_ms:.0f} ms, "
        f"{stall.cpu_ms:.0f} ms of it computed; {in_hand}"
    )
    if stall.stack:
        yield f"    in {' < '.join(stall.stack[:_CALLERS])}"
