"""3D-GMIC on the CPU: the engine against the same network run plainly on the whole volume.

Each run has a process of its own, so that peak memory is its own. The engine's time is that of a
whole prediction, reading and preparing included; the plain run's is that of the network alone.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEW_SLICES = 8
ROUNDS = 3


@dataclass(frozen=True)
class MovingTexture:
    """A breast-like volume made slice by slice: one texture, a few pixels further each time."""

    slices: int
    rows: int = 2457
    columns: int = 1890

    def read_slice(self, slice_index: int) -> NDArray[np.uint16]:
        """Return one slice; its memory is shared by all."""
        shift = slice_index % 64
        return self._texture[shift : shift + self.rows] * self._inside

    @cached_property
    def _texture(self) -> NDArray[np.uint16]:
        rng = np.random.default_rng(0)
        return rng.integers(200, 3000, (self.rows + 64, self.columns), dtype=np.uint16)

    @cached_property
    def _inside(self) -> NDArray[np.uint16]:
        row = (np.arange(self.rows)[:, None] - self.rows / 2) / (0.46 * self.rows)
        column = np.arange(self.columns)[None, :] / (0.8 * self.columns)
        return (row**2 + column**2 < 1).astype(np.uint16)


def measure(*, slices: int = 48, quick: bool = False) -> dict[str, float]:
    """Run both, in turns, and compare. quick: once, on fewer slices."""
    if quick:
        slices = FEW_SLICES
    plain, engine = [], []
    for _ in range(1 if quick else ROUNDS):
        engine.append(_in_own_process("engine", slices))
        plain.append(_in_own_process("plain", slices))
    few = _in_own_process("engine", FEW_SLICES)
    plain_seconds = statistics.median(run["seconds"] for run in plain)
    engine_seconds = statistics.median(run["seconds"] for run in engine)
    peak = max(run["peak_mb"] for run in engine)
    return {
        "slices": slices,
        "threads": engine[0]["threads"],
        "plain_seconds": plain_seconds,
        "engine_seconds": engine_seconds,
        "engine_times_faster": plain_seconds / engine_seconds,
        "plain_ms_per_slice": plain_seconds / slices * 1000,
        "engine_ms_per_slice": engine_seconds / slices * 1000,
        "engine_preparing_seconds": statistics.median(run["preparing"] for run in engine),
        "plain_peak_mb": max(run["peak_mb"] for run in plain),
        "engine_peak_mb": peak,
        "engine_peak_mb_8_slices": few["peak_mb"],
        "engine_peak_growth_mb": peak - few["peak_mb"],
    }


def _in_own_process(what: str, slices: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", __name__, what, str(slices), str(answer)]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
        measured: dict[str, float] = json.loads(answer.read_text())
    return measured


def _run_engine(slices: int) -> dict[str, float]:
    from inference.process import prepare_process

    prepare_process()

    import torch

    from inference.architecture import Architecture
    from inference.checkpoint import LoadedModel
    from inference.device import cpu
    from inference.model_card import published_card
    from inference.predictor import Predictor
    from inference.types import CropRule, Laterality, ModelIdentity, ModelInput

    card = published_card(Path("sample_model_1.p"), Architecture.GMIC3D)
    identity = ModelIdentity(
        name=card.name, version=card.version, architecture="gmic3d", sha256="0" * 64
    )
    model = LoadedModel(network=_network(), card=card, identity=identity)
    predictor = Predictor(model=model, device=cpu())
    progress = _StageClock()

    def predict(count: int) -> Any:
        request = ModelInput(
            source=MovingTexture(count), laterality=Laterality.LEFT, crop_rule=CropRule.CC
        )
        return predictor.predict(request, progress)

    predict(1)
    seconds = predict(slices).seconds
    return {"seconds": seconds, "preparing": progress.preparing, "threads": torch.get_num_threads()}


def _run_plain(slices: int) -> dict[str, float]:
    import torch

    network = _network()
    volume = torch.randn(1, slices, 2116, 1339)
    with torch.inference_mode():
        network(volume[:, :1])
        started = time.perf_counter()
        network(volume)
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "threads": torch.get_num_threads()}


def _network() -> Any:
    import torch

    from inference.networks.gmic3d import Gmic3d, Gmic3dConfig

    torch.manual_seed(0)
    return Gmic3d(Gmic3dConfig()).requires_grad_(False).eval()


class _StageClock:
    """Notes how long the preparation took."""

    def __init__(self) -> None:
        self.preparing = 0.0
        self._started = 0.0

    def update(self, done: int, total: int, stage: str) -> None:
        """Start at the first prepared slice, stop before the first scored one."""
        if stage == "preparing" and done == 1:
            self._started = time.perf_counter()
        if stage == "slices" and done == 0:
            self.preparing = time.perf_counter() - self._started


def _peak_mb() -> float:
    """Peak resident memory of this process alone."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux lets a child inherit its parent's ru_maxrss; VmHWM starts afresh.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _answer(what: str, slices: int, path: Path) -> None:
    measured = _run_plain(slices) if what == "plain" else _run_engine(slices)
    path.write_text(json.dumps(measured | {"peak_mb": _peak_mb()}))


if __name__ == "__main__":
    _answer(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
