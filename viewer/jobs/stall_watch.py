"""Notices when the GUI thread does not come back to its event loop, and what it was doing."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from viewer.domain.responsiveness import STALL_MS, Stall

_BEAT_MS = 10
_LOOK_EVERY_S = 0.02
_KEPT = 200
"""Stalls of which the circumstances are kept: the newest; all of them are counted."""
_DEEPEST = 16
_NOTES = 8


class StallWatch(QObject):
    """A timer in the GUI thread says that it lives; a thread beside it looks when it is late.

    Make and start it in the GUI thread. Nothing counts before the event loop runs. The thread
    reads function names only, never values.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stalls: deque[Stall] = deque(maxlen=_KEPT)
        self._count = 0
        self._longest_ms = 0.0
        self._started = time.perf_counter()
        self._gui_thread = threading.get_ident()
        self._beat: float | None = None
        self._beat_cpu = 0.0
        self._in_hand: deque[str] = deque(maxlen=_NOTES)
        self._seen: tuple[float, tuple[str, ...]] = (0.0, ())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="stall-watch", daemon=True)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def stalls(self) -> tuple[Stall, ...]:
        """The newest stalls, oldest first."""
        return tuple(self._stalls)

    @property
    def count(self) -> int:
        """How many stalls there were since the start."""
        return self._count

    @property
    def longest_ms(self) -> float:
        """The longest stall since the start; 0 when there was none."""
        return self._longest_ms

    @property
    def watched_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started

    def start(self) -> None:
        """Begin to watch."""
        self._timer.start(_BEAT_MS)
        self._thread.start()

    def close(self) -> None:
        """Watch no more; what was seen stays."""
        self._timer.stop()
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def note(self, what: str) -> None:
        """Remember what the GUI thread has in hand, until it is next seen alive."""
        self._in_hand.append(what)

    @Slot()
    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        if self._beat is not None:
            late_ms = (now - self._beat) * 1000 - _BEAT_MS
            if late_ms > STALL_MS:
                self._keep(late_ms, (cpu - self._beat_cpu) * 1000)
        self._beat, self._beat_cpu = now, cpu
        self._in_hand.clear()

    def _keep(self, wall_ms: float, cpu_ms: float) -> None:
        self._count += 1
        self._longest_ms = max(self._longest_ms, wall_ms)
        beat, stack = self._seen
        self._stalls.append(
            Stall(
                since_start_s=time.perf_counter() - self._started - wall_ms / 1000,
                wall_ms=wall_ms,
                cpu_ms=cpu_ms,
                in_hand=tuple(self._in_hand),
                stack=stack if beat == self._beat else (),
            )
        )

    def _look(self) -> None:
        """Runs beside the GUI thread: once a stall, where that thread is."""
        while not self._stop.wait(_LOOK_EVERY_S):
            beat = self._beat
            if beat is None or beat == self._seen[0]:
                continue
            if (time.perf_counter() - beat) * 1000 - _BEAT_MS > STALL_MS * 0.6:
                self._seen = (beat, _functions(sys._current_frames().get(self._gui_thread)))


def _functions(frame: FrameType | None) -> tuple[str, ...]:
    """Names of the functions a thread is in, innermost first."""
    names: list[str] = []
    while frame is not None and len(names) < _DEEPEST:
        module = frame.f_globals.get("__name__", "?")
        names.append(f"{module}.{frame.f_code.co_qualname}:{frame.f_lineno}")
        frame = frame.f_back
    return tuple(names)
