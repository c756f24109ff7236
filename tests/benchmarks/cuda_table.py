"""The efficiency table of the 3D-GMIC paper, measured on this device.

As there, what does not fit as a whole is extrapolated linearly from 4, 8 and 16 slices. Training
in float32 leaves convolutions to TF32, as torch does.
"""

from __future__ import annotations

import copy
import gc
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.costs import PAPER_SLICES, PRINTED_GMAC, gmac_of
from inference.device import Precision, exact_arithmetic
from inference.networks.baselines import ResNet3d, ResNetPerSlice
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.patch_resnet import Depth
from tests.benchmarks.cuda_setting import Measured, Setting

PRINTED_MB = {
    "3D-GMIC": 22_219,
    "ResNet-18 per slice": 171_031,
    "ResNet-34 per slice": 223_235,
    "3D ResNet-18": 100_903,
    "3D ResNet-34": 111_650,
}
"""Most memory in training."""
_TABLE: dict[str, Callable[[], nn.Module]] = {
    "3D-GMIC": lambda: Gmic3d(Gmic3dConfig()),
    "ResNet-18 per slice": lambda: ResNetPerSlice(Depth.RESNET18),
    "ResNet-34 per slice": lambda: ResNetPerSlice(Depth.RESNET34),
    "3D ResNet-18": lambda: ResNet3d(Depth.RESNET18),
    "3D ResNet-34": lambda: ResNet3d(Depth.RESNET34),
}


def efficiency(setting: Setting) -> Measured:
    """GMAC, and memory and time of inference and of a training step, for 96 slices."""
    results: Measured = {}
    for name, make in _TABLE.items():
        if setting.quick and name not in ("3D-GMIC", "3D ResNet-18"):
            continue
        with torch.device("meta"):
            row: Measured = {"gmac": gmac_of(make(), PAPER_SLICES)}
        row["printed_gmac"] = PRINTED_GMAC[name]
        row["printed_training_mb"] = PRINTED_MB[name]
        network = make().to(setting.torch_device)
        row["inference"] = _inference(setting, network)
        if name == "3D-GMIC" and not setting.quick:
            row["training, mixed, whole"] = _training_step(setting, network, PAPER_SLICES, True)
        for is_mixed in (True, False):
            kind = "training, mixed" if is_mixed else "training, float32"
            if time.perf_counter() > setting.deadline:
                row[kind] = {"skipped": "no time left"}
            else:
                row[kind] = _extrapolated(setting, network, is_mixed)
        results[name] = row
        del network
        _tidy(setting)
    return results


def _counts(setting: Setting) -> Sequence[int]:
    return (1, 2) if setting.quick else (4, 8, 16)


def _volume(setting: Setting, slices: int) -> Tensor:
    size = (128, 128) if setting.quick else (2116, 1339)
    return torch.randn(slices, *size, device=setting.torch_device)


def _forward(network: nn.Module, volume: Tensor) -> Tensor:
    """One volume to something to learn from."""
    if isinstance(network, Gmic3d):
        output = network(volume.unsqueeze(0))
        return output.global_scores + output.local_scores + 1e-5 * output.saliency.sum()
    if isinstance(network, ResNetPerSlice):
        return network(volume)
    return network(volume.unsqueeze(0))


def _inference(setting: Setting, network: nn.Module) -> Measured:
    """In float32: networks that see each slice alone run in chunks, others on a few slices."""
    network = network.eval()
    exact = setting.device(Precision.EXACT)
    if not isinstance(network, ResNet3d):
        row: Measured = {"in_chunks_of": _counts(setting)[1]}
        with torch.inference_mode(), exact_arithmetic(exact), setting.peak_memory(row):
            volume = _volume(setting, row["in_chunks_of"])
            _chunks(network, volume, 1)
            chunks = PAPER_SLICES // len(volume)
            row["seconds_96"] = setting.timed(lambda: _chunks(network, volume, chunks))[1]
        return row

    def run(count: int) -> Measured:
        found: Measured = {}
        with torch.inference_mode(), exact_arithmetic(exact), setting.peak_memory(found):
            volume = _volume(setting, count)
            _forward(network, volume)
            found["seconds"] = setting.timed(lambda: _forward(network, volume))[1]
        return found

    return _line_through(setting, run)


def _chunks(network: nn.Module, chunk: Tensor, times: int) -> None:
    """Look at so many chunks of slices, and at the patches where the network has some."""
    if not isinstance(network, Gmic3d):
        for _ in range(times):
            network(chunk)
        return
    for _ in range(times):
        network.look_at_slices(chunk)
    side = network.config.patch_side
    network.look_at_patches(torch.randn(1, network.config.patches, side, side, device=chunk.device))


def _extrapolated(setting: Setting, network: nn.Module, is_mixed: bool) -> Measured:
    return _line_through(setting, lambda count: _training_step(setting, network, count, is_mixed))


def _training_step(setting: Setting, network: nn.Module, slices: int, is_mixed: bool) -> Measured:
    """Forward, backward and Adam, twice; the second is timed."""
    row: Measured = {}
    try:
        with setting.peak_memory(row):
            step = _step_of(setting, network, slices, is_mixed)
            step()
            row["seconds"] = setting.timed(step)[1]
    except torch.OutOfMemoryError:
        row = {"did_not_fit": True}
    step = None
    _tidy(setting)
    return row


def _step_of(
    setting: Setting, network: nn.Module, slices: int, is_mixed: bool
) -> Callable[[], None]:
    learner = copy.deepcopy(network).train()
    optimiser = torch.optim.Adam(learner.parameters(), lr=1e-6)
    volume = _volume(setting, slices)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(setting.kind, dtype=torch.bfloat16, enabled=is_mixed):
            loss = _forward(learner, volume).float().mean()
        loss.backward()
        optimiser.step()

    return step


def _line_through(setting: Setting, run: Callable[[int], Measured]) -> Measured:
    """Measure a few slices and extrapolate to 96."""
    counts, megabytes, seconds = [], [], []
    row: Measured = {}
    for count in _counts(setting):
        try:
            found = run(count)
        except torch.OutOfMemoryError:
            _tidy(setting)
            found = {"did_not_fit": True}
        row[str(count)] = found
        if "did_not_fit" not in found:
            counts.append(count)
            megabytes.append(found.get("peak_allocated_mb", 0.0))
            seconds.append(found["seconds"])
    if len(counts) > 1:
        row["extrapolated_mb_96"] = float(
            np.polyval(np.polyfit(counts, megabytes, 1), PAPER_SLICES)
        )
        row["extrapolated_seconds_96"] = float(
            np.polyval(np.polyfit(counts, seconds, 1), PAPER_SLICES)
        )
    return row


def _tidy(setting: Setting) -> None:
    gc.collect()
    if setting.kind == "cuda":
        torch.cuda.empty_cache()
