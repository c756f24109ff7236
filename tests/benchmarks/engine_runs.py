"""What benchmark_engine measures, each in a process of its own: python -m ... WHAT SLICES ANSWER.

engine: a whole prediction, reading and preparing included. plain: the same network, eager, in the
plain layout, the whole volume at once. preparing: from a volume in memory to a network's input.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inference.networks.gmic3d import Gmic3d
    from inference.types import ImageSource, ModelInput

INPUT_ROWS, INPUT_COLUMNS = 2116, 1339
_PEAK_SECONDS = 0.15


@dataclass(frozen=True)
class MovingTexture:
    """A volume that fills the window with texture, a few pixels further in each slice."""

    slices: int
    rows: int = 2457
    columns: int = 1890

    def read_slice(self, slice_index: int) -> NDArray[np.uint16]:
        """Return one slice; its memory is shared by all."""
        shift = slice_index % 64
        return self._texture[shift : shift + self.rows]

    @cached_property
    def _texture(self) -> NDArray[np.uint16]:
        rng = np.random.default_rng(0)
        return rng.integers(200, 3000, (self.rows + 64, self.columns), dtype=np.uint16)


class StageClock:
    """Notes when the stages of a prediction begin and end."""

    def __init__(self) -> None:
        self.slices_end = 0.0
        self.patches_end = 0.0

    def update(self, done: int, total: int, stage: str) -> None:
        """Note the ends."""
        name = f"{stage}_end"
        # The end of the patches is told again while the network looks at them.
        if done == total and getattr(self, name, None) == 0.0:
            setattr(self, name, time.perf_counter())


def run_engine(slices: int) -> dict[str, float]:
    """Predict once to warm up, then measure, the machine's peak before and after."""
    from inference.process import prepare_process

    prepare_process()
    from inference.architecture import Architecture
    from inference.checkpoint import LoadedModel
    from inference.costs import gmac_of
    from inference.device import cpu
    from inference.model_card import published_card
    from inference.predictor import Predictor
    from inference.types import ModelIdentity

    card = published_card(Path("sample_model_1.p"), Architecture.GMIC3D)
    identity = ModelIdentity(
        name=card.name, version=card.version, architecture="gmic3d", sha256="0" * 64
    )
    network = _network()
    gmac = gmac_of(_on_meta(), slices)
    predictor = Predictor(
        model=LoadedModel(network=network, card=card, identity=identity), device=cpu()
    )
    predictor.predict(_request(MovingTexture(2)), StageClock())
    clock = StageClock()
    request = _request(MovingTexture(slices))
    measured = _measured(lambda: predictor.predict(request, clock), gmac)
    patches = clock.patches_end - clock.slices_end
    return measured | {"patch_share": patches / measured["seconds"]}


def run_plain(slices: int) -> dict[str, float]:
    """Run the network alone on a volume that is in memory already."""
    import torch

    from inference.costs import gmac_of

    network = _network()
    whole = network.global_network
    whole.forward = whole.layer_by_layer  # type: ignore[method-assign]
    volume = torch.randn(1, slices, INPUT_ROWS, INPUT_COLUMNS)
    gmac = gmac_of(_on_meta(), slices)
    with torch.inference_mode():
        network(volume[:, :1])
        return _measured(lambda: network(volume), gmac)


def run_preparing(slices: int) -> dict[str, float]:
    """Prepare a right breast that is in memory, three times."""
    from inference.prepare import prepare
    from inference.types import ArraySource

    texture = MovingTexture(slices)
    volume = np.stack([texture.read_slice(index) for index in range(slices)])
    # A half ellipse: a breast's outline costs more than a window full of texture.
    row = (np.arange(volume.shape[1])[:, None] - volume.shape[1] / 2) / (0.46 * volume.shape[1])
    column = np.arange(volume.shape[2])[None, ::-1] / (0.7 * volume.shape[2])
    volume *= row**2 + column**2 < 1
    request = _request(ArraySource(volume), mirrored=True)
    seconds = [
        _seconds(
            lambda: prepare(
                request, input_rows=INPUT_ROWS, input_columns=INPUT_COLUMNS, progress=StageClock()
            )
        )
        for _ in range(3)
    ]
    return {"seconds": statistics.median(seconds)}


