"""Slices that tests of decoding can hold back, and what a pool reports of them."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.domain.geometry import AS_STORED
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import UnreadableImage
from viewer.loading.frame_source import LaidFrames

WAIT = 20.0


class CountingFrames:
    """Slices filled with their number, which can be held back and made to fail."""

    def __init__(self, slices: int, *, fail: Any = None) -> None:
        self.slices = slices
        self.codes_are_exact = True
        self.read: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Semaphore(0)
        self._fail = fail or {}

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        self.read.append(slice_index)
        self.started.release()
        assert self.gate.wait(WAIT)
        if slice_index in self._fail:
            raise self._fail[slice_index]
        codes = np.zeros((12, 12), np.uint16)
        codes[1:-1, 1:-1] = slice_index + 1
        return codes

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        return self.read_codes(slice_index)


class Reports:
    """Collects what the pool reports and lets a test wait for it."""

    def __init__(self) -> None:
        self.ready: list[tuple[str, int]] = []
        self.failed: list[tuple[str, int, UnreadableImage]] = []
        self.changed = threading.Condition()

    def on_ready(self, image_id: str, slice_index: int) -> None:
        with self.changed:
            self.ready.append((image_id, slice_index))
            self.changed.notify_all()

    def on_failed(self, image_id: str, slice_index: int, error: UnreadableImage) -> None:
        with self.changed:
            self.failed.append((image_id, slice_index, error))
            self.changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self.changed:
            done = self.changed.wait_for(
                lambda: len(self.ready) + len(self.failed) >= count, timeout=WAIT
            )
        assert done


def source(frames: CountingFrames) -> LaidFrames:
    return LaidFrames(frames, AS_STORED)


def idle(pool: DecodePool) -> None:
    deadline = time.monotonic() + WAIT
    while not pool.idle():
        assert time.monotonic() < deadline
        time.sleep(0.005)
