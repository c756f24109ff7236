"""Variances of a pilot table, or of the running study, for the power calculation."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from viewer.jobs.one_task import OneTask
from viewer.study.errors import StudyError


class PilotSearch(OneTask):
    """`succeeded` carries the Pilot: variances only, blind to the effect."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(name="pilot", parent=parent)

    def search(self, path: Path) -> bool:
        """Read a table or a study; returns whether it began."""
        return self.run(lambda: _pilot(path))


def _pilot(path: Path) -> object:
    # The wizard shows first; the statistics come in with the first pilot.
    from viewer.analysis.pilot_of_table import pilot_of_table
    from viewer.commands.analysis_source import read_source
    from viewer.statistics.refusal import Refusal

    found = pilot_of_table(read_source(path).table)
    if isinstance(found, Refusal):
        raise StudyError(found.reason, found.instead)
    return found
