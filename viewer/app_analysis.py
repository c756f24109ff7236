"""The analysis window's composition root."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QTimer

from viewer.app_start import dark_application, end_on_interrupt, use_own_text_size
from viewer.jobs.lambda_sweep import LambdaSweep
from viewer.jobs.study_analysis import StudyAnalysis
from viewer.jobs.study_saving import StudySaving
from viewer.logs import start_logging, stop_logging
from viewer.storage.places import Places, places
from viewer.ui.analysis.analysis_window import FIRST_SIZE, AnalysisWindow
from viewer.ui.file_chooser import FileChooser
from viewer.ui.window_size import resize_within_screen


def analysis_window(chooser: FileChooser | None = None) -> AnalysisWindow:
    """An analysis window with jobs of its own; needs a QApplication."""
    window = AnalysisWindow(
        analysis=StudyAnalysis(),
        sweeper=LambdaSweep(),
        saving=StudySaving(),
        chooser=chooser or FileChooser(),
    )
    resize_within_screen(window, *FIRST_SIZE)
    return window


def own_analysis(where: Places, chooser: FileChooser | None = None) -> AnalysisWindow:
    """An analysis window alone, its words as large as the settings say."""
    complaints = use_own_text_size(where)
    window = analysis_window(chooser)
    for complaint in complaints:
        window.notices.add(f"{complaint}.", "", is_error=False)
    return window


def run_analysis(path: Path | None = None) -> int:
    """Show the window, on a study or table if one is given; returns the exit code."""
    application = dark_application()
    where = places(os.environ)
    start_logging(where.cache)
    window = own_analysis(where)
    window.showMaximized()
    end_on_interrupt(application)
    if path is not None:
        QTimer.singleShot(0, window, lambda: window.open(path))
    try:
        return application.exec()
    finally:
        window.close()
        stop_logging()
