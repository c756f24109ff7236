"""Keeps how far the reader is with each exam, and what they said of the list, between runs."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.errors import Problem, problem_of
from viewer.session.patient import patients_known
from viewer.session.session import Change, Session
from viewer.session.worklist import statuses_known
from viewer.session.worklist_order import list_ordered
from viewer.storage.reading_status import Reading, read_reading, write_reading
from viewer.storage.toml_file import NotKept

_AFTER_MS = 400


class KeptStatuses(QObject):
    """Reads the file once, and writes it a moment after each change, in a thread."""

    not_kept = Signal(Problem)

    def __init__(self, *, session: Session, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._file = file
        kept, self.complaint = read_reading(file)
        session.apply(lambda state: statuses_known(state, kept.statuses))
        session.apply(lambda state: list_ordered(state, kept.order))
        session.apply(lambda state: patients_known(state, kept.confirmed))
        self._written = self._now()
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
        if self._now() != self._written:
            self._write(self._now())

    def _follow(self, change: Change) -> None:
        before, after = change.old.worklist, change.new.worklist
        listed = after.statuses is not before.statuses or after.order != before.order
        if listed or change.touches("confirmed_patients"):
            self._timer.start()

    @Slot()
    def _write_in_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._timer.start()
            return
        self._written = self._now()
        self._thread = threading.Thread(target=self._write, args=(self._written,), name="statuses")
        self._thread.start()

    def _now(self) -> Reading:
        state = self._session.state
        return Reading(
            statuses=state.worklist.statuses,
            order=state.worklist.order,
            confirmed=state.confirmed_patients,
        )

    def _write(self, reading: Reading) -> None:
        try:
            write_reading(self._file, reading)
        except NotKept as error:
            if not self._complained:
                self._complained = True
                self.not_kept.emit(problem_of(error))
