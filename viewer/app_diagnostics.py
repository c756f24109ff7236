"""Composition of what measures how quickly the window answers."""

from __future__ import annotations

import os
import platform

import psutil
import PySide6
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from viewer.commands.diagnosis_words import diagnosis_words
from viewer.domain.responsiveness import Reaction, percentiles
from viewer.jobs.stall_watch import StallWatch
from viewer.loading.frame_store import FrameStore
from viewer.session.reaction import changed_names
from viewer.session.session import Change, Session
from viewer.ui.hanging_view import HangingView
from viewer.ui.main_window import MainWindow
from viewer.ui.response_clock import ResponseClock

_MEGABYTE = 1 << 20


class Diagnostics(QObject):
    """Watches from its making until it is closed; make it before what listens to the session."""

    def __init__(self, *, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._store: FrameStore | None = None
        self._hanging: HangingView | None = None
        self._window: MainWindow | None = None
        self.stalls = StallWatch(self)
        self.clock = ResponseClock(
            session=session,
            scenes_painted=self._scenes_painted,
            images_painted=self._images_painted,
            parent=self,
        )
        session.changed.connect(self._follow)

    def watch(self, window: MainWindow, hanging: HangingView, store: FrameStore) -> None:
        """Begin, once the window is made."""
        self._hanging, self._store, self._window = hanging, store, window
        self.clock.watch(window)
        self.stalls.start()

    def text(self) -> str:
        """What was measured so far; no patient data."""
        return diagnosis_words(
            watched_s=self.stalls.watched_s,
            stalls=self.stalls.stalls,
            stall_count=self.stalls.count,
            longest_ms=self.stalls.longest_ms,
            reactions={kind: percentiles(self.clock.timings(kind)) for kind in Reaction},
            facts=self._facts(),
        )

    def close(self) -> None:
        """Watch no more."""
        self.stalls.close()

    def _follow(self, change: Change) -> None:
        self.stalls.note("+".join(changed_names(change)))

    def _scenes_painted(self) -> bool:
        if self._hanging is None or self._window is None:
            return True
        if self._window.has_unpainted_parts:
            return False
        panes = self._hanging.panes
        shown = (panes[s] for s in self._session.state.shown_slots if s in panes)
        return all(pane.has_painted_newest for pane in shown if pane.isVisible())

    def _images_painted(self) -> bool:
        if self._hanging is None:
            return True
        state, panes = self._session.state, self._hanging.panes
        return all(
            slot in panes and panes[slot].has_painted_image
            for slot in state.shown_slots
            if state.panes[slot].image_id is not None
        )

    def _facts(self) -> list[tuple[str, str]]:
        memory = psutil.Process().memory_info().rss / _MEGABYTE
        screens = ", ".join(
            f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}"
            for screen in QGuiApplication.screens()
        )
        return [
            ("memory", f"{memory:.0f} MB resident"),
            ("frames in memory", self._frames()),
            ("screen", screens),
            ("Qt", f"{PySide6.__version__} on {QGuiApplication.platformName()}"),
            ("Python", platform.python_version()),
            ("system", f"{platform.system()} {platform.release()}, {os.cpu_count()} cores"),
        ]

    def _frames(self) -> str:
        if self._store is None:
            return "none"
        stats = self._store.stats()
        asked = stats.hits + stats.misses
        share = f", {stats.hits / asked:.0%} found" if asked else ""
        return (
            f"{stats.frames}, {stats.stored_bytes / _MEGABYTE:.0f} of "
            f"{stats.budget_bytes / _MEGABYTE:.0f} MB{share}, {stats.evicted} dropped"
        )
