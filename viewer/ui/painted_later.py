"""What stands around the images of another exam is painted part by part."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtCore import Slot as QtSlot
from PySide6.QtWidgets import QWidget

from viewer.session.session import Change, Session


class PaintedLater(QObject):
    """Paints the parts around the images in turns of their own when much changes at once.

    All parts take the change at once; only their painting waits, some milliseconds. Painted
    together they would hold up the reader's next key.
    """

    def __init__(
        self, *, session: Session, parts: Sequence[QWidget], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = tuple(parts)
        self._held: deque[QWidget] = deque()
        # Runs when nothing else waits, so after what has been asked for is painted.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._let_one_paint)
        session.changed.connect(self._follow)

    @property
    def is_waiting(self) -> bool:
        """Whether a part has not been let paint."""
        return bool(self._held)

    def _follow(self, change: Change) -> None:
        is_folding = change.old.options.full_screen != change.new.options.full_screen
        if not (change.touches("exam_id") or is_folding):
            return
        for part in self._parts:
            if part.updatesEnabled():
                part.setUpdatesEnabled(False)
                self._held.append(part)
        self._timer.start()

    @QtSlot()
    def _let_one_paint(self) -> None:
        if self._held:
            self._held.popleft().setUpdatesEnabled(True)
        if not self._held:
            self._timer.stop()
