"""Keeps how far the reader is with each exam, between runs."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.domain.worklist import ReadingStatus
from viewer.errors import Problem, problem_of
from viewer.session.session import Change, Session
from viewer.session.worklist import statuses_known
from viewer.storage.reading_status import read_statuses, write_statuses
from viewer.storage.toml_file import NotKept

_AFTER_MS = 400


class KeptStatuses(QObject):
    """Reads the file once, and writes it a moment after each change, in a thread."""

    not_kept = Signal(Problem)

    def __init__(self, *, session: Session, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._file = file
        kept, self.complaint = read_statuses(file)
        session.apply(lambda state: statuses_known(state, kept))
        self._written = session.state.worklist.statuses
        self._complained = False
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AFTER_MS)
        self._timer.timeout.connect(self._write_in_thread)
        session.changed.connect(self._follow)

    def close(self) -> None:
        """Write what is not written yet."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()
        statuses = self._session.state.worklist.statuses
        if statuses is not self._written:
            self._write(dict(statuses))

    def _follow(self, change: Change) -> None:
        if change.new.worklist.statuses is not change.old.worklist.statuses:
            self._timer.start()

    @Slot()
    def _write_in_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._timer.start()
            return
        self._written = self._session.state.worklist.statuses
        kept = dict(self._written)
        self._thread = threading.Thread(target=self._write, args=(kept,), name="statuses")
        self._thread.start()

    def _write(self, statuses: dict[str, ReadingStatus]) -> None:
        try:
            write_statuses(self._file, statuses)
        except NotKept as error:
            if not self._complained:
                self._complained = True
                self.not_kept.emit(problem_of(error))
