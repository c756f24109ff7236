"""The summary of how quickly the window answered."""

from __future__ import annotations

from viewer.commands.diagnosis_words import diagnosis_words
from viewer.domain.responsiveness import Reaction, Stall, Timing, percentiles


def words(*stalls: Stall) -> str:
    return diagnosis_words(
        watched_s=61.2,
        stalls=stalls,
        stall_count=len(stalls),
        longest_ms=max((stall.wall_ms for stall in stalls), default=0.0),
        reactions={Reaction.SLICE: percentiles([Timing(wall_ms=12.0, cpu_ms=9.0)])},
        facts=[("screen", "1920x1080 at 1")],
    )


def test_a_quiet_session_says_that_nothing_stalled() -> None:
    assert "stalls over 50 ms   none" in words()


def test_stalls_are_told_the_longest_first_with_what_was_in_hand() -> None:
    text = words(
        Stall(since_start_s=1.0, wall_ms=60.0, cpu_ms=2.0),
        Stall(
            since_start_s=2.0,
            wall_ms=90.0,
            cpu_ms=80.0,
            in_hand=("exam.next", "exam_id+panes", "exam.next"),
            stack=("viewer.one:3", "viewer.two:4"),
        ),
    )
    assert "2, longest 90 ms" in text
    assert "at 2.0 s: 90 ms, 80 ms of it computed; exam.next, exam_id+panes\n" in text
    assert "in viewer.one:3 < viewer.two:4" in text
    assert text.index("90 ms, 80 ms") < text.index("at 1.0 s: 60 ms, 2 ms of it computed; no com")


def test_every_kind_of_reaction_has_a_line_measured_or_not() -> None:
    text = words()
    assert (
        "slice change        p50 12.0  p95 12.0  longest 12.0 ms  (own p95 9.0 ms, n = 1)" in text
    )
    assert "exam change         not measured" in text
    assert "screen              1920x1080 at 1" in text
