"""The GUI thread is watched: what holds it up is counted, and named."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from viewer.jobs.stall_watch import StallWatch


@pytest.fixture
def watch(qtbot: QtBot) -> Iterator[StallWatch]:
    watch = StallWatch()
    watch.start()
    yield watch
    watch.close()


def hold_the_thread_up() -> None:
    until = time.perf_counter() + 0.2
    while time.perf_counter() < until:
        sum(range(100))


def hold_up(watch: StallWatch, qtbot: QtBot) -> None:
    before = watch.count
    QTimer.singleShot(60, hold_the_thread_up)
    qtbot.waitUntil(lambda: watch.count > before, timeout=5000)


def test_a_stall_is_kept_with_its_length_and_what_the_thread_computed(
    watch: StallWatch, qtbot: QtBot
) -> None:
    hold_up(watch, qtbot)
    stall = max(watch.stalls, key=lambda stall: stall.wall_ms)
    assert stall.wall_ms > 150
    assert watch.longest_ms == stall.wall_ms
    assert 0 < stall.cpu_ms <= stall.wall_ms + 20
    assert 0 < stall.since_start_s < watch.watched_s


def test_a_stall_names_the_functions_the_thread_was_in(watch: StallWatch, qtbot: QtBot) -> None:
    hold_up(watch, qtbot)
    stall = max(watch.stalls, key=lambda stall: stall.wall_ms)
    assert any("hold_the_thread_up" in name for name in stall.stack)


def test_a_stall_names_what_was_in_hand_and_nothing_older(watch: StallWatch, qtbot: QtBot) -> None:
    watch.note("slice.next")
    qtbot.wait(60)
    QTimer.singleShot(0, lambda: (watch.note("exam.next"), hold_the_thread_up()))
    qtbot.waitUntil(lambda: watch.longest_ms > 150, timeout=5000)
    stall = max(watch.stalls, key=lambda stall: stall.wall_ms)
    assert stall.in_hand == ("exam.next",)


def test_the_time_before_the_event_loop_runs_is_no_stall(qtbot: QtBot) -> None:
    watch = StallWatch()
    watch.start()
    hold_the_thread_up()
    qtbot.waitUntil(lambda: watch.watched_s > 0.25, timeout=5000)
    watch.close()
    assert watch.longest_ms < 150


def test_the_ring_is_bounded_while_all_are_counted(watch: StallWatch) -> None:
    for _ in range(500):
        watch._keep(60.0, 1.0)
    assert watch.count == 500
    assert len(watch.stalls) == 200
