"""One stage of a run: epochs of training and validation, resumable after any step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import nn

from inference.training_runs.arithmetic import Arithmetic
from inference.training_runs.config import (
    AugmentationSettings,
    OptimisationSettings,
    RunSettings,
)
from inference.training_runs.epoch_plan import Draw, balanced_epoch, share_of, steps_of
from inference.training_runs.errors import LossNotFinite, TrainingDataError
from inference.training_runs.examples import Example
from inference.training_runs.learner import Learner
from inference.training_runs.load_images import Batch, ImageDataset, image_loader
from inference.training_runs.run_folder import CHECKPOINT, RunFolder
from inference.training_runs.run_progress import EpochReport, StepReport, TrainingProgress
from inference.training_runs.standing import LogRow, Standing, Unpacked, packed
from inference.training_runs.team import Team, without_averaging
from inference.training_runs.validate import Validation, validate, validation_pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """What one stage does."""

    number: int
    name: str
    seed: int
    training: Sequence[Example]
    validation: Sequence[Example]
    augmentation: AugmentationSettings
    optimisation: OptimisationSettings
    run: RunSettings
    keep_best: Callable[[Learner, Standing, Validation], None]
    """Writes the best weights; called by the first process when an epoch was the best so far."""


class Stage:
    """Trains one learner; every process of a team makes one."""

    def __init__(
        self,
        *,
        plan: StagePlan,
        learner: Learner,
        team: Team,
        arithmetic: Arithmetic,
        folder: RunFolder,
        progress: TrainingProgress,
    ) -> None:
        self._plan = plan
        self._team = team
        self._arithmetic = arithmetic
        self._folder = folder
        self._progress = progress
        # The learner itself comes back: only the layers within it are others.
        team.with_shared_statistics(learner)
        self._learner = learner.to(team.device)
        # torch's stubs leave memory_format out.
        self._learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        own = plan.optimisation
        self._parameters = [one for one in learner.parameters() if one.requires_grad]
        self._optimiser = torch.optim.Adam(
            self._parameters, lr=own.learning_rate, weight_decay=own.weight_decay
        )
        self._scaler = arithmetic.scaler()
        half = arithmetic.is_mixed
        self._training = ImageDataset(
            plan.training,
            seed=plan.seed,
            augmentation=plan.augmentation,
            slices_per_volume=own.slices_per_volume,
            half=half,
        )
        self._validation = ImageDataset(
            plan.validation, seed=plan.seed, augmentation=None, half=half
        )
        self._saved_at = time.monotonic()

    def run(self, standing: Standing, resumed: Unpacked | None) -> Standing:
        """Train until the last epoch, or until none got better for `patience` epochs.

        resumed: the checkpoint that `standing` comes from. Raises LossNotFinite, RunFolderError,
        TrainingDataError, and what the progress raises.
        """
        if resumed is not None:
            self._learner.load_state_dict(resumed.learner)
            self._optimiser.load_state_dict(resumed.optimiser)
            self._scaler.load_state_dict(resumed.scaler)
        own = self._plan.optimisation
        trained = self._team.together(self._learner)
        if self._team.is_first:
            self._progress.stage_started(self._plan.name, own.epochs, standing.epoch)
        loading = partial(image_loader, run=self._plan.run, pin_memory=self._arithmetic.on_gpu)
        batches = iter(loading(self._training, self._pieces(standing)))
        unseen = loading(
            self._validation, validation_pieces(len(self._plan.validation), self._team)
        )
        while not standing.is_over(own.epochs, own.patience):
            standing = self._train_epoch(trained, batches, standing)
            standing = self._validate_epoch(unseen, standing)
        return standing

    def _train_epoch(
        self, trained: nn.Module, batches: Iterator[Batch], standing: Standing
    ) -> Standing:
        """Take the rest of the epoch's steps."""
        steps = self._steps(standing.epoch)
        trained.train()
        started = time.monotonic() - standing.seconds
        for _ in steps[standing.step :]:
            loss = self._team.mean(self._batch_loss(trained, batches))
            self._move(loss, standing)
            standing = replace(
                standing,
                step=standing.step + 1,
                steps=standing.steps + 1,
                loss_sum=standing.loss_sum + loss,
                seconds=time.monotonic() - started,
            )
            self._save_when_due(standing)
            self._tell_step(standing, len(steps), loss)
        return standing

    def _steps(self, epoch: int) -> tuple[tuple[Draw, ...], ...]:
        """The batches of an epoch, of all processes."""
        plan = self._plan
        known = [example.known for example in plan.training]
        draws = balanced_epoch(known, seed=plan.seed, epoch=epoch)
        steps = steps_of(draws, plan.optimisation.batch)
        if not steps:
            raise TrainingDataError(
                f"an epoch has {len(draws)} images, fewer than the batch of "
                f"{plan.optimisation.batch}",
                "make [optimisation] batch smaller, or add images",
            )
        return steps

    def _pieces(self, standing: Standing) -> Iterator[tuple[Draw, ...]]:
        """This process's share of every batch to come, as far as the last epoch."""
        own = self._plan.optimisation
        first = standing.step
        for epoch in range(standing.epoch, own.epochs):
            for step in self._steps(epoch)[first:]:
                yield from share_of(
                    step,
                    rank=self._team.rank,
                    processes=self._team.size,
                    images_at_once=own.images_at_once,
                )
            first = 0

    def _batch_loss(self, trained: nn.Module, batches: Iterator[Batch]) -> float:
        """Add up the gradients of this process's part of a batch; its mean loss."""
        own = self._plan.optimisation
        pieces = own.batch // (own.images_at_once * self._team.size)
        total = 0.0
        for piece in range(pieces):
            batch = next(batches).to(self._team.device)
            alone = without_averaging(trained) if piece + 1 < pieces else nullcontext()
            with alone:
                with self._arithmetic.casting():
                    loss = trained(batch).loss / pieces
                self._scaler.scale(loss).backward()
            total += float(loss.detach())
        return total

    def _move(self, loss: float, standing: Standing) -> None:
        """Take one step along the gradients, unless loss or gradients are no numbers."""
        if not math.isfinite(loss):
            raise self._not_finite("loss", standing)
        self._scaler.unscale_(self._optimiser)
        length = nn.utils.clip_grad_norm_(self._parameters, self._plan.optimisation.gradient_norm)
        # A scaled loss may overflow now and then: its scaler then leaves the step out by itself.
        if not self._scaler.is_enabled() and not math.isfinite(float(length)):
            raise self._not_finite("gradient", standing)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self._optimiser.zero_grad(set_to_none=True)

    def _not_finite(self, what: str, standing: Standing) -> LossNotFinite:
        return LossNotFinite(
            f"the {what} is not a number at epoch {standing.epoch + 1}, step {standing.step + 1} "
            f"of {self._plan.name}; {CHECKPOINT} and the best weights from before are kept",
            'try a smaller learning_rate or gradient_norm, or precision = "float32"',
        )

    def _validate_epoch(self, unseen: Iterable[Batch], standing: Standing) -> Standing:
        """Measure, keep the best, and begin the next epoch."""
        plan = self._plan
        found = validate(self._learner, unseen, team=self._team, arithmetic=self._arithmetic)
        watched = found.watched(self._learner.classes, plan.optimisation.watch)
        report = EpochReport(
            stage=plan.name,
            epoch=standing.epoch,
            steps=standing.steps,
            loss=standing.loss_sum / standing.step,
            validation_loss=found.loss,
            areas=found.areas,
            classes=self._learner.classes,
            watched=watched,
            is_best=watched > standing.best,
            seconds=standing.seconds,
        )
        if report.is_best:
            standing = replace(standing, best=watched, best_epoch=standing.epoch)
        standing = replace(
            standing,
            epoch=standing.epoch + 1,
            step=0,
            loss_sum=0.0,
            seconds=0.0,
            rows=(*standing.rows, _row(report)),
        )
        if self._team.is_first:
            # Before the checkpoint, which says that they are there.
            if report.is_best:
                plan.keep_best(self._learner, standing, found)
            self._folder.write_log(standing.rows)
            self._save(standing)
            self._progress.epoch_done(report)
        self._team.wait()
        return standing

    def _save_when_due(self, standing: Standing) -> None:
        run = self._plan.run
        is_due = time.monotonic() - self._saved_at >= 60 * run.checkpoint_minutes
        if run.checkpoint_steps and standing.step % run.checkpoint_steps == 0:
            is_due = True
        if is_due and self._team.is_first:
            self._save(standing)

    def _save(self, standing: Standing) -> None:
        content = packed(standing, self._learner, self._optimiser, self._scaler)
        self._folder.write_checkpoint(content)
        self._saved_at = time.monotonic()

    def _tell_step(self, standing: Standing, steps: int, loss: float) -> None:
        if self._team.is_first:
            self._progress.step_done(
                StepReport(
                    stage=self._plan.name,
                    epoch=standing.epoch,
                    step=standing.step,
                    steps=steps,
                    steps_of_stage=standing.steps,
                    loss=loss,
                    mean_loss=standing.loss_sum / standing.step,
                )
            )


def _row(report: EpochReport) -> LogRow:
    areas = zip(report.classes, report.areas, strict=True)
    return {
        "stage": report.stage,
        "epoch": report.epoch + 1,
        "steps": report.steps,
        "loss": report.loss,
        "validation_loss": report.validation_loss,
        **{f"auc_{name}": area for name, area in areas},
        "watched": report.watched,
        "best": int(report.is_best),
        "seconds": round(report.seconds, 1),
    }
