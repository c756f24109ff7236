"""Training in mixed precision: with the arithmetic of a CPU, and of a GPU where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from training_builders import RecordingTraining, blob_images, tiny_config

from inference.networks.gmic3d import Gmic3d
from inference.training_runs.arithmetic import Arithmetic
from inference.training_runs.build_network import build_network
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.load_images import Batch
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.standing import unpacked
from inference.training_runs.train import train

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
DEVICES = ["cpu", pytest.param("cuda", marks=needs_gpu)]


def _train_in_mixed_precision(folder: Path, epochs: int) -> RecordingTraining:
    told = RecordingTraining()
    train(
        tiny_config(optimisation=f'precision = "mixed"\nepochs = {epochs}', run="workers = 2"),
        blob_images(),
        RunFolder(folder),
        resume=False,
        device="cuda",
        processes=1,
        make_progress=lambda: told,
    )
    return told


def _loss_and_gradient(device: str, dtype: torch.dtype) -> tuple[float, torch.Tensor]:
    """Of one batch of two volumes, with a new network."""
    torch.manual_seed(0)
    arithmetic = Arithmetic(device_type=device, dtype=dtype)
    network = build_network(tiny_config())
    assert isinstance(network, Gmic3d)
    learner = GmicLearner(network, beta=1e-4, slices_at_once=0, rotate_patches=False)
    learner.to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    volumes = torch.randn((4, 128, 96), generator=torch.Generator().manual_seed(1))
    volumes[2:, 40:70, 30:50] += 3.0
    volumes = (volumes.half() if arithmetic.is_mixed else volumes).to(device)
    batch = Batch(
        volumes=[volumes[:2], volumes[2:]],
        labels=torch.tensor([[0.0, 0.0], [0.0, 1.0]], device=device),
        birads=torch.tensor([0, 0], device=device),
        seeds=[1, 2],
        items=[0, 1],
    )
    # Small: a larger one overflows here, and the step would be left out as in any mixed run.
    scale = 64.0 if arithmetic.is_mixed else 1.0
    with arithmetic.casting():
        loss = learner(batch).loss
    (loss * scale).backward()
    gradients = [one.grad.flatten() for one in learner.parameters() if one.grad is not None]
    return float(loss.detach()), torch.cat(gradients).cpu() / scale


@pytest.mark.parametrize("device", DEVICES)
def test_a_step_in_mixed_precision_goes_where_one_in_float32_goes(device: str) -> None:
    mixed_loss, mixed = _loss_and_gradient(device, torch.float16)
    loss, exact = _loss_and_gradient(device, torch.float32)
    assert mixed_loss == pytest.approx(loss, rel=0.01)
    # 0.96 and 0.92 on a CPU; directions that have nothing in common have a cosine of 0.01.
    assert torch.nn.functional.cosine_similarity(mixed, exact, dim=0) > 0.9
    assert float(mixed.norm() / exact.norm()) == pytest.approx(1.0, abs=0.15)


@needs_gpu
def test_a_mixed_run_learns_on_a_gpu_and_keeps_its_scale(tmp_path: Path) -> None:
    told = _train_in_mixed_precision(tmp_path / "mixed", epochs=16)
    assert all(torch.isfinite(torch.tensor([one.loss for one in told.steps])))
    assert told.epochs[-1].loss < 0.8 * told.epochs[0].loss
    assert (tmp_path / "mixed" / "best.safetensors").exists()
    # A scale that fell to where every gradient fits, not to nothing.
    kept = unpacked((tmp_path / "mixed" / "checkpoint.pt").read_bytes())
    assert kept.scaler["scale"] >= 1.0
