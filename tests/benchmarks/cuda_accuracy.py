"""How near exact and mixed predictions on the device come to each other and to the CPU."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.checkpoint import LoadedModel
from inference.device import Precision, cpu, exact_arithmetic
from inference.networks.gmic3d import CoarseLook, Gmic3d
from inference.networks.mixed import look_in_mixed_precision
from inference.networks.resnet import SliceGroupNorm
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.types import Prediction
from tests.benchmarks.cuda_setting import Measured, Setting

EXACT_SALIENCY, EXACT_SCORES = 5e-4, 1e-4
"""As the reference numbers ask for."""
MIXED_SALIENCY, MIXED_SCORES = 5e-3, 2e-3

Look = Callable[[], CoarseLook]


def compare(one: Prediction, other: Prediction) -> Measured:
    """The largest differences, and how many patches lie at one place."""
    pairs = [
        (one.scores, other.scores),
        (one.global_scores, other.global_scores),
        (one.local_scores, other.local_scores),
    ]
    places = [
        {(p.slice_index, p.input_top, p.input_left) for p in prediction.patches}
        for prediction in (one, other)
    ]
    return {
        "saliency_difference": float(np.abs(one.saliency - other.saliency).max()),
        "score_difference": max(
            max(abs(a.benign - b.benign), abs(a.malignant - b.malignant)) for a, b in pairs[:1]
        ),
        "part_score_difference": max(
            max(abs(a.benign - b.benign), abs(a.malignant - b.malignant)) for a, b in pairs[1:]
        ),
        "patches_in_common": len(places[0] & places[1]),
        "patches": len(places[0]),
        "largest_saliency": float(other.saliency.max()),
    }


def judged(found: Measured, *, saliency: float, scores: float) -> Measured:
    """With whether they are as near as they must be."""
    is_near = found["saliency_difference"] <= saliency and found["score_difference"] <= scores
    return found | {"passed": is_near}


def accuracy(setting: Setting) -> Measured:
    """Exact on the device against the CPU on a few slices, mixed against exact on all."""
    results: Measured = {}
    models = {"random": setting.random_model}
    models |= {f"demo {name}": model for name, model in setting.demo_models.items()}
    for name, model in models.items():
        is_2d = name == "demo gmic"
        if is_2d:
            few = many = setting.phantom.ffdm()[np.newaxis]
        else:
            few, many = setting.phantom_slices, setting.volume
        if setting.quick and name != "random":
            continue
        results[name] = _of_model(setting, model, few, many)
    return results


def _of_model(
    setting: Setting, model: LoadedModel, few: NDArray[Any], many: NDArray[Any]
) -> Measured:
    exact = setting.predictor(model, Precision.EXACT)
    mixed = setting.predictor(model, Precision.MIXED)
    on_cpu = Predictor(model=model, device=cpu())

    def predict(predictor: Predictor, volume: NDArray[Any]) -> Prediction:
        return predictor.predict(setting.request(volume), SilentProgress())

    return {
        "exact against CPU": judged(
            compare(predict(exact, few), predict(on_cpu, few)),
            saliency=EXACT_SALIENCY,
            scores=EXACT_SCORES,
        ),
        "mixed against exact": judged(
            compare(predict(mixed, many), predict(exact, many)),
            saliency=MIXED_SALIENCY,
            scores=MIXED_SCORES,
        ),
    }


def real_images(setting: Setting) -> Measured:
    """Mixed against exact on real mammograms, 2D and as volumes of one slice."""
    results: Measured = {}
    models = {"random 3D-GMIC": setting.random_model}
    models |= {f"demo {name}": model for name, model in setting.demo_models.items()}
    for name, model in models.items():
        exact = setting.predictor(model, Precision.EXACT)
        mixed = setting.predictor(model, Precision.MIXED)
        for image, request in setting.real_images.items():
            found = compare(
                mixed.predict(request, SilentProgress()), exact.predict(request, SilentProgress())
            )
            results[f"{name}, {image}"] = judged(
                found, saliency=MIXED_SALIENCY, scores=MIXED_SCORES
            )
    return results


def prepared_slices(setting: Setting, network: Gmic3d, count: int) -> Tensor:
    """Standardised slices of the volume on the device."""

    config = network.config
    prepared = prepare(
        setting.request(setting.volume[:count]),
        input_rows=config.input_rows,
        input_columns=config.input_columns,
        progress=SilentProgress(),
    )
    slices = [torch.from_numpy(prepared.read_slice(index)) for index in range(count)]
    return torch.stack(slices).to(setting.torch_device)


def variants(setting: Setting) -> Measured:
    """What each way of computing the whole-slice network errs, takes and needs."""
    results: Measured = {}
    for name, model in {
        "random": setting.random_model,
        "demo gmic3d": setting.demo_models["gmic3d"],
    }.items():
        if setting.quick and name != "random":
            continue
        network = model.network
        assert isinstance(network, Gmic3d)
        slices = prepared_slices(setting, network, 2 if setting.quick else 16)
        results[name] = _variants_of(setting, network, slices)
    return results


@torch.inference_mode()
def _variants_of(setting: Setting, network: Gmic3d, slices: Tensor) -> Measured:

    exact = setting.device(Precision.EXACT)
    rows: Measured = {}
    expected: Tensor | None = None
    for layout, memory_format in (
        ("plain", torch.contiguous_format),
        ("channels last", torch.channels_last),
    ):
        there = copy.deepcopy(network).to(setting.torch_device, memory_format=memory_format)
        ways: dict[str, Look] = {"float32": lambda net=there: net.look_at_slices(slices)}
        if setting.kind == "cuda":
            ways["tf32"] = ways["float32"]
        for stages in (1, 2, 3, 4):
            ways[f"float16, {stages} exact stages"] = lambda net=there, stages=stages: (
                look_in_mixed_precision(net, slices, exact_stages=stages)
            )
        for way, look in [*ways.items(), *_with_summed_norms(ways)]:
            row: Measured = {}
            allowed = torch.backends.cudnn.flags(enabled=True, allow_tf32=way == "tf32")
            with allowed if setting.kind == "cuda" else exact_arithmetic(exact):
                look()
                with setting.peak_memory(row):
                    saliency = look().saliency
                seconds = min(setting.timed(look)[1] for _ in range(1 if setting.quick else 3))
            expected = saliency if expected is None else expected
            row["saliency_difference"] = float((saliency - expected).abs().max())
            row["ms_per_slice"] = seconds / len(slices) * 1000
            rows[f"{way}, {layout}"] = row
    return rows


def _with_summed_norms(ways: dict[str, Look]) -> Iterator[tuple[str, Look]]:
    """The most promising ways again with norms that stay in the channels-last layout.

    torch's own on CUDA lays every input out anew.
    """
    plain = SliceGroupNorm.forward
    for way in ("float32", "float16, 2 exact stages", "float16, 3 exact stages"):

        def look(way: str = way) -> CoarseLook:
            SliceGroupNorm.forward = _summed_norm
            try:
                return ways[way]()
            finally:
                SliceGroupNorm.forward = plain

        yield f"{way}, summed norms", look


def _summed_norm(norm: SliceGroupNorm, features: Tensor) -> Tensor:
    """GroupNorm from two sums in float32; the result has the type and layout of the features."""
    slices, channels, rows, columns = features.shape
    groups = (slices, norm.num_groups, channels // norm.num_groups)
    values = features.sum(dim=(2, 3), dtype=torch.float32).view(groups)
    squares = torch.linalg.vector_norm(features, dim=(2, 3), dtype=torch.float32).square()
    count = rows * columns * groups[2]
    mean = values.double().sum(dim=2, keepdim=True) / count
    square = squares.view(groups).double().sum(dim=2, keepdim=True) / count
    deviation = (square - mean**2).clamp(min=0.0).add(norm.eps).sqrt()
    scale = norm.weight.view(1, *groups[1:]) / deviation
    shift = norm.bias.view(1, *groups[1:]) - mean * scale
    shape = (slices, channels, 1, 1)
    with torch.autocast(features.device.type, enabled=False):
        return torch.addcmul(
            shift.float().view(shape),
            features,
            scale.float().view(shape),
            out=torch.empty_like(features),
        )
