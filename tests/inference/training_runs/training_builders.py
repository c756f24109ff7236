"""A run small enough for tests, and what it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from inference.training_runs.config import ImageType, TrainingConfig
from inference.training_runs.examples import KnownImage, TrainingImage, group_of
from inference.training_runs.read_config import parse_config
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.run_progress import (
    EpochReport,
    SilentTrainingProgress,
    StepReport,
)
from inference.training_runs.standing import unpacked
from inference.training_runs.train import train
from inference.types import ArraySource, CropRule, Laterality, ModelInput

ROWS, COLUMNS, SLICES = 200, 130, 2

TINY = """
name = "tiny"
[model]
architecture = "{architecture}"
input_rows = 128
input_columns = 96
global_channels = 8
local_channels = 8
patches = 2
patch_side = 32
attention_units = 4
{model}
[data.phantoms]
exams = 8
[augmentation]
shift_pixels = 6
resize_pixels = 6
{augmentation}
[optimisation]
learning_rate = 1e-3
epochs = 2
batch = 2
{optimisation}
{pretraining}
[run]
workers = 0
checkpoint_minutes = 1000.0
tensorboard = false
{run}
"""


def tiny_config(
    architecture: str = "gmic3d",
    *,
    model: str = "",
    augmentation: str = "",
    optimisation: str = "",
    pretraining: str = "",
    run: str = "",
) -> TrainingConfig:
    """A configuration; the parts are lines of TOML, which replace those of the same key."""
    text = TINY.format(
        architecture=architecture,
        model=model,
        augmentation=augmentation,
        optimisation=optimisation,
        pretraining=pretraining,
        run=run,
    )
    return parse_config(_last_of_each_key(text), "tiny.toml")


def _last_of_each_key(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            lines.append(line)
            first = len(lines)
        elif "=" in line:
            key = line.partition("=")[0]
            kept = [old for old in lines[first:] if old.partition("=")[0] != key]
            lines[first:] = [*kept, line]
        else:
            first = len(lines)
    return "\n".join(lines)


@dataclass(frozen=True)
class BlobImage:
    """A breast of noise with a bright disc where a finding is; can be pickled."""

    seed: int
    slices: int
    benign: bool
    malignant: bool

    def __call__(self) -> ModelInput:
        """Make it."""
        rng = np.random.default_rng(self.seed)
        row = (np.arange(ROWS)[:, None] - ROWS / 2) / (0.45 * ROWS)
        column = np.arange(COLUMNS)[None, :] / (0.8 * COLUMNS)
        inside = row**2 + column**2 < 1
        volume = rng.integers(300, 500, (self.slices, ROWS, COLUMNS))
        for found, left in ((self.benign, 20), (self.malignant, 50)):
            if found:
                top = int(rng.integers(70, 110))
                volume[:, top : top + 24, left : left + 24] = 900 if left == 20 else 1500
        return ModelInput(
            source=ArraySource((volume * inside).astype(np.uint16)),
            laterality=Laterality.LEFT,
            crop_rule=CropRule.CC,
        )


def blob_images(
    exams: int = 8, kinds: Sequence[ImageType] = (ImageType.DBT,)
) -> list[TrainingImage]:
    """One CC image a kind and exam; every second benign, every third malignant."""
    images = []
    for number in range(exams):
        benign, malignant = number % 2 == 1, number % 3 == 1
        for kind in kinds:
            slices = SLICES if kind is ImageType.DBT else 1
            known = KnownImage(
                name=f"blob {number} {kind.value}",
                key=f"blob-{number}-{kind.name}",
                patient=f"patient {number}",
                exam=f"exam {number}",
                laterality=Laterality.LEFT,
                view="CC",
                kind=kind,
                benign=benign,
                malignant=malignant,
                birads=group_of(benign=benign, malignant=malignant),
            )
            image = BlobImage(seed=number, slices=slices, benign=benign, malignant=malignant)
            images.append(TrainingImage(known=known, open_image=image))
    return images


def two_view_images(exams: int = 8) -> list[TrainingImage]:
    """CC and MLO of every blob, in FFDM; the last has no MLO."""
    images = blob_images(exams, [ImageType.FFDM])
    others = [
        replace(one, known=replace(one.known, view="MLO", key=f"{one.known.key}-MLO"))
        for one in images[:-1]
    ]
    return [*images, *others]


@dataclass
class RecordingTraining(SilentTrainingProgress):
    """Remembers the reports."""

    steps: list[StepReport] = field(default_factory=list)
    epochs: list[EpochReport] = field(default_factory=list)

    def step_done(self, report: StepReport) -> None:
        """Remember a step."""
        self.steps.append(report)

    def epoch_done(self, report: EpochReport) -> None:
        """Remember an epoch."""
        self.epochs.append(report)


def run_tiny(
    config: TrainingConfig,
    folder: Path,
    *,
    images: Sequence[TrainingImage] | None = None,
    resume: bool = False,
    processes: int = 1,
) -> RecordingTraining:
    """Run it on the CPU, in this process unless there are several."""
    told = RecordingTraining()
    train(
        config,
        blob_images() if images is None else images,
        RunFolder(folder),
        resume=resume,
        device="cpu",
        processes=processes,
        make_progress=(lambda: told) if processes == 1 else SilentTrainingProgress,
    )
    return told


def learnt(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of the last checkpoint."""
    return unpacked((folder / "checkpoint.pt").read_bytes()).learner


def same_weights(one: Path, other: Path) -> bool:
    """Whether two runs ended with the same weights, bit by bit."""
    mine, theirs = learnt(one), learnt(other)
    return mine.keys() == theirs.keys() and all(torch.equal(mine[k], theirs[k]) for k in mine)
