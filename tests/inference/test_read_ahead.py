"""Reading slices while the network sees those before."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.read_ahead import ReadAhead


class Slices:
    """Slices filled with their number; tells when one was read."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.was_read = threading.Semaphore(0)

    def __call__(self, slice_index: int) -> NDArray[np.float32]:
        self.read.append(slice_index)
        self.was_read.release()
        return np.full((2, 3), slice_index, np.float32)

    def wait(self, count: int) -> None:
        for _ in range(count):
            assert self.was_read.acquire(timeout=10)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_every_slice_is_given_in_order_and_read_once(chunk: int) -> None:
    slices = Slices()
    ahead = ReadAhead(slices, 7)
    taken = []
    for first in range(0, 7, chunk):
        taken += [int(one[0, 0]) for one in ahead.take(range(first, min(first + chunk, 7)))]
    assert taken == list(range(7))
    assert sorted(slices.read) == list(range(7))


def test_the_next_chunk_is_read_before_it_is_asked_for() -> None:
    slices = Slices()
    ahead = ReadAhead(slices, 6)
    ahead.take(range(2))
    slices.wait(4)
    assert sorted(slices.read) == [0, 1, 2, 3]


def test_a_smaller_chunk_after_memory_ran_out_still_gets_its_slices() -> None:
    ahead = ReadAhead(Slices(), 9)
    assert len(ahead.take(range(4))) == 4
    assert [int(one[0, 0]) for one in ahead.take(range(4, 5))] == [4]
    assert [int(one[0, 0]) for one in ahead.take(range(5, 6))] == [5]


def test_an_unreadable_slice_is_an_error_when_it_is_asked_for() -> None:
    def read(slice_index: int) -> NDArray[np.float32]:
        if slice_index == 2:
            raise ValueError("slice 2 is damaged")
        return np.zeros((2, 3), np.float32)

    ahead = ReadAhead(read, 4)
    ahead.take(range(2))
    with pytest.raises(ValueError, match="slice 2 is damaged"):
        ahead.take(range(2, 4))
