"""Predictions where a device has memory of its own: a pretended small GPU, and a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from inference_builders import (
    SMALL_2D,
    SMALL_3D,
    RecordingProgress,
    breast_volume,
    make_model,
    make_network,
    model_input,
)
from numpy.typing import NDArray
from torch import Tensor

from inference.chunks import PlacedNetwork
from inference.device import Device, Precision, choose_device, cpu
from inference.networks.gmic3d import CoarseLook, Gmic3d, Gmic3dConfig
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.types import CropRule, Laterality, ModelInput, Prediction

Result = TypeVar("Result")

REORDERED = 2e-5
SMALL_GPU = Device(kind="cpu", name="a small GPU")
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")


@dataclass
class Memory:
    """So much is free, and a slice takes so much."""

    free: int = 1_000_000_000
    taken: int = 100_000_000
    releases: int = 0

    def free_bytes(self) -> int:
        return self.free

    def peak_bytes(self, work: Callable[[], Result]) -> tuple[Result, int]:
        return work(), self.taken

    def release(self) -> None:
        self.releases += 1


@dataclass
class CountingSource:
    """Remembers which slices were read."""

    volume: NDArray[Any]
    rows: int = 600
    columns: int = 400
    read: list[int] = field(default_factory=list)

    @property
    def slices(self) -> int:
        return len(self.volume)

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        self.read.append(slice_index)
        return np.asarray(self.volume[slice_index])


class TiringNetwork(Gmic3d):
    """Runs out of memory for good after so many slices."""

    slices_left = 0

    def look_at_slices(self, slices: Tensor) -> CoarseLook:
        if len(slices) > self.slices_left:
            raise torch.OutOfMemoryError("out of memory")
        self.slices_left -= len(slices)
        return super().look_at_slices(slices)


def _pretend_gpu(
    monkeypatch: pytest.MonkeyPatch, network: Gmic3d, memory: Memory | None = None
) -> Predictor:
    """A predictor on a small GPU, with the CPU behind it."""
    placed = (
        PlacedNetwork(network, SMALL_GPU, memory or Memory()),
        PlacedNetwork(make_network(network.config), cpu(2)),
    )
    with monkeypatch.context() as patch:
        patch.setattr("inference.predictor.place_network", lambda *_: placed)
        return Predictor(model=make_model(network))


def _on_cpu(request: ModelInput, config: Gmic3dConfig = SMALL_3D) -> Prediction:
    predictor = Predictor(model=make_model(make_network(config)), device=cpu(2))
    return predictor.predict(request, SilentProgress())


def _assert_same(one: Prediction, other: Prediction, atol: float = REORDERED) -> None:
    np.testing.assert_allclose(one.saliency, other.saliency, atol=atol)
    assert one.placement == other.placement
    for mine, theirs in zip(one.patches, other.patches, strict=True):
        assert mine.box == theirs.box
        assert mine.slice_index == theirs.slice_index
        assert mine.attention == pytest.approx(theirs.attention, abs=atol)
    for name in ("scores", "global_scores", "local_scores"):
        for finding in ("benign", "malignant"):
            found = getattr(getattr(one, name), finding)
            assert found == pytest.approx(getattr(getattr(other, name), finding), abs=atol)


@pytest.mark.parametrize("laterality", list(Laterality))
@pytest.mark.parametrize("config", [SMALL_3D, SMALL_2D])
def test_an_image_prepared_in_the_devices_memory_gives_the_same_prediction(
    monkeypatch: pytest.MonkeyPatch, config: Gmic3dConfig, laterality: Laterality
) -> None:
    volume = breast_volume(1 if config is SMALL_2D else 12, 600, 400)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1]
    request = model_input(volume, laterality)
    predictor = _pretend_gpu(monkeypatch, make_network(config))
    prediction = predictor.predict(request, SilentProgress())
    _assert_same(prediction, _on_cpu(request, config))
    assert prediction.device == "a small GPU"
    # The second image of a size runs in chunks that were measured on the first.
    _assert_same(predictor.predict(request, SilentProgress()), prediction)


def test_every_slice_is_read_once_where_the_volume_fits_and_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = CountingSource(breast_volume(12, 600, 400))
    request = ModelInput(source=source, laterality=Laterality.LEFT, crop_rule=CropRule.CC)
    progress = RecordingProgress()
    _pretend_gpu(monkeypatch, make_network()).predict(request, progress)
    assert source.read == list(range(12))
    stages = [stage for stage, _, _ in progress.reports]
    assert stages.index("preparing") < stages.index("slices") < stages.index("patches")
    done = [done for stage, done, _ in progress.reports if stage == "slices"]
    assert done == sorted(done)
    assert done[-1] == 12


def test_memory_kept_needlessly_is_given_back_after_every_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = Memory()
    predictor = _pretend_gpu(monkeypatch, make_network(), memory)
    for done in (1, 2):
        predictor.predict(model_input(breast_volume(2, 600, 400)), SilentProgress())
        assert memory.releases == done


def test_a_volume_that_does_not_fit_is_read_slice_by_slice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = model_input(breast_volume(5, 600, 400))
    predictor = _pretend_gpu(monkeypatch, make_network(), Memory(free=1_000_000, taken=500_000))
    _assert_same(predictor.predict(request, SilentProgress()), _on_cpu(request))


@pytest.mark.parametrize("slices_left", [0, 1, 4, 11])
def test_memory_that_runs_out_in_the_middle_costs_no_result(
    monkeypatch: pytest.MonkeyPatch, slices_left: int
) -> None:
    network = TiringNetwork(SMALL_3D)
    network.load_state_dict(make_network().state_dict())
    network.requires_grad_(False).eval()
    network.slices_left = slices_left
    request = model_input(breast_volume(12, 600, 400))
    prediction = _pretend_gpu(monkeypatch, network).predict(request, SilentProgress())
    _assert_same(prediction, _on_cpu(request))
    assert prediction.device == "CPU, 2 threads"
    assert prediction.notices[-1] == "Memory ran out on a small GPU; went on with CPU, 2 threads."


@needs_gpu
@pytest.mark.parametrize("config", [SMALL_3D, SMALL_2D])
def test_an_exact_gpu_gives_what_the_cpu_gives(config: Gmic3dConfig) -> None:
    request = model_input(breast_volume(1 if config is SMALL_2D else 12, 600, 400))
    device = choose_device("cuda", precision=Precision.EXACT)
    predictor = Predictor(model=make_model(make_network(config)), device=device)
    _assert_same(predictor.predict(request, SilentProgress()), _on_cpu(request, config), 1e-4)


@needs_gpu
def test_a_gpu_in_mixed_precision_gives_nearly_what_the_cpu_gives() -> None:
    request = model_input(breast_volume(12, 600, 400))
    mixed = Predictor(model=make_model(), device=choose_device("cuda"))
    prediction, expected = mixed.predict(request, SilentProgress()), _on_cpu(request)
    np.testing.assert_allclose(prediction.saliency, expected.saliency, atol=5e-3)
    assert prediction.scores.malignant == pytest.approx(expected.scores.malignant, abs=2e-3)
    assert prediction.scores.benign == pytest.approx(expected.scores.benign, abs=2e-3)
    assert prediction.device.endswith(", mixed precision")


@needs_gpu
def test_a_gpu_without_memory_for_the_volume_or_a_chunk_finishes() -> None:
    request = model_input(breast_volume(12, 600, 400))
    device = choose_device("cuda", precision=Precision.EXACT)
    predictor = Predictor(model=make_model(), device=device)
    _, total = torch.cuda.mem_get_info()
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(80_000_000 / total)
    try:
        prediction = predictor.predict(request, SilentProgress())
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    _assert_same(prediction, _on_cpu(request), 1e-4)


@needs_gpu
def test_many_images_take_no_more_of_a_gpu_than_a_few() -> None:
    predictor = Predictor(model=make_model(), device=choose_device("cuda"))
    reserved = []
    for number in range(40):
        request = model_input(breast_volume(12, 600, 400 + number % 2))
        predictor.predict(request, SilentProgress())
        reserved.append(torch.cuda.memory_reserved())
    assert reserved[-1] <= reserved[3]
