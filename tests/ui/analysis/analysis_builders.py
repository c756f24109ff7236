"""Small studies to analyse, and a window to show them in."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from viewer.analysis.study_table import StudyTable
from viewer.app_analysis import analysis_window
from viewer.statistics.ratings import Ratings
from viewer.ui.analysis.analysis_window import AnalysisWindow
from viewer.ui.file_chooser import FileChooser

WAIT_MS = 30_000


def study_table(
    *, readers: int = 4, cases: int = 60, modalities: tuple[str, ...] = ("unaided", "aided")
) -> StudyTable:
    """Readers who get better from modality to modality, an AI, times, a subgroup, repeats."""
    rng = np.random.default_rng(7)
    truth = np.arange(cases) % 3 == 0
    shift = np.where(truth, 1.0, 0.0)[None, None, :]
    better = 1.0 + 0.6 * np.arange(len(modalities))[:, None, None]
    noise = rng.normal(size=(len(modalities), readers, cases))
    scores = 1 / (1 + np.exp(1.5 - shift * better - noise))
    return StudyTable(
        title="Small study",
        ratings=Ratings(
            modalities=modalities,
            readers=tuple(f"R{number + 1:02d}" for number in range(readers)),
            cases=tuple(f"c{number:03d}" for number in range(cases)),
            truth=truth,
            scores=scores.round(2),
            patients=tuple(f"p{number // 2:03d}" for number in range(cases)),
        ),
        active_seconds=rng.uniform(20, 90, size=(len(modalities), readers, cases)),
        ai={"GMIC": 1 / (1 + np.exp(1.0 - 2.0 * truth - rng.normal(size=cases)))},
        case_groups={"density": tuple("b" if number % 2 else "c" for number in range(cases))},
        repeats=((0, 0, 0, 0.2, 0.3), (0, 0, 1, 0.1, 0.1), (0, 1, 0, 0.5, 0.4)),
    )


def write_mrmc(path: Path, table: StudyTable) -> Path:
    """The table as MRMCaov reads it."""
    ratings = table.ratings
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["reader", "treatment", "case", "truth", "rating"])
        for i, modality in enumerate(ratings.modalities):
            for j, reader in enumerate(ratings.readers):
                for k, case in enumerate(ratings.cases):
                    score = ratings.scores[i, j, k]
                    if not np.isnan(score):
                        writer.writerow([reader, modality, case, int(ratings.truth[k]), score])
    return path


class FolderChooser(FileChooser):
    """Answers with one folder and one file."""

    def __init__(self, folder: Path | None = None, file: Path | None = None) -> None:
        super().__init__()
        self.folder = folder
        self.file = file

    def folder_to_open(self, parent: object) -> Path | None:
        return self.folder

    def files_to_open(self, parent: object) -> list[Path]:
        return [] if self.file is None else [self.file]


def opened(qtbot: QtBot, path: Path, chooser: FileChooser | None = None) -> AnalysisWindow:
    """A window that shows the analysis of a file, the sweep done."""
    window = analysis_window(chooser)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.open(path)
    qtbot.waitUntil(lambda: not window.is_busy, timeout=WAIT_MS)
    return window
