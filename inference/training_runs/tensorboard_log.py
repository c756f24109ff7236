"""Curves for TensorBoard, beside whatever else is told of a run."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

from inference.training_runs.run_progress import EpochReport, StepReport, TrainingProgress


def has_tensorboard() -> bool:
    """Whether the package is installed; it comes with tomolens[train]."""
    return importlib.util.find_spec("tensorboard") is not None


class TensorBoardProgress:
    """Writes every report as scalars, and hands it on."""

    def __init__(self, folder: Path, other: TrainingProgress) -> None:
        # Here, since it is an optional package.
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder))
        self._other = other

    def prepared(self, done: int, total: int) -> None:
        """Hand it on."""
        self._other.prepared(done, total)

    def stage_started(self, stage: str, epochs: int, first_epoch: int) -> None:
        """Hand it on."""
        self._other.stage_started(stage, epochs, first_epoch)

    def step_done(self, report: StepReport) -> None:
        """Write the loss."""
        self._add(f"{report.stage}/loss of a step", report.loss, report.steps_of_stage)
        self._other.step_done(report)

    def epoch_done(self, report: EpochReport) -> None:
        """Write losses and areas, and make sure that they are on disk."""
        self._add(f"{report.stage}/loss", report.loss, report.steps)
        self._add(f"{report.stage}/validation loss", report.validation_loss, report.steps)
        for name, area in zip(report.classes, report.areas, strict=True):
            self._add(f"{report.stage}/AUC {name}", area, report.steps)
        self._writer.flush()
        self._other.epoch_done(report)

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
        self._other.close()

    def _add(self, name: str, value: float, step: int) -> None:
        if not math.isnan(value):
            self._writer.add_scalar(name, value, step)
