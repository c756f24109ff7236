"""How long predictions take on the device, how much memory, and what happens without enough."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from inference.breast_mask import find_breast
from inference.chunks import ChunkedRun, _look, place_network
from inference.costs import gmac_of
from inference.device import Precision, exact_arithmetic
from inference.networks.gmic3d import Gmic3d
from inference.networks.patches import choose_patches
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.types import Prediction
from tests.benchmarks.cuda_accuracy import compare, prepared_slices
from tests.benchmarks.cuda_setting import MB, Measured, Setting, StageClock

_ROUNDS = 3


def whole_predictions(setting: Setting) -> Measured:
    """From a uint16 volume in the host's memory to a Prediction, by number of slices."""
    results: Measured = {}
    for precision in (Precision.MIXED, Precision.EXACT):
        predictor = setting.predictor(setting.random_model, precision)
        first = setting.request(setting.volume[: setting.slice_counts[0]])
        _, cold = setting.timed(lambda p=predictor, r=first: p.predict(r, SilentProgress()))
        by_count: Measured = {"first_prediction_seconds": cold}
        for count in setting.slice_counts:
            by_count[str(count)] = _predictions(setting, predictor, count)
        results[precision.value] = by_count
    return results


def _predictions(setting: Setting, predictor: Predictor, count: int) -> Measured:
    request = setting.request(setting.volume[:count])
    if not setting.quick:
        # Once more before the clock runs: chunks of this size, page-locked buffers.
        predictor.predict(request, SilentProgress())
    row: Measured = {}
    seconds, stages = [], []
    with setting.peak_memory(row):
        for _ in range(1 if setting.quick else _ROUNDS):
            clock = StageClock()
            _, taken = setting.timed(lambda clock=clock: predictor.predict(request, clock))
            seconds.append(taken)
            stages.append(clock.seconds())
    row["seconds"] = statistics.median(seconds)
    row["fastest_seconds"] = min(seconds)
    for stage in stages[0]:
        row[stage] = statistics.median(one[stage] for one in stages)
    row["ms_per_slice"] = row["seconds"] / count * 1000
    return row


@torch.inference_mode()
def parts(setting: Setting) -> Measured:
    """The network alone by chunk, and the steps around it."""
    network = setting.random_model.network
    assert isinstance(network, Gmic3d)
    config = network.config
    slices = prepared_slices(setting, network, 2 if setting.quick else 32)
    gmac = gmac_of(network, 2) - gmac_of(network, 1)
    results: Measured = {"gmac_per_slice": gmac}
    for precision in (Precision.MIXED, Precision.EXACT):
        placed = place_network(network, setting.device(precision))
        for chunk in (2,) if setting.quick else (1, 4, 8, 16, 32):
            run = ChunkedRun(placed, chunk)
            row: Measured = {}
            run.look_at_slices(slices[:chunk])
            with setting.peak_memory(row):
                seconds = min(
                    setting.timed(lambda run=run: run.look_at_slices(slices))[1]
                    for _ in range(_ROUNDS)
                )
            row["ms_per_slice"] = seconds / len(slices) * 1000
            row["tera_multiply_adds_per_second"] = gmac * len(slices) / seconds / 1000
            results[f"{precision.value}, chunk of {chunk}"] = row
    run = ChunkedRun(place_network(network, setting.device(Precision.EXACT)), 1)
    patches = torch.randn(config.patches, 256, 256, device=setting.torch_device)
    results["patches_ms"] = _milliseconds(setting, lambda: run.look_at_patches(patches))
    saliency = torch.rand(setting.most_slices, 2, 33, 21)
    results["choosing_patches_ms"] = _milliseconds(
        setting,
        lambda: choose_patches(
            saliency,
            input_rows=config.input_rows,
            input_columns=config.input_columns,
            count=config.patches,
        ),
    )
    projection = setting.volume.max(axis=0)
    results["finding_the_breast_ms"] = _milliseconds(
        setting, lambda: find_breast(projection, mirrored=False)
    )
    results["copying_the_volume_in_memory_ms"] = _milliseconds(
        setting, lambda: np.copyto(np.empty_like(setting.volume), setting.volume)
    )
    return results


def _milliseconds(setting: Setting, work: Callable[[], object]) -> float:
    work()
    return min(setting.timed(work)[1] for _ in range(_ROUNDS)) * 1000


@torch.inference_mode()
def trying_algorithms(setting: Setting) -> Measured:
    """Whether cudnn.benchmark pays: its cost on the first chunk, and the time afterwards."""
    network = setting.random_model.network
    assert isinstance(network, Gmic3d)
    slices = prepared_slices(setting, network, 2 if setting.quick else 8)
    results: Measured = {}
    for precision in (Precision.MIXED, Precision.EXACT):
        placed = place_network(network, setting.device(precision))[0]

        with exact_arithmetic(placed.device):
            torch.backends.cudnn.benchmark = True
            try:
                row: Measured = {}
                _, row["first_seconds"] = setting.timed(lambda p=placed: _look(p, slices))
                with setting.peak_memory(row):
                    seconds = min(
                        setting.timed(lambda p=placed: _look(p, slices))[1] for _ in range(_ROUNDS)
                    )
                row["ms_per_slice"] = seconds / len(slices) * 1000
            finally:
                torch.backends.cudnn.benchmark = False
        results[precision.value] = row
    return results


def little_memory(setting: Setting) -> Measured:
    """Predict with ever less memory: the result stays, the notices say how it came about."""
    count = setting.slice_counts[0]
    request = setting.request(setting.volume[:count])
    predictor = setting.predictor(setting.random_model, Precision.EXACT)

    def predict(with_predictor: Predictor) -> Prediction:
        return with_predictor.predict(request, SilentProgress())

    unconstrained = predict(predictor)
    results: Measured = {}
    if setting.kind == "cpu":
        return {"skipped": "a CPU's memory cannot be limited"}
    total = torch.cuda.mem_get_info()[1]
    volume_mb = request.source.slices * request.source.rows * request.source.columns * 2 / MB
    for name, megabytes in {
        "volume and small chunks": volume_mb + 450,
        "small chunks": 400,
        "hardly one slice": 200,
        "nothing": 20,
    }.items():
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        limit = torch.cuda.memory_allocated() + megabytes * MB
        torch.cuda.set_per_process_memory_fraction(min(1.0, limit / total))
        try:
            started = time.perf_counter()
            found = predict(predictor)
            row = compare(found, unconstrained)
            row["seconds"] = time.perf_counter() - started
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        row["notices"] = list(found.notices)
        row["device"] = found.device
        row["passed"] = row["saliency_difference"] < 5e-4 and row["score_difference"] < 1e-4
        results[name] = row
    return results
