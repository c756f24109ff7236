"""Decoded frames as Qt signals: many at once become one."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Qt, Signal, Slot

from viewer.loading.errors import UnreadableImage
from viewer.loading.frame_store import FrameKey


class DecodeSignals(QObject):
    """Takes a decode pool's calls from its threads, and tells the GUI thread in its own time."""

    frames_ready = Signal(frozenset)
    """FrameKeys that were decoded since the last time."""
    frames_failed = Signal(frozenset)
    """FrameKeys that cannot be decoded; problem_of says why."""
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._ready: set[FrameKey] = set()
        self._failed: set[FrameKey] = set()
        self._reasons: dict[FrameKey, str] = {}
        self._is_awake = False
        self._woken.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def on_ready(self, image_id: str, slice_index: int) -> None:
        """Note a decoded frame; from any thread."""
        with self._lock:
            self._ready.add((image_id, slice_index))
            self._reasons.pop((image_id, slice_index), None)
            must_wake = self._must_wake()
        if must_wake:
            self._woken.emit()

    def on_failed(self, image_id: str, slice_index: int, error: UnreadableImage) -> None:
        """Note a frame that cannot be decoded; from any thread."""
        with self._lock:
            self._failed.add((image_id, slice_index))
            self._reasons[(image_id, slice_index)] = str(error)
            must_wake = self._must_wake()
        if must_wake:
            self._woken.emit()

    def problem_of(self, key: FrameKey) -> str | None:
        """Why a frame cannot be shown, if it cannot."""
        # Without the lock: the window asks for every slice it draws, and one look is atomic.
        return self._reasons.get(key)

    def forget(self) -> None:
        """Drop everything known of frames, as when another exam hangs."""
        with self._lock:
            self._ready.clear()
            self._failed.clear()
            self._reasons.clear()

    def _must_wake(self) -> bool:
        """Whether nobody has called the GUI thread yet; call with the lock held."""
        was_awake, self._is_awake = self._is_awake, True
        return not was_awake

    @Slot()
    def _tell(self) -> None:
        with self._lock:
            ready, failed = frozenset(self._ready), frozenset(self._failed)
            self._ready.clear()
            self._failed.clear()
            self._is_awake = False
        if ready:
            self.frames_ready.emit(ready)
        if failed:
            self.frames_failed.emit(failed)
