"""Plays the active pane's slices."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from viewer.session.scrolling import cine_step
from viewer.session.session import Change, Session


class CineClock(QObject):
    """Steps the session while cine is on."""

    def __init__(self, *, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._step)
        session.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        cine = change.new.options.cine
        if cine == change.old.options.cine:
            return
        if cine.playing:
            self._timer.start(round(1000 / cine.slices_per_second))
        else:
            self._timer.stop()

    @Slot()
    def _step(self) -> None:
        self._session.apply(lambda state: cine_step(state, state.active))
