"""3D-GMIC against the reference numbers: the network alone, and the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from golden_comparison import (
    INPUT,
    SALIENCY,
    SCORES,
    LoadReference,
    assert_patches,
    assert_preparation,
    assert_scores,
)

from inference.checkpoint import LoadedModel
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.types import ArraySource, CropRule, Laterality, ModelInput

pytestmark = pytest.mark.shared
VIEWS = ("L-CC", "R-CC", "L-MLO", "R-MLO")


@torch.inference_mode()
def test_the_network_gives_the_reference_numbers(
    shared: Path, deterministic: ModuleType, load_reference: LoadReference
) -> None:
    reference = np.load(shared / "golden" / "gmic3d_network.npz")
    network = load_reference("gmic3d", 7, 1).network
    volume = deterministic.volume(7, 8, 2116, 1339).astype(np.float64)
    standardised = ((volume - volume.mean()) / volume.std()).astype(np.float32)
    output = network(torch.from_numpy(standardised).unsqueeze(0))
    np.testing.assert_allclose(output.saliency[0], reference["saliency"], atol=SALIENCY)
    np.testing.assert_allclose(output.global_scores, reference["y_global"], atol=SCORES)
    np.testing.assert_allclose(output.local_scores, reference["y_local"], atol=SCORES)
    np.testing.assert_allclose(output.scores, reference["y_final"], atol=SCORES)
    np.testing.assert_allclose(output.attention[0], reference["attention"], atol=SCORES)
    (positions,) = output.positions
    assert [position.slice_index for position in positions] == reference["patch_slice"].tolist()
    assert [[p.top, p.left] for p in positions] == reference["patch_top_left"].tolist()


@pytest.fixture(scope="module")
def pipeline_model(load_reference: LoadReference) -> LoadedModel:
    """The network of the pipeline's reference numbers."""
    return load_reference("gmic3d", 101, 1)


def _view_input(deterministic: ModuleType, view: str) -> ModelInput:
    volume = deterministic.volume(101 + VIEWS.index(view), 6, 2457, 1890)
    if view.startswith("R"):
        volume = volume[:, :, ::-1]
    return ModelInput(
        source=ArraySource(volume),
        laterality=Laterality(view[0]),
        crop_rule=CropRule(view[2:]),
    )


@pytest.mark.parametrize("view", VIEWS)
def test_the_pipeline_gives_the_reference_numbers(
    shared: Path, deterministic: ModuleType, pipeline_model: LoadedModel, view: str
) -> None:
    reference = np.load(shared / "golden" / "gmic3d_pipeline.npz")
    request = _view_input(deterministic, view)
    prepared = prepare(request, input_rows=2116, input_columns=1339, progress=SilentProgress())
    assert_preparation(prepared, reference, view)
    corner = prepared.read_slice(0)[1000:1008, 300:308]
    np.testing.assert_allclose(corner, reference[f"{view}/input_corner"], atol=INPUT)

    prediction = Predictor(model=pipeline_model).predict(request, SilentProgress())
    np.testing.assert_allclose(prediction.saliency, reference[f"{view}/saliency"], atol=SALIENCY)
    assert_scores(prediction.global_scores, reference[f"{view}/y_global"])
    assert_scores(prediction.local_scores, reference[f"{view}/y_local"])
    assert_scores(prediction.scores, reference[f"{view}/y_final"])
    assert_patches(
        prediction,
        reference[f"{view}/patch_slice"],
        reference[f"{view}/patch_top_left"],
        reference[f"{view}/attention"],
    )
