"""Decoded frames of all open exams within one budget, the least wanted dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from viewer.domain.frame import Frame

FrameKey = tuple[str, int]
"""Image id and slice index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStats:
    """How full a store is and how well it serves."""

    frames: int
    stored_bytes: int
    budget_bytes: int
    hits: int
    misses: int
    evicted: int


def _nothing() -> int:
    return 0


class FrameStore:
    """A thread-safe cache of frames; what is pinned (on screen) is never dropped.

    Dropped first are frames of exams that nobody waits for, then those decoded ahead for other
    exams (the least wanted first), and only then those of the exam that hangs.
    """

    def __init__(self, budget_bytes: int, *, beside: Callable[[], int] = _nothing) -> None:
        """beside: how many bytes are kept beside the frames just now, asked for whenever it counts.

        It is called with the store locked, from any thread.
        """
        self._budget_bytes = budget_bytes
        self._beside = beside
        self._lock = threading.Lock()
        self._frames: OrderedDict[FrameKey, Frame] = OrderedDict()
        self._pinned: frozenset[FrameKey] = frozenset()
        self._hanging: frozenset[str] = frozenset()
        self._later: dict[FrameKey, int] = {}
        self._stored_bytes = 0
        self._taken: dict[object, int] = {}
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

    def put(self, image_id: str, slice_index: int, frame: Frame, *, least: bool = False) -> None:
        """Store a frame and drop the least recently wanted ones beyond the budget.

        least: a frame of no exam that hangs or is wanted ahead, which is worth none of theirs.
        """
        key = (image_id, slice_index)
        with self._lock:
            self._forget(key)
            self._frames[key] = frame
            self._stored_bytes += frame.stored_bytes
            # A frame wanted ahead is never worth one of the exam that hangs.
            self._evict(spare=None if least or key in self._later else key)

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

    def serve(self, hanging: Collection[str], later: Sequence[FrameKey]) -> None:
        """Say whose frames matter most, and which of other exams matter next.

        hanging: ids of the images that hang. later: frames wanted ahead, the most wanted first.
        """
        with self._lock:
            self._hanging = frozenset(hanging)
            self._later = {key: rank for rank, key in enumerate(later)}

    def has_room_for(self, key: FrameKey, frame_bytes: float) -> bool:
        """Return whether a frame wanted ahead fits without dropping a more wanted one."""
        with self._lock:
            rank = self._later.get(key)
            if rank is None:
                return False
            more_wanted = sum(
                frame.stored_bytes
                for other, frame in self._frames.items()
                if other[0] in self._hanging
                or other in self._pinned
                or self._later.get(other, len(self._later)) < rank
            )
            return more_wanted + frame_bytes <= self._room

    def take(self, taken_bytes: int, *, what: object = None) -> None:
        """Say how much of the budget something else uses, such as compressed frames.

        what: who uses it; each user's newest word counts.
        """
        with self._lock:
            self._taken[what] = taken_bytes
            self._evict(spare=None)

    def trim(self) -> None:
        """Drop what is beyond the budget by now, because more is kept beside the frames."""
        with self._lock:
            self._evict(spare=None)

    def taker(self) -> Callable[[int], None]:
        """Return `take` for one more user of the budget."""
        what = object()
        return lambda taken_bytes: self.take(taken_bytes, what=what)

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
        return self._budget_bytes - self._taken_bytes

    def stats(self) -> StoreStats:
        """Return the present state."""
        with self._lock:
            return StoreStats(
                frames=len(self._frames),
                stored_bytes=self._stored_bytes + self._taken_bytes,
                budget_bytes=self._budget_bytes,
                hits=self._hits,
                misses=self._misses,
                evicted=self._evicted,
            )

    def _forget(self, key: FrameKey) -> None:
        frame = self._frames.pop(key, None)
        if frame is not None:
            self._stored_bytes -= frame.stored_bytes

    @property
    def _taken_bytes(self) -> int:
        return sum(self._taken.values()) + self._beside()

    @property
    def _room(self) -> int:
        return self._budget_bytes - self._taken_bytes

    def _evict(self, spare: FrameKey | None) -> None:
        if self._stored_bytes <= self._room:
            return
        for key in self._least_wanted():
            if self._stored_bytes <= self._room:
                return
            if key != spare and key not in self._pinned:
                self._forget(key)
                self._evicted += 1

    def _least_wanted(self) -> list[FrameKey]:
        """Every frame, the one to drop first at the front; call with the lock held."""
        hanging, later, other = [], [], []
        for key in self._frames:
            if key[0] in self._hanging:
                hanging.append(key)
            elif key in self._later:
                later.append(key)
            else:
                other.append(key)
        later.sort(key=self._later.__getitem__, reverse=True)
        return [*other, *later, *hanging]
