"""Who is told how a run goes; any report may raise inference.errors.Cancelled to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """One finished step of the optimiser."""

    stage: str
    epoch: int
    """From 0."""
    step: int
    """Finished steps of this epoch."""
    steps: int
    """Steps of this epoch."""
    steps_of_stage: int
    """Finished steps since the stage began."""
    loss: float
    """Of this step."""
    mean_loss: float
    """Of the epoch so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochReport:
    """One finished epoch and its validation."""

    stage: str
    epoch: int
    """From 0."""
    steps: int
    """Steps since the stage began."""
    loss: float
    validation_loss: float
    areas: tuple[float, ...]
    """Area under the curve by class, in the order of `classes`; NaN where it has none."""
    classes: tuple[str, ...]
    watched: float
    """What decides about the best weights; higher is better."""
    is_best: bool
    seconds: float


class TrainingProgress(Protocol):
    """Receives reports, on the first process only."""

    def prepared(self, done: int, total: int) -> None:
        """So many images are prepared."""
        ...

    def stage_started(self, stage: str, epochs: int, first_epoch: int) -> None:
        """A stage begins, or goes on at `first_epoch` (from 0)."""
        ...

    def step_done(self, report: StepReport) -> None:
        """A step is done; the run may be stopped here."""
        ...

    def epoch_done(self, report: EpochReport) -> None:
        """An epoch is done and validated."""
        ...

    def close(self) -> None:
        """Nothing more comes."""
        ...


class SilentTrainingProgress:
    """Ignores every report."""

    def prepared(self, done: int, total: int) -> None:
        """Do nothing."""

    def stage_started(self, stage: str, epochs: int, first_epoch: int) -> None:
        """Do nothing."""

    def step_done(self, report: StepReport) -> None:
        """Do nothing."""

    def epoch_done(self, report: EpochReport) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
