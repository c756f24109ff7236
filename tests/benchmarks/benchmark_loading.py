"""Whether loading and augmenting keeps a GPU busy in training: seconds that steps wait for images.

python -m tests.benchmarks.benchmark_loading [--workers N] [--slices N] [--steps N]. Volumes of
3D-GMIC's published size are written to a temporary folder first; a CPU takes small ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from inference.networks.gmic3d import Gmic3d
from inference.training_runs.arithmetic import arithmetic_for
from inference.training_runs.build_network import build_network
from inference.training_runs.config import AugmentationSettings, ImageType, Precision, RunSettings
from inference.training_runs.epoch_plan import Draw
from inference.training_runs.examples import (
    Example,
    KnownImage,
    PreparedImage,
    group_of,
    image_examples,
)
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.load_images import ImageDataset, image_loader
from inference.training_runs.read_config import parse_config
from inference.types import Laterality

CONFIG = 'name = "benchmark"\n[data.phantoms]\nexams = 4'
VOLUMES = 8
ROWS, COLUMNS = 2116, 1339
BESIDE = 60
"""Pixels around the window, which augmentation shifts and resizes."""
WARM_UP = 4


def _examples(folder: Path, slices: int, shrunk: int) -> tuple[Example, ...]:
    """Write volumes of noise, as large as a prepared breast."""
    rng = np.random.default_rng(0)
    images = []
    for number in range(VOLUMES):
        rows, columns = ROWS // shrunk, COLUMNS // shrunk
        path = folder / f"{number}.npy"
        shape = (slices, rows + 2 * BESIDE, columns + BESIDE)
        np.save(path, rng.integers(200, 3000, shape, dtype=np.uint16))
        known = KnownImage(
            name=f"noise {number}",
            key=f"noise-{number}",
            patient=f"{number}",
            exam=f"{number}",
            laterality=Laterality.LEFT,
            view="CC",
            kind=ImageType.DBT,
            benign=False,
            malignant=number % 2 == 1,
            birads=group_of(benign=False, malignant=number % 2 == 1),
        )
        images.append(
            PreparedImage(
                known=known, path=path, top=BESIDE, left=0, input_rows=rows, input_columns=columns
            )
        )
    return image_examples(images)


def measure(examples: Sequence[Example], *, workers: int, steps: int, device: torch.device) -> str:
    """Train for some steps on these volumes, one a step."""
    arithmetic = arithmetic_for(device, Precision.MIXED)
    network = build_network(parse_config(CONFIG, "benchmark.toml"))
    assert isinstance(network, Gmic3d)
    learner = GmicLearner(network, beta=3e-6, slices_at_once=8, rotate_patches=False)
    learner.to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(learner.parameters(), lr=1e-5)
    dataset = ImageDataset(
        examples, seed=1, augmentation=AugmentationSettings(), half=arithmetic.is_mixed
    )
    pieces = [(Draw(step % len(examples), 0, step),) for step in range(WARM_UP + steps)]
    run = replace(RunSettings(), workers=workers)
    waited, computed = 0.0, 0.0
    batches = iter(image_loader(dataset, pieces, run, pin_memory=arithmetic.on_gpu))
    for number in range(WARM_UP + steps):
        begun = time.perf_counter()
        batch = next(batches)
        loaded = time.perf_counter()
        with arithmetic.casting():
            loss = learner(batch.to(device)).loss
        _step(optimiser, loss)
        if number >= WARM_UP:
            waited += loaded - begun
            computed += time.perf_counter() - loaded
    share = waited / (waited + computed)
    return (
        f"{len(dataset[Draw(0, 0, 0)].volumes[0])} slices a volume, {workers} workers: "
        f"{computed / steps:.2f} s computing, {waited / steps:.2f} s waiting a step ({share:.0%})"
    )


def _step(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(optimiser.param_groups[0]["params"], 1.0)
    optimiser.step()
    loss.detach().cpu()


def main() -> None:
    """Print one line a number of workers."""
    has_gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="*", default=[12] if has_gpu else [1])
    parser.add_argument("--slices", type=int, default=48 if has_gpu else 2)
    parser.add_argument("--steps", type=int, default=40 if has_gpu else 2)
    options = parser.parse_args()
    device = torch.device("cuda", 0) if has_gpu else torch.device("cpu")
    with tempfile.TemporaryDirectory() as folder:
        examples = _examples(Path(folder), options.slices, 1 if has_gpu else 4)
        for workers in options.workers:
            line = measure(examples, workers=workers, steps=options.steps, device=device)
            print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
