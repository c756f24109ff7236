"""Shows the window until it is closed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer

from viewer.app import Program
from viewer.app_start import dark_application, end_on_interrupt, favour_the_window, size_on
from viewer.jobs.leftovers import tidied_beside
from viewer.logs import start_logging, stop_logging
from viewer.storage.places import places


def run(
    paths: Sequence[Path] = (),
    *,
    weights: Sequence[Path] = (),
    run_ai: bool | None = None,
    diagnose: bool = False,
) -> int:
    """Show the window on these files and folders until it is closed; returns the exit code.

    weights: used instead of those in the settings. run_ai: whether the AI runs when an exam
    opens; None: as set. diagnose: print at the end how quickly the window answered.
    """
    application = dark_application()
    where = places(os.environ)
    start_logging(where.cache)
    tidying = tidied_beside(where)
    program = Program(where=where, weights=weights, run_ai=run_ai)
    program.messages.catch_everything()
    end_on_interrupt(application)
    program.hangings.screens.show_main(size_on(application))
    favour_the_window()
    if paths:
        QTimer.singleShot(0, program, lambda: program.open([Path(path) for path in paths]))
    try:
        return application.exec()
    finally:
        if diagnose:
            print(program.diagnostics.text())  # noqa: T201
        program.close()
        tidying.join()
        stop_logging()
