"""Studies of a few phantom exams, and windows on them that leave nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from reading_driver import ReadingDriver
from reading_study import a_protocol, make_study, write_exams

from viewer.storage.open_journal import open_journal
from viewer.storage.places import Places
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.event import Event
from viewer.study.protocol import Protocol
from viewer.ui.theme import apply_theme

Start = Callable[..., ReadingDriver]


@pytest.fixture(scope="session")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two phantom exams."""
    return write_exams(tmp_path_factory.mktemp("exams"), exams=2)


@pytest.fixture
def protocol(exams: Path) -> Protocol:
    """Every question, alone and with the AI."""
    return a_protocol(exams)


@pytest.fixture
def make(tmp_path: Path, exams: Path) -> Callable[[Protocol], Path]:
    """Makes the study of a protocol."""
    return lambda protocol: make_study(tmp_path / "study", protocol, exams).path


@pytest.fixture
def study(make: Callable[[Protocol], Path], protocol: Protocol) -> Path:
    """The plain study."""
    return make(protocol)


@pytest.fixture
def start(qapp: QApplication, tmp_path: Path) -> Iterator[Start]:
    """Opens windows; fails the test that leaves a thread behind."""
    before = set(threading.enumerate())
    started: list[ReadingDriver] = []
    style, font = qapp.styleSheet(), qapp.font()
    apply_theme(qapp)

    def begin(study: Path, reader_id: str = "r1", **options: object) -> ReadingDriver:
        driver = ReadingDriver(study, reader_id, tmp_path / "home", **options)
        started.append(driver)
        return driver

    yield begin
    for driver in started:
        if not driver.is_closed:
            driver.close()
    qapp.setStyleSheet(style)
    qapp.setFont(font)
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert left == [], f"threads left behind: {left}"


@pytest.fixture
def events(tmp_path: Path) -> Callable[[Path], list[Event]]:
    """Reads the journal of a study, checked against its chain."""

    def read(study: Path) -> list[Event]:
        folder = StudyFolder(study)
        home = tmp_path / "home"
        journal = open_journal(
            folder,
            read_protocol(folder),
            read_only=True,
            role="analyst",
            where=Places(config=home / "config", cache=home / "cache"),
        )
        try:
            return list(journal.events())
        finally:
            journal.close()

    return read
