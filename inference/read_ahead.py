"""Reading slices while the network sees those before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

_READERS = 4
"""Threads at most; one reads what a chunk of one slice needs."""


class ReadAhead:
    """Gives slices in chunks, and reads the next chunk, as long as the last, meanwhile."""

    def __init__(self, read: Callable[[int], NDArray[np.float32]], total: int) -> None:
        """read: is called from other threads, several at a time."""
        self._read = read
        self._total = total
        self._readers: ThreadPoolExecutor | None = None
        self._coming: dict[int, Future[NDArray[Any]]] = {}

    def take(self, which: range) -> list[NDArray[np.float32]]:
        """Return these slices; raises what reading them raises."""
        if self._total == 1:
            return [self._read(slice_index) for slice_index in which]
        if self._readers is None:
            self._readers = ThreadPoolExecutor(min(len(which), _READERS), "slices")
        wanted = [self._coming_slice(slice_index) for slice_index in which]
        self._coming.clear()
        images = [future.result() for future in wanted]
        for slice_index in range(which.stop, min(which.stop + len(which), self._total)):
            self._coming[slice_index] = self._coming_slice(slice_index)
        return images

    def _coming_slice(self, slice_index: int) -> Future[NDArray[Any]]:
        assert self._readers is not None, "take makes them"
        return self._coming.get(slice_index) or self._readers.submit(self._read, slice_index)
