"""Writes the report or the tables of an analysis in the background."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from viewer.jobs.one_task import OneTask
from viewer.jobs.study_analysis import Analysed


class StudySaving(OneTask):
    """One writing at a time; `succeeded` carries the list of files."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(name="saving", parent=parent)

    def save_report(self, analysed: Analysed, folder: Path) -> None:
        """Write the page and the PDF."""
        self.run(lambda: _report(analysed, folder))

    def save_tables(self, analysed: Analysed, folder: Path) -> None:
        """Write results.json and the tables."""
        self.run(lambda: _tables(analysed, folder))


def _report(analysed: Analysed, folder: Path) -> list[Path]:
    from viewer.export.report import write_report

    return write_report(analysed.results, analysed.record, folder)


def _tables(analysed: Analysed, folder: Path) -> list[Path]:
    from viewer.export.result_tables import write_tables
    from viewer.export.results_json import write_results

    results_file = folder / "results.json"
    write_results(results_file, analysed.results)
    return [results_file, *write_tables(folder, analysed.results)]
