"""Decoded frames as Qt signals: many at once become one."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, Qt, Signal, Slot

from viewer.loading.errors import UnreadableImage
from viewer.loading.frame_store import FrameKey


class DecodeSignals(QObject):
    """Takes a decode pool's calls from its threads, and tells the GUI thread in its own time.

    Without locks: a decoding thread that lost the processor while it held one would make the
    window wait. Single operations on a deque and a dict are safe between threads.
    """

    frames_ready = Signal(frozenset)
    """FrameKeys that were decoded since the last time."""
    frames_failed = Signal(frozenset)
    """FrameKeys that cannot be decoded; problem_of says why."""
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ready: deque[FrameKey] = deque()
        self._failed: deque[FrameKey] = deque()
        self._reasons: dict[FrameKey, str] = {}
        self._is_awake = False
        self._woken.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def on_ready(self, image_id: str, slice_index: int) -> None:
        """Note a decoded frame; from any thread."""
        self._reasons.pop((image_id, slice_index), None)
        self._ready.append((image_id, slice_index))
        self._wake()

    def on_failed(self, image_id: str, slice_index: int, error: UnreadableImage) -> None:
        """Note a frame that cannot be decoded; from any thread."""
        self._reasons[(image_id, slice_index)] = str(error)
        self._failed.append((image_id, slice_index))
        self._wake()

    def problem_of(self, key: FrameKey) -> str | None:
        """Why a frame cannot be shown, if it cannot."""
        return self._reasons.get(key)

    def forget(self) -> None:
        """Drop everything known of frames, as when another exam hangs."""
        self._ready.clear()
        self._failed.clear()
        self._reasons.clear()

    def _wake(self) -> None:
        # Two threads may both find it asleep and both call: then the second finds nothing to tell.
        if not self._is_awake:
            self._is_awake = True
            self._woken.emit()

    @Slot()
    def _tell(self) -> None:
        # First, so that a frame noted while these are taken out calls again.
        self._is_awake = False
        ready, failed = _taken_out(self._ready), _taken_out(self._failed)
        if ready:
            self.frames_ready.emit(ready)
        if failed:
            self.frames_failed.emit(failed)


def _taken_out(keys: deque[FrameKey]) -> frozenset[FrameKey]:
    found = set()
    while keys:
        found.add(keys.popleft())
    return frozenset(found)
