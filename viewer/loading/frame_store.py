"""Decoded frames within a memory budget, the least recently wanted dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psutil

from viewer.domain.frame import Frame

FrameKey = tuple[str, int]
"""Image id and slice index."""

MOST_BYTES = 1400 << 20
"""Holds most of a 4-view exam of 70 full-size slices, cropped to the breast, and leaves room for
the libraries, one network and the frames being decoded within 2.5 GB."""


def default_budget() -> int:
    """Return how many bytes of frames to keep: at most MOST_BYTES, or a third of the memory."""
    return min(MOST_BYTES, int(psutil.virtual_memory().total) // 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStats:
    """How full a store is and how well it serves."""

    frames: int
    stored_bytes: int
    budget_bytes: int
    hits: int
    misses: int
    evicted: int


class FrameStore:
    """A thread-safe cache of frames; what is pinned (on screen) is never dropped."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._frames: OrderedDict[FrameKey, Frame] = OrderedDict()
        self._pinned: frozenset[FrameKey] = frozenset()
        self._stored_bytes = 0
        self._hits = self._misses = self._evicted = 0

    def get(self, image_id: str, slice_index: int) -> Frame | None:
        """Return a frame and count it as just used, or None when it is not stored."""
        key = (image_id, slice_index)
        with self._lock:
            frame = self._frames.get(key)
            if frame is None:
                self._misses += 1
                return None
            self._hits += 1
            self._frames.move_to_end(key)
            return frame

    def put(self, image_id: str, slice_index: int, frame: Frame) -> None:
        """Store a frame and drop the least recently wanted ones beyond the budget."""
        key = (image_id, slice_index)
        with self._lock:
            self._forget(key)
            self._frames[key] = frame
            self._stored_bytes += frame.stored_bytes
            self._evict(spare=key)

    def pin(self, keys: Iterable[FrameKey]) -> None:
        """Keep exactly these frames (those on screen) whatever the budget."""
        with self._lock:
            self._pinned = frozenset(keys)

    def want(self, keys: Iterable[FrameKey]) -> None:
        """Say which frames matter, the most wanted first; the others are dropped before them."""
        with self._lock:
            for key in reversed(tuple(keys)):
                if key in self._frames:
                    self._frames.move_to_end(key)

    def missing(self, keys: Iterable[FrameKey]) -> tuple[FrameKey, ...]:
        """Return those of the keys that are not stored, in the same order."""
        with self._lock:
            return tuple(key for key in keys if key not in self._frames)

    def keep_only(self, image_ids: Collection[str]) -> None:
        """Drop every frame of other images."""
        with self._lock:
            for key in [key for key in self._frames if key[0] not in image_ids]:
                self._forget(key)

    @property
    def budget_bytes(self) -> int:
        """How many bytes of frames are kept, beyond what is pinned."""
        return self._budget_bytes

    def stats(self) -> StoreStats:
        """Return the present state."""
        with self._lock:
            return StoreStats(
                frames=len(self._frames),
                stored_bytes=self._stored_bytes,
                budget_bytes=self._budget_bytes,
                hits=self._hits,
                misses=self._misses,
                evicted=self._evicted,
            )

    def _forget(self, key: FrameKey) -> None:
        frame = self._frames.pop(key, None)
        if frame is not None:
            self._stored_bytes -= frame.stored_bytes

    def _evict(self, spare: FrameKey) -> None:
        if self._stored_bytes <= self._budget_bytes:
            return
        for key in list(self._frames):
            if self._stored_bytes <= self._budget_bytes:
                return
            if key != spare and key not in self._pinned:
                self._forget(key)
                self._evicted += 1
