"""Progress bars of `tomolens train`, on stderr."""

from __future__ import annotations

import math

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from inference.training_runs.run_progress import EpochReport, StepReport


class TrainingBars:
    """A bar for what goes on, and a line for every epoch; made in the process that trains."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=self._console,
        )
        self._bar = self._bars.add_task("", total=None, note="", visible=False)
        self._epochs = 0
        self._bars.start()

    def update(self, done: int, total: int | None) -> None:
        """Move the bar while exams are looked for."""
        self._show("Looking for exams", done, total)

    def prepared(self, done: int, total: int) -> None:
        """Move the bar while images are prepared."""
        self._show("Preparing images", done, total)

    def stage_started(self, stage: str, epochs: int, first_epoch: int) -> None:
        """Say which stage begins, or where it goes on."""
        self._epochs = epochs
        where = f", going on with epoch {first_epoch + 1}" if first_epoch else ""
        self._console.print(f"{stage[:1].upper()}{stage[1:]}: up to {epochs} epochs{where}")

    def step_done(self, report: StepReport) -> None:
        """Move the bar."""
        name = f"{report.stage}, epoch {report.epoch + 1}/{self._epochs}"
        self._show(name, report.step, report.steps, f"loss {report.mean_loss:.4f}")

    def epoch_done(self, report: EpochReport) -> None:
        """Write a line."""
        areas = ", ".join(
            f"AUC {name} {area:.3f}"
            for name, area in zip(report.classes, report.areas, strict=True)
            if not math.isnan(area)
        )
        best = " (best so far)" if report.is_best else ""
        self._console.print(
            f"epoch {report.epoch + 1}: loss {report.loss:.4f}, "
            f"validation {report.validation_loss:.4f}, {areas}{best}",
            highlight=False,
        )

    def close(self) -> None:
        """Take the bars away."""
        self._bars.update(self._bar, visible=False)
        self._bars.stop()

    def _show(self, name: str, done: int, total: int | None, note: str = "") -> None:
        if done <= 1:
            self._bars.reset(self._bar)
        self._bars.update(
            self._bar, description=name, completed=done, total=total, note=note, visible=True
        )
