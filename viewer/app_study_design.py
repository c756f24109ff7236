"""The study wizard's composition root."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from viewer.app_start import dark_application, end_on_interrupt, use_own_text_size
from viewer.commands.seal_truth_file import TRUTH_COLUMNS, seal_truth_file
from viewer.jobs.exam_search import ExamSearch
from viewer.jobs.one_task import OneTask
from viewer.jobs.pilot_search import PilotSearch
from viewer.logs import start_logging, stop_logging
from viewer.storage.places import Places, places
from viewer.ui.file_chooser import FileChooser
from viewer.ui.study_design.designer import FIRST_SIZE, Designer, ask_to_discard
from viewer.ui.window_size import resize_within_screen

_SEED_BITS = 31


def designer_window(
    chooser: FileChooser | None = None,
    *,
    seed: int | None = None,
    may_discard: Callable[[QWidget], bool] = ask_to_discard,
) -> Designer:
    """A wizard with jobs of its own; needs a QApplication.

    seed: of a new study's orders; drawn when None.
    """
    window = Designer(
        seed=secrets.randbits(_SEED_BITS) if seed is None else seed,
        search=ExamSearch(),
        pilots=PilotSearch(),
        writing=OneTask(name="study file"),
        seal_truth=seal_truth_file,
        truth_columns=" ".join(TRUTH_COLUMNS.split()),
        chooser=chooser or FileChooser(),
        may_discard=may_discard,
    )
    resize_within_screen(window, *FIRST_SIZE)
    return window


def own_designer(
    where: Places,
    chooser: FileChooser | None = None,
    *,
    may_discard: Callable[[QWidget], bool] = ask_to_discard,
) -> Designer:
    """A wizard alone, its words as large as the settings say."""
    complaints = use_own_text_size(where)
    window = designer_window(chooser, may_discard=may_discard)
    for complaint in complaints:
        window.notices.add(f"{complaint}.", "", is_error=False)
    return window


def run_designer(path: Path | None = None) -> int:
    """Show the wizard, on a study if one is given; returns the exit code."""
    application = dark_application()
    where = places(os.environ)
    start_logging(where.cache)
    window = own_designer(where)
    window.show()
    end_on_interrupt(application)
    if path is not None:
        QTimer.singleShot(0, window, lambda: window.open(path))
    try:
        return application.exec()
    finally:
        window.close_jobs()
        stop_logging()
