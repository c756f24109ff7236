"""Opens a study for one reader, and shows the reading window until it is closed."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from PySide6.QtWidgets import QApplication

from viewer.app_start import dark_application, end_on_interrupt, favour_the_window, size_on
from viewer.app_study import OpenStudy, StudyProgram
from viewer.blind_log import words_of_cases
from viewer.logs import start_logging, stop_logging
from viewer.storage.open_journal import open_journal
from viewer.storage.places import Places, places
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.errors import StudyError
from viewer.study.projection import SessionStatus, StudyProjection
from viewer.study.protocol import Protocol
from viewer.study.schedule import NextSession, Turn, next_session
from viewer.ui.study.session_flow import Workplace


def open_study(
    path: Path, reader_id: str, *, where: Places, screen: tuple[int, int], now: datetime
) -> OpenStudy:
    """Read the protocol, open the journal, and find the reader's next session.

    screen: width and height in device pixels. Raises StudyError in words.
    """
    folder = StudyFolder.of(path)
    protocol = read_protocol(folder)
    _check_reader(protocol, reader_id)
    journal = open_journal(folder, protocol, reader_id=reader_id, where=where)
    try:
        projection = StudyProjection.of(journal.events())
    except BaseException:
        journal.close()
        raise
    return OpenStudy(
        folder=folder,
        protocol=protocol,
        reader_id=reader_id,
        journal=journal,
        projection=projection,
        turn=turn_of(protocol, reader_id, projection, now),
        workplace=Workplace(
            app_version=app_version(), screen=screen, workstation=workstation_hash()
        ),
    )


def turn_of(
    protocol: Protocol, reader_id: str, projection: StudyProjection, now: datetime
) -> NextSession:
    """The reader's next session; first one whose cases are all read and whose end is missing."""
    readings = projection.readings()
    for session in protocol.sessions:
        status = projection.session(reader_id, session.session_id).status
        if status not in (SessionStatus.RUNNING, SessionStatus.PAUSED):
            continue
        of_session = [
            state
            for key, state in readings.items()
            if (key.reader_id, key.session_id) == (reader_id, session.session_id)
        ]
        if all(s.is_finished or s.excluded_because is not None for s in of_session):
            return NextSession(
                turn=Turn.RESUME,
                session_id=session.session_id,
                finished=len(of_session),
                planned=len(of_session),
            )
    return next_session(protocol, reader_id, readings, now)


def run_reading(path: Path, reader_id: str) -> int:
    """Show the reading window until it is closed; returns the exit code.

    Raises StudyError when the study cannot be opened.
    """
    application = dark_application()
    where = places(os.environ)
    study = open_study(
        path,
        reader_id,
        where=where,
        screen=_screen(application),
        now=datetime.now(UTC),
    )
    absolute = [str(study.folder.case_path(case.path)) for case in study.protocol.cases]
    start_logging(where.cache, hidden=words_of_cases(study.protocol, absolute))
    program = StudyProgram(study=study, where=where)
    program.messages.catch_everything()
    end_on_interrupt(application)
    program.window.resize(*size_on(application))
    program.window.showMaximized()
    favour_the_window()
    try:
        return application.exec()
    finally:
        program.close()
        stop_logging()


def app_version() -> str:
    """What events name this program's version."""
    return version("tomolens")


def workstation_hash() -> str:
    """Tells workstations apart without naming them."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:16]


def _check_reader(protocol: Protocol, reader_id: str) -> None:
    known = [reader.reader_id for reader in protocol.readers]
    if reader_id not in known:
        raise StudyError(
            f'this study has no reader "{reader_id}"', f"its readers are: {', '.join(known)}"
        )


def _screen(application: QApplication) -> tuple[int, int]:
    screen = application.primaryScreen()
    size, ratio = screen.size(), screen.devicePixelRatio()
    return round(size.width() * ratio), round(size.height() * ratio)
