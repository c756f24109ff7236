"""Builds the desk that opens the windows of reader studies."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow, QWidget

from viewer.ui.file_chooser import FileChooser
from viewer.ui.studies_desk import StudiesDesk
from viewer.ui.window_desk import Show


def studies_desk(*, chooser: FileChooser, window: QWidget, show: Show) -> StudiesDesk:
    """The desk of a window; its own windows are made when they are asked for."""
    return StudiesDesk(
        chooser=chooser,
        window=window,
        make_designer=lambda: _designer(chooser),
        make_analysis=lambda: _analysis(chooser),
        show=show,
    )


def _designer(chooser: FileChooser) -> QMainWindow:
    # The statistics take a moment to import: only who designs or analyses waits for them.
    from viewer.app_study_design import designer_window

    return designer_window(chooser)


def _analysis(chooser: FileChooser) -> QMainWindow:
    from viewer.app_analysis import analysis_window

    return analysis_window(chooser)
