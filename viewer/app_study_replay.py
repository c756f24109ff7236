"""The replay window's composition root."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from viewer.app import DECODERS
from viewer.app_frames import frame_store
from viewer.app_start import dark_application, end_on_interrupt, favour_the_window, size_on
from viewer.blind_log import words_of_cases
from viewer.errors import Problem
from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.study_film import Film, load_film, reading_named
from viewer.jobs.study_truth import ShownTruth
from viewer.jobs.task import Task
from viewer.loading.decode_pool import DecodePool
from viewer.logs import start_logging, stop_logging
from viewer.session.session import Session
from viewer.session.state import Options, SessionState
from viewer.storage.open_journal import open_journal
from viewer.storage.places import Places, places
from viewer.storage.settings_file import read_settings
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.journal import Journal
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import StudyProjection
from viewer.study.protocol import Protocol
from viewer.ui.hanging_view import HangingView
from viewer.ui.pane_presenter import PanePresenter
from viewer.ui.study.replay_window import ReplayWindow
from viewer.ui.theme import use_text_size


class ReplayProgram(QObject):
    """The whole replay window; needs a QApplication. Nothing of the study is written."""

    def __init__(
        self,
        *,
        folder: StudyFolder,
        protocol: Protocol,
        journal: Journal,
        key: ReadingKey,
        where: Places,
    ) -> None:
        super().__init__()
        self._journal = journal
        self._is_closed = False
        stored = read_settings(where.settings_file)
        settings = stored.settings
        use_text_size(settings.text_percent)
        self.session = Session(SessionState(options=Options(ai_words=False)))
        self.signals = DecodeSignals(self)
        store = frame_store(settings)
        self.pool = DecodePool(
            store=store,
            on_ready=self.signals.on_ready,
            on_failed=self.signals.on_failed,
            workers=DECODERS,
        )
        self.files = ExamFiles(
            session=self.session,
            store=store,
            pool=self.pool,
            signals=self.signals,
            parent=self,
        )
        self.hanging = HangingView(session=self.session)
        self.window = ReplayWindow(
            session=self.session,
            files=self.files,
            hanging=self.hanging,
            overlay=settings.overlay,
        )
        if stored.complaints:
            self.window.notice("; ".join(stored.complaints))
        self.pane_presenter = PanePresenter(
            session=self.session,
            hanging=self.hanging,
            files=self.files,
            signals=self.signals,
            truth=ShownTruth(self),
            parent=self,
        )
        self._task: Task[Film] = Task(
            lambda progress: load_film(folder, protocol, journal, key, progress),
            name="study-film",
            parent=self,
        )
        self._task.succeeded.connect(self.window.show_film)
        self._task.failed.connect(self._say)
        self.window.closing.connect(self.close)
        self._task.start()

    @Slot()
    def close(self) -> None:
        """Stop everything that runs, and wait for it."""
        if self._is_closed:
            return
        self._is_closed = True
        self._task.cancel()
        self._task.join()
        self.files.close()
        self.hanging.finish()
        self.session.changed.disconnect()
        self._journal.close()

    @Slot(Problem)
    def _say(self, problem: Problem) -> None:
        self.window.show_problem(problem.text)


def run_replay(path: Path, *, reader_id: str, session_id: str, case: str) -> int:
    """Show the replay of one case until its window is closed; returns the exit code.

    session_id: empty for the reader's first. case: a blind number, or the place in the list.
    Raises StudyError when there is no such reading.
    """
    application = dark_application()
    where = places(os.environ)
    folder = StudyFolder.of(path)
    protocol = read_protocol(folder)
    journal = open_journal(folder, protocol, read_only=True, role="analyst", where=where)
    try:
        projection = StudyProjection.of(journal.events())
        key = reading_named(projection, reader_id=reader_id, session_id=session_id, case=case)
    except BaseException:
        journal.close()
        raise
    start_logging(where.cache, hidden=words_of_cases(protocol))
    program = ReplayProgram(folder=folder, protocol=protocol, journal=journal, key=key, where=where)
    end_on_interrupt(application)
    program.window.resize(*size_on(application))
    program.window.showMaximized()
    favour_the_window()
    try:
        return application.exec()
    finally:
        program.close()
        stop_logging()
