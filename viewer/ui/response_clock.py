"""Measures how long the reader waits from a command to the painted window."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from viewer.domain.responsiveness import Reaction, Timing
from viewer.session.reaction import reaction_of
from viewer.session.session import Change, Session

_KEPT = 4096
_NEEDS_IMAGES = (Reaction.STAGE, Reaction.EXAM)
"""These end when every image on screen has been painted, not with the first repaint."""


class ResponseClock(QObject):
    """From the first unanswered change of a kind to the repaint of the window that shows it.

    Make it before the parts that listen to the session, so that their work counts.
    """

    def __init__(
        self,
        *,
        session: Session,
        scenes_painted: Callable[[], bool],
        images_painted: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """Ask for what is painted.

        scenes_painted: whether every pane has painted what it was told last. images_painted:
        whether every image that hangs on screen has been painted.
        """
        super().__init__(parent)
        self._scenes_painted = scenes_painted
        self._images_painted = images_painted
        self._waiting: dict[Reaction, tuple[float, float]] = {}
        self._timings: dict[Reaction, deque[Timing]] = {
            reaction: deque(maxlen=_KEPT) for reaction in Reaction
        }
        session.changed.connect(self._follow)

    def watch(self, window: QWidget) -> None:
        """Measure the repaints of this window."""
        window.installEventFilter(self)

    def timings(self, reaction: Reaction) -> Sequence[Timing]:
        """The newest timings of a kind, oldest first."""
        return tuple(self._timings[reaction])

    def forget(self) -> None:
        """Begin anew."""
        self._waiting.clear()
        for timings in self._timings.values():
            timings.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let the window repaint, then look at the clock."""
        if event.type() != QEvent.Type.UpdateRequest or not self._waiting:
            return False
        handled = watched.event(event)
        self._note_painted()
        return handled

    def _follow(self, change: Change) -> None:
        reaction = reaction_of(change)
        if reaction is not None and change.new.exam is not None:
            self._waiting.setdefault(reaction, (time.perf_counter(), time.thread_time()))

    def _note_painted(self) -> None:
        if not self._scenes_painted():
            return
        now, cpu = time.perf_counter(), time.thread_time()
        for reaction, (began, cpu_before) in tuple(self._waiting.items()):
            if reaction in _NEEDS_IMAGES and not self._images_painted():
                continue
            del self._waiting[reaction]
            self._timings[reaction].append(
                Timing(wall_ms=(now - began) * 1000, cpu_ms=(cpu - cpu_before) * 1000)
            )
