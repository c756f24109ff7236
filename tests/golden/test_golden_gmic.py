"""2D GMIC on two real mammograms against the reference numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from golden_comparison import (
    INPUT,
    SALIENCY,
    LoadReference,
    assert_patches,
    assert_preparation,
    assert_scores,
)
from PIL import Image

from inference.checkpoint import LoadedModel
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.types import ArraySource, CropRule, Laterality, ModelInput

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def model(load_reference: LoadReference) -> LoadedModel:
    """Member 2, which has the reference's t 0.03 and K 6."""
    return load_reference("gmic", 11, 2)


@pytest.mark.parametrize("view", ["L-CC", "R-MLO"])
def test_the_pipeline_gives_the_reference_numbers(
    shared: Path, model: LoadedModel, view: str
) -> None:
    reference = np.load(shared / "golden" / "gmic_pipeline.npz")
    pixels = np.asarray(Image.open(shared / "data" / "exams" / "gmic_exam0" / f"0_{view}.png"))
    request = ModelInput(
        source=ArraySource(pixels[np.newaxis]),
        laterality=Laterality(view[0]),
        crop_rule=CropRule(view[2:]),
    )
    prepared = prepare(request, input_rows=2944, input_columns=1920, progress=SilentProgress())
    assert_preparation(prepared, reference, view)
    blocks = prepared.read_slice(0).reshape(46, 64, 30, 64).mean(axis=(1, 3))
    np.testing.assert_allclose(blocks, reference[f"{view}/input_block_means"], atol=INPUT)

    prediction = Predictor(model=model).predict(request, SilentProgress())
    np.testing.assert_allclose(prediction.saliency[0], reference[f"{view}/saliency"], atol=SALIENCY)
    assert_scores(prediction.global_scores, reference[f"{view}/y_global"])
    assert_scores(prediction.local_scores, reference[f"{view}/y_local"])
    assert_scores(prediction.scores, reference[f"{view}/y_fusion"])
    assert_patches(
        prediction,
        np.zeros(6),
        reference[f"{view}/patch_top_left"],
        reference[f"{view}/attention"],
    )
