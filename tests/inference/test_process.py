"""Threads beside a window's give way to it, and know how many cores there are."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from inference.process import usable_cores, yield_to_window

linux = pytest.mark.skipif(sys.platform != "linux", reason="a thread's own priority and cores")


@linux
def test_a_thread_that_yields_lowers_its_own_priority_and_no_others() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    with ThreadPoolExecutor(1, initializer=yield_to_window) as pool:
        assert pool.submit(niceness).result() > before
    assert niceness() == before


@linux
def test_only_cores_that_the_process_may_use_are_counted() -> None:
    allowed = os.sched_getaffinity(0)
    assert usable_cores() == len(allowed)

    def on_one_core() -> int:
        os.sched_setaffinity(threading.get_native_id(), {min(allowed)})
        return usable_cores()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(on_one_core).result() == 1
