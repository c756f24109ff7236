"""How full the memory for decoded slices and their cache on disk are, and clearing that cache."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.loading.frame_store import FrameStore
from viewer.storage.frame_cache import DecodedCache

_LOOK_EVERY_MS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRoom:
    """Bytes used and allowed."""

    memory_used: int
    memory_budget: int
    disk_used: int | None
    """None: the cache on disk is off."""
    disk_limit: int


class FrameMemory(QObject):
    """Tells every two seconds how full both are, and once what went wrong on disk."""

    told = Signal(FrameRoom)
    noticed = Signal(str)
    cleared = Signal()

    def __init__(
        self, *, store: FrameStore, cache: DecodedCache, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._cache = cache
        self._noticed: str | None = None
        self._threads: list[threading.Thread] = []
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to tell; how full the disk is, is counted in a thread."""
        self._run(self._cache.measure)
        self._clock.start(_LOOK_EVERY_MS)
        self.look()

    @Slot()
    def look(self) -> None:
        """Tell the present state, kept within the budget."""
        self._store.trim()
        self.told.emit(self.room)
        problem = self._cache.problem
        if problem is not None and problem != self._noticed:
            self._noticed = problem
            self.noticed.emit(problem)

    @property
    def room(self) -> FrameRoom:
        """The present state."""
        stats = self._store.stats()
        return FrameRoom(
            memory_used=stats.stored_bytes,
            memory_budget=stats.budget_bytes,
            disk_used=(self._cache.used_bytes or 0) if self._cache.is_on else None,
            disk_limit=self._cache.largest_bytes,
        )

    def use_cache(self, on: bool) -> None:
        """Turn the cache on disk on or off; off also deletes what is in it."""
        was_on = self._cache.is_on
        self._cache.turn(on)
        if was_on and not on:
            self.clear()
        self.look()

    def clear(self) -> None:
        """Delete every slice on disk, in a thread; `cleared` says when."""
        self._run(self._clear)

    def close(self) -> None:
        """Stop, and wait for what is being deleted."""
        self._clock.stop()
        for thread in self._threads:
            thread.join()

    def _clear(self) -> None:
        self._cache.clear()
        self.cleared.emit()

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="frame-cache")
        self._threads = [*(t for t in self._threads if t.is_alive()), thread]
        thread.start()
