"""Training in mixed precision on a GPU; skipped where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from training_builders import RecordingTraining, blob_images, tiny_config

from inference.training_runs.run_folder import RunFolder
from inference.training_runs.train import train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")


def _losses(precision: str, folder: Path) -> list[float]:
    told = RecordingTraining()
    config = tiny_config(optimisation=f'precision = "{precision}"\nepochs = 3', run="workers = 2")
    train(
        config,
        blob_images(),
        RunFolder(folder),
        resume=False,
        device="cuda",
        processes=1,
        make_progress=lambda: told,
    )
    return [epoch.loss for epoch in told.epochs]


def test_mixed_precision_learns_what_float32_learns(tmp_path: Path) -> None:
    mixed = _losses("mixed", tmp_path / "mixed")
    exact = _losses("float32", tmp_path / "exact")
    assert mixed == pytest.approx(exact, rel=0.05)
    assert (tmp_path / "mixed" / "best.safetensors").exists()
