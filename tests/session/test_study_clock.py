"""Active and idle time from facts with times; no clock is waited for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.session.study_clock import ActivityClock, Spent


def running() -> ActivityClock:
    clock = ActivityClock()
    clock.start(100.0)
    return clock


def test_time_until_thirty_seconds_after_the_last_input_is_active() -> None:
    clock = running()
    clock.input(110.0)
    assert clock.take(160.0) == Spent(40_000, 20_000)
    assert clock.take(161.0) == Spent(0, 1_000)


def test_an_input_ends_idleness() -> None:
    clock = running()
    clock.input(200.0)
    assert clock.take(205.0) == Spent(35_000, 70_000)


def test_time_without_the_window_in_front_is_idle() -> None:
    clock = running()
    clock.present(105.0, is_present=False)
    clock.present(125.0, is_present=True)
    assert clock.take(130.0) == Spent(10_000, 20_000)


def test_nothing_counts_while_stopped() -> None:
    clock = running()
    clock.stop(103.0)
    clock.start(1000.0)
    assert clock.take(1002.0) == Spent(5_000, 0)


def test_a_clock_that_jumps_back_counts_nothing() -> None:
    clock = running()
    clock.input(90.0)
    assert clock.take(90.0) == Spent(0, 0)
    assert clock.take(104.0).total_ms == 4_000


@given(st.lists(st.tuples(st.sampled_from("ipa"), st.floats(0.001, 100.0)), max_size=30))
def test_active_and_idle_time_add_up_to_the_time_that_passed(
    facts: list[tuple[str, float]],
) -> None:
    clock, now = running(), 100.0
    total = 0
    for fact, seconds in facts:
        now += seconds
        if fact == "i":
            clock.input(now)
        else:
            clock.present(now, is_present=fact == "p")
        total += clock.take(now).total_ms
    assert abs(total - (now - 100.0) * 1000) <= len(facts)