def _request(source: ImageSource, *, mirrored: bool = False) -> ModelInput:
    from inference.types import CropRule, Laterality, ModelInput

    laterality = Laterality.RIGHT if mirrored else Laterality.LEFT
    return ModelInput(source=source, laterality=laterality, crop_rule=CropRule.CC)


def _network() -> Gmic3d:
    import torch

    from inference.networks.gmic3d import Gmic3d, Gmic3dConfig

    torch.manual_seed(0)
    return Gmic3d(Gmic3dConfig()).requires_grad_(False).eval()


def _on_meta() -> Gmic3d:
    import torch

    with torch.device("meta"):
        return _network()


def _measured(work: Callable[[], object], gmac: float) -> dict[str, float]:
    """Time it, and the machine's peak before and after: it may have been busier at either end."""
    import torch

    before = _peak()
    started, cpu_started = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    after = _peak()
    gflops = (before.gflops + after.gflops) / 2
    gflop_per_cpu_second = (before.gflop_per_cpu_second + after.gflop_per_cpu_second) / 2
    return {
        "seconds": seconds,
        "peak_gflops": gflops,
        "share_of_peak": 2 * gmac / seconds / gflops,
        "share_of_peak_in_cpu_time": 2 * gmac / cpu_seconds / gflop_per_cpu_second,
        "threads": torch.get_num_threads(),
    }


@dataclass(frozen=True, slots=True)
class Peak:
    """What a machine reaches in convolutions; the CPU time is that of all cores together."""

    gflops: float
    gflop_per_cpu_second: float


def _peak() -> Peak:
    """What this machine's cores reach in 3x3 convolutions, the better of two ways.

    All threads on one convolution, and one convolution a thread; 64 channels, channels last.
    """
    import torch
    from torch.nn import functional

    shape, channels = (1, 64, 132, 84), 64
    images = torch.randn(shape).contiguous(memory_format=torch.channels_last)
    weights = torch.randn(channels, channels, 3, 3).contiguous(memory_format=torch.channels_last)
    gflop = 2 * 9 * channels**2 * shape[2] * shape[3] / 1e9
    threads = torch.get_num_threads()

    def convolve() -> int:
        with torch.inference_mode():
            started, count = time.perf_counter(), 0
            while time.perf_counter() < started + _PEAK_SECONDS:
                functional.conv2d(images, weights, None, 1, 1)
                count += 1
        return count

    def reached(work: Callable[[], int]) -> Peak:
        started, cpu_started = time.perf_counter(), time.process_time()
        done = gflop * work()
        return Peak(
            done / (time.perf_counter() - started), done / (time.process_time() - cpu_started)
        )

    convolve()
    together = reached(convolve)
    torch.set_num_threads(1)
    with ThreadPoolExecutor(threads) as pool:
        apart = reached(lambda: sum(pool.map(lambda _: convolve(), range(threads))))
    torch.set_num_threads(threads)
    return Peak(
        max(together.gflops, apart.gflops),
        max(together.gflop_per_cpu_second, apart.gflop_per_cpu_second),
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak_mb() -> float:
    """Peak resident memory of this process alone."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux lets a child inherit its parent's ru_maxrss; VmHWM starts afresh.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_RUNS: dict[str, Callable[[int], dict[str, float]]] = {
    "engine": run_engine,
    "plain": run_plain,
    "preparing": run_preparing,
}


def main() -> None:
    """Run one of them and write its answer."""
    what, count, answer = sys.argv[1:4]
    measured: dict[str, Any] = _RUNS[what](int(count))
    Path(answer).write_text(json.dumps(measured | {"peak_mb": _peak_mb()}))


if __name__ == "__main__":
    main()
