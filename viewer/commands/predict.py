"""Headless prediction: exams in, four tables and arrays out; no Qt, no window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.errors import Cancelled
from viewer.commands.image_names import unreadable_name
from viewer.commands.model_set import ModelSet
from viewer.commands.predict_breasts import BreastRun
from viewer.commands.prediction_run import (
    FRAME_BYTES,
    OnPrediction,
    PredictionRun,
    RunProgress,
    tasks_of,
)
from viewer.export.prediction_folder import PredictionFolder, SavedTables
from viewer.export.tables import BreastRow, PredictionRow, Status
from viewer.loading.errors import UnreadableFile
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_result import ScanResult, SkippedFile
from viewer.loading.sniff import FileKind, kind_of_file

__all__ = ["FRAME_BYTES", "OnPrediction", "RunProgress", "RunSummary", "predict_paths"]

_IMAGE_FILES = frozenset(FileKind) - {
    FileKind.PICKLE,
    FileKind.TABLE,
    FileKind.UNFINISHED,
    FileKind.OTHER,
}

_NO_MAMMOGRAM = (
    "a truth mask",
    "a copy of",
    "a DICOMDIR",
    "a colour picture",
    "a black-and-white",
    "a picture too small",
    "no pixel",
    "not a",
    "tomosynthesis projections",
)
"""How the search begins its reasons for files that nobody would expect a score for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """How a run ended."""

    rows: tuple[PredictionRow, ...]
    breasts: tuple[BreastRow, ...]
    """Those of two-view models."""
    saved: SavedTables
    scan: ScanResult
    cancelled: bool = False

    def count(self, status: Status) -> int:
        """How many images and two-view breasts, each by a model, have this status."""
        images = sum(row.status is status for row in self.rows)
        return images + sum(breast.status is status for breast in self.breasts)

    @property
    def scored(self) -> int:
        """How many rows have scores."""
        return self.count(Status.DONE) + self.count(Status.NO_SALIENT_REGION)


def predict_paths(
    paths: Sequence[Path],
    models: ModelSet,
    output: Path,
    *,
    with_arrays: bool,
    progress: RunProgress,
    on_prediction: OnPrediction | None = None,
    overlap: bool = True,
) -> RunSummary:
    """Score every image and breast under the paths and write the tables to a folder.

    One image that fails does not stop the rest: it is a row with its reason. A stop on request
    saves what is done; the images that are left are rows as well. Raises CannotWrite before any
    work when the folder cannot be written (when it fails later, the summary says where the tables
    are), and what `on_prediction` raises.

    overlap: decode and measure the next image while the network looks at the present one; False
    does one after the other, for comparison.
    """
    folder = PredictionFolder(output, with_arrays=with_arrays)
    scan = find_exams(paths, progress.search)
    cancelled = False
    breasts = BreastRun(folder=folder, exams=scan.exams, models=models, progress=progress.inference)
    with PredictionRun(
        folder=folder,
        tasks=tasks_of(scan.exams, models),
        progress=progress,
        on_prediction=on_prediction,
        on_exam=breasts.score,
        overlap=overlap,
    ) as run:
        try:
            run.every_image()
        except (Cancelled, KeyboardInterrupt):
            cancelled = True
            run.give_up_rest("stopped on request before this image")
            breasts.give_up_rest("stopped on request before this breast")
    for skipped in scan.skipped:
        if _is_image(skipped):
            folder.add_unreadable(name=unreadable_name(skipped.path), reason=skipped.reason)
    return RunSummary(
        rows=folder.rows,
        breasts=folder.two_view_rows,
        saved=folder.save(),
        scan=scan,
        cancelled=cancelled,
    )


def _is_image(skipped: SkippedFile) -> bool:
    """Whether a file left out should have been an image: then it is a row of its own."""
    if skipped.reason.startswith(_NO_MAMMOGRAM):
        return False
    try:
        return kind_of_file(skipped.path) in _IMAGE_FILES
    except UnreadableFile:
        return True
