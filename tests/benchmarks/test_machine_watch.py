"""The control beside a measurement: what it calls slow, and what it takes from a stall."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.machine_watch import (
    SLOW_IN_A_ROW,
    SLOW_TIMES,
    MachineWatch,
    Pause,
    SlowMoment,
    Work,
    lost_to_slowness_ms,
    slow_moments,
)

_USUAL_S = 20e-6


def _works(times: list[float]) -> list[Work]:
    return [
        Work(
            start_s=number * 0.004,
            end_s=number * 0.004 + factor * _USUAL_S,
            computed_s=factor * _USUAL_S,
        )
        for number, factor in enumerate(times)
    ]


def test_a_machine_that_runs_as_usual_has_no_slow_moment() -> None:
    assert slow_moments(0, _works([1.0, 1.2, 0.9, 3.0, 1.1] * 40)) == ()


def test_slow_work_once_is_chance() -> None:
    assert slow_moments(0, _works([1.0] * 50 + [40.0] + [1.0] * 50)) == ()


def test_slow_work_in_a_row_is_one_slow_moment_from_its_first_to_its_last_piece() -> None:
    [moment] = slow_moments(1, _works([1.0] * 50 + [150.0, 80.0, 30.0, 6.0] + [1.0] * 50))

    assert moment.core == 1
    assert moment.start_s == pytest.approx(50 * 0.004)
    assert moment.end_s == pytest.approx(53 * 0.004 + 6 * _USUAL_S)
    assert moment.times == pytest.approx(150)


def test_slow_moments_far_apart_stay_apart() -> None:
    row = [20.0] * SLOW_IN_A_ROW

    assert len(slow_moments(0, _works([*[1.0] * 50, *row, *[1.0] * 50, *row]))) == 2


def test_without_work_nothing_is_slow() -> None:
    assert slow_moments(0, ()) == ()


@given(
    start_s=st.floats(0, 1), lasted_s=st.floats(0, 1), begin_s=st.floats(0, 1), s=st.floats(0, 1)
)
def test_a_slow_moment_takes_at_most_the_time_that_it_shares_with_a_stall(
    start_s: float, lasted_s: float, begin_s: float, s: float
) -> None:
    moment = SlowMoment(core=0, start_s=start_s, end_s=start_s + lasted_s, times=90.0)
    shared_s = max(0.0, min(start_s + lasted_s, begin_s + s) - max(start_s, begin_s))

    lost_ms = lost_to_slowness_ms([moment], begin_s, begin_s + s)

    assert lost_ms == pytest.approx(shared_s * 1000 * (1 - 1 / SLOW_TIMES))


def test_one_time_lost_on_two_cores_counts_once() -> None:
    both = [SlowMoment(core=core, start_s=1.0, end_s=1.1, times=90.0) for core in (0, 1)]

    assert lost_to_slowness_ms(both, 1.0, 1.1) == pytest.approx(100 * (1 - 1 / SLOW_TIMES))


def test_the_sleepers_watch_every_core_and_tell_when_they_end() -> None:
    with MachineWatch() as machine:
        began = time.perf_counter()
        time.sleep(0.2)
        ended = time.perf_counter()

    assert machine.cores >= 1
    assert 0 < machine.usual_s < 0.004
    assert all(isinstance(pause, Pause) and pause.lasted_ms > 0 for pause in machine.pauses)
    assert machine.own_ms(began, ended) <= (ended - began) * 1000
    assert machine.own_ms(ended + 60, ended + 60.1) == pytest.approx(100)
