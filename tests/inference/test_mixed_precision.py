"""Mixed precision: how near it comes, and what happens where it cannot hold the numbers."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from inference_builders import SMALL_2D, SMALL_3D, breast_volume, make_model, make_network
from inference_builders import model_input as request_of

from inference.chunks import place_network
from inference.device import Device, Precision, choose_device, cpu
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.mixed import EXACT_STAGES, look_in_mixed_precision
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.types import CropRule, Laterality, ModelInput, Prediction

SALIENCY = 5e-3
SCORES = 2e-3


def _predict(
    network: Gmic3d, request: ModelInput, precision: Precision = Precision.EXACT
) -> Prediction:
    predictor = Predictor(model=make_model(network), device=cpu(2), precision=precision)
    return predictor.predict(request, SilentProgress())


def _scores(prediction: Prediction) -> list[float]:
    parts = (prediction.scores, prediction.global_scores, prediction.local_scores)
    return [score for part in parts for score in (part.benign, part.malignant)]


@torch.inference_mode()
@pytest.mark.parametrize("config", [SMALL_3D, SMALL_2D])
def test_with_every_stage_exact_it_is_the_network_itself(config: Gmic3dConfig) -> None:
    network = make_network(config)
    slices = torch.randn(2, 300, 280, generator=torch.Generator().manual_seed(0))
    same = look_in_mixed_precision(network, slices, exact_stages=5)
    torch.testing.assert_close(same, network.look_at_slices(slices), atol=2e-5, rtol=0)


@pytest.mark.parametrize("config", [SMALL_3D, SMALL_2D])
def test_mixed_precision_gives_nearly_the_same_scores_and_saliency(config: Gmic3dConfig) -> None:
    network = make_network(config)
    request = request_of(breast_volume(1 if config is SMALL_2D else 3, 600, 400))
    exact = _predict(network, request)
    mixed = _predict(network, request, Precision.MIXED)
    assert not np.array_equal(mixed.saliency, exact.saliency)
    np.testing.assert_allclose(mixed.saliency, exact.saliency, atol=SALIENCY)
    np.testing.assert_allclose(_scores(mixed), _scores(exact), atol=SCORES)


def _assert_near(network: Gmic3d, request: ModelInput) -> None:
    """Compare one slice's maps at full size; the patches are looked at exactly in both."""
    prepared = prepare(
        request,
        input_rows=network.config.input_rows,
        input_columns=network.config.input_columns,
        progress=SilentProgress(),
    )
    slices = torch.from_numpy(prepared.read_slice(0)).unsqueeze(0)
    with torch.inference_mode():
        exact = network.look_at_slices(slices).saliency
        mixed = look_in_mixed_precision(network, slices).saliency
    assert exact.max() > exact.min()
    torch.testing.assert_close(mixed, exact, atol=SALIENCY, rtol=0)


def test_mixed_precision_is_near_on_a_full_size_phantom() -> None:
    imaged = draw_exam(DEMO_SEED, 1).image_view(Laterality.LEFT, View.MLO)
    slices = imaged.tomosynthesis_slice(20)[np.newaxis]
    _assert_near(make_network(Gmic3dConfig()), request_of(slices, crop_rule=CropRule.MLO))


@pytest.mark.shared
def test_mixed_precision_is_near_on_a_real_mammogram(shared: Path) -> None:
    path = shared / "data" / "exams" / "gmic_exam0" / "0_L-CC.png"
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None
    _assert_near(make_network(Gmic3dConfig()), request_of(np.asarray(image)[np.newaxis]))


def test_numbers_too_large_for_mixed_precision_are_computed_exactly_and_it_is_said() -> None:
    network = make_network()
    network.global_network.stages[EXACT_STAGES][0].conv1.weight *= 1e8
    request = request_of(breast_volume(3, 600, 400))
    mixed = _predict(network, request, Precision.MIXED)
    exact = _predict(network, request)
    np.testing.assert_allclose(_scores(mixed), _scores(exact), atol=2e-5)
    assert any("too large for mixed precision" in notice for notice in mixed.notices)
    assert mixed.device == "CPU, 2 threads"


def test_mixed_precision_is_told_by_the_prediction_and_exact_is_the_default_of_a_cpu() -> None:
    request = request_of(breast_volume(1, 600, 400))
    assert _predict(make_network(), request, Precision.MIXED).device == (
        "CPU, 2 threads, mixed precision"
    )
    assert choose_device("cpu").precision is Precision.EXACT
    assert choose_device("cpu", precision=Precision.MIXED).is_mixed
    assert Predictor(model=make_model(), device=cpu()).device.precision is Precision.EXACT


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_gpu_runs_in_mixed_precision_unless_exact_is_asked_for() -> None:
    assert choose_device("cuda").precision is Precision.MIXED
    exact = choose_device("cuda", precision=Precision.EXACT)
    assert not exact.is_mixed
    assert "mixed" not in exact.description


def test_networks_stand_in_memory_as_they_run_fastest() -> None:
    gpu = Device(kind="cuda", name="a GPU")
    assert gpu.memory_format is torch.contiguous_format
    mixed = Device(kind="cuda", name="a GPU", precision=Precision.MIXED)
    assert mixed.memory_format is torch.contiguous_format
    (placed,) = place_network(make_network(), cpu())
    weight = placed.network.global_network.stages[1][0].conv1.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
