"""A wizard as a test drives it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from viewer.app_study_design import designer_window
from viewer.study.protocol import (
    Arm,
    Design,
    Protocol,
    StudyCase,
    StudyReader,
    StudySession,
)
from viewer.ui.file_chooser import FileChooser
from viewer.ui.study_design.designer import Designer

WAIT_MS = 30_000


class DesignChooser(FileChooser):
    """Answers as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None
        self.files: list[Path] = []
        self.save_as: Path | None = None

    def folder_to_open(self, parent: QWidget) -> Path | None:
        return self.folder

    def files_to_open(self, parent: QWidget) -> list[Path]:
        return self.files

    def file_to_save(
        self, parent: QWidget, *, title: str, name: str, formats: tuple[str, ...]
    ) -> tuple[Path, str] | None:
        return None if self.save_as is None else (self.save_as, formats[0])


def sound_protocol(*, cases: int = 4) -> Protocol:
    """Two readers, one sequential arm, one session."""
    return Protocol(
        study_id="small",
        title="A small study",
        seed=5,
        arms=(Arm(arm_id="A", design=Design.SEQUENTIAL),),
        readers=(
            StudyReader(reader_id="R01", arm_id="A", experience_years=4),
            StudyReader(reader_id="R02", arm_id="A"),
        ),
        sessions=(StudySession(session_id="S1"),),
        cases=tuple(
            StudyCase(case_id=f"case{n:04d}", path=f"exams/{n}", patient=f"P{n:04d}")
            for n in range(1, cases + 1)
        ),
    )


def started(
    qtbot: QtBot, chooser: FileChooser | None = None, *, may_discard: bool = True
) -> Designer:
    """A wizard on a new study, shown."""
    window = designer_window(chooser, seed=42, may_discard=lambda _: may_discard)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    return window


def settle(qtbot: QtBot, window: Designer) -> None:
    """Wait until nothing is searched, read or written."""
    qtbot.waitUntil(lambda: not window.is_busy, timeout=WAIT_MS)
