"""Notes which slices stay on screen long enough to count as seen."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from viewer.domain.hanging import Slot as HangingSlot
from viewer.session.seen_slices import SEEN_MS, counting, slices_seen
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.ui.hanging_view import HangingView

_LOOK_MS = 10
Shown = tuple[str, int]
"""Image id and slice index."""


class SeenRecorder(QObject):
    """Looks at the panes for a moment after each change of slice, and never otherwise."""

    def __init__(
        self, *, session: Session, hanging: HangingView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._hanging = hanging
        self._painted_since: dict[HangingSlot, tuple[Shown, float | None]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        session.apply(counting)
        session.changed.connect(self._follow)
        self._take(session.state)

    def _follow(self, change: Change) -> None:
        if change.touches("panes", "layout", "active", "exams", "stage_index", "protocol"):
            self._take(change.new)

    def _take(self, state: SessionState) -> None:
        """Begin to wait for what is shown now and was not seen yet."""
        seen = state.seen or {}
        waiting: dict[HangingSlot, tuple[Shown, float | None]] = {}
        for slot in state.shown_slots:
            pane, image = state.panes[slot], state.image_in(slot)
            if image is None or image.slices < 2:
                continue
            shown = (image.image_id, pane.slice_index)
            if pane.slice_index not in seen.get(image.image_id, frozenset()):
                before = self._painted_since.get(slot)
                waiting[slot] = before if before and before[0] == shown else (shown, None)
        self._painted_since = waiting
        if waiting and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _look(self) -> None:
        now, seen = time.monotonic(), {}
        for slot, (shown, since) in list(self._painted_since.items()):
            pane = self._hanging.panes.get(slot)
            if pane is None:
                # It hangs in another window, which has a recorder of its own.
                del self._painted_since[slot]
            elif not pane.isVisible() or not pane.has_painted_image:
                self._painted_since[slot] = (shown, None)
            elif since is None:
                self._painted_since[slot] = (shown, now)
            elif (now - since) * 1000 >= SEEN_MS:
                seen[shown[0]] = shown[1]
                del self._painted_since[slot]
        if seen:
            self._session.apply(lambda state: slices_seen(state, seen))
        # Frames may take long to decode: then it is enough to look again at the next change or
        # now and then.
        slow = all(since is None for _, since in self._painted_since.values())
        self._timer.setInterval(_LOOK_MS * 3 if slow else _LOOK_MS)
        if not self._painted_since:
            self._timer.stop()
