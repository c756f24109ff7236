"""A training step of 3D-GMIC at its published size: seconds and memory, by precision and chunk.

python -m tests.benchmarks.benchmark_training on a machine with a GPU; a CPU takes 2 slices.
"""

from __future__ import annotations

import time

import torch

from inference.training_runs.arithmetic import arithmetic_for
from inference.training_runs.build_network import build_network
from inference.training_runs.config import Precision
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.load_images import Batch
from inference.training_runs.read_config import parse_config

CONFIG = 'name = "benchmark"\n[data.phantoms]\nexams = 4'
REPEATS = 3
ON_GPU = (
    (Precision.MIXED, 96, 1),
    (Precision.MIXED, 96, 8),
    (Precision.MIXED, 48, 0),
    (Precision.FLOAT32, 96, 1),
)
ON_CPU = ((Precision.FLOAT32, 2, 1),)


def step(device: torch.device, precision: Precision, slices: int, at_once: int) -> str:
    """Time one volume's forward and backward pass and the step, the fastest of some."""
    config = parse_config(CONFIG, "benchmark.toml")
    arithmetic = arithmetic_for(device, precision)
    network = build_network(config)
    learner = GmicLearner(network, beta=3e-6, slices_at_once=at_once, rotate_patches=False)
    learner.to(device).to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.Adam(learner.parameters(), lr=1e-5)
    volume = torch.randn(slices, 2116, 1339, device=device)
    batch = Batch(
        volumes=[volume.half() if arithmetic.is_mixed else volume],
        labels=torch.tensor([[0.0, 1.0]], device=device),
        birads=torch.tensor([0], device=device),
        seeds=[1],
        items=[0],
    )
    seconds, loss = [], torch.zeros(())
    for _ in range(REPEATS):
        begun = time.perf_counter()
        optimiser.zero_grad()
        with arithmetic.casting():
            loss = learner(batch).loss
        loss.backward()
        optimiser.step()
        loss = loss.detach().cpu()
        seconds.append(time.perf_counter() - begun)
    text = f"{arithmetic.dtype} {slices} slices, {at_once or 'all'} at once"
    memory = ""
    if device.type == "cuda":
        memory = f", {torch.cuda.max_memory_allocated() / 1e9:.1f} GB"
    return f"{text}: {min(seconds):.2f} s a step{memory}, loss {float(loss):.4f}"


def main() -> None:
    """Print one line a setting."""
    has_gpu = torch.cuda.is_available()
    device = torch.device("cuda", 0) if has_gpu else torch.device("cpu")
    if has_gpu:
        print(torch.cuda.get_device_name())  # noqa: T201
    for setting in ON_GPU if has_gpu else ON_CPU:
        if has_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        print(step(device, *setting), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
