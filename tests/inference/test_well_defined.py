"""What the published code leaves undefined is defined here: scores always, boxes where they mean
something. Each through a whole prediction.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from inference_builders import (
    SMALL_2D,
    SMALL_3D,
    breast_volume,
    make_model,
    make_network,
    model_input,
)

from inference.device import cpu
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.types import CropRule, Laterality, ModelInput, Prediction

SMALL_WINDOW = replace(SMALL_3D, input_rows=256, input_columns=192, patch_side=64)


def _predict(request: ModelInput, network: Gmic3d | None = None) -> Prediction:
    return Predictor(model=make_model(network), device=cpu()).predict(request, SilentProgress())


def _assert_whole(prediction: Prediction) -> None:
    """All scores are there, all boxes lie in the image, the shares of attention add up."""
    for scores in (prediction.scores, prediction.global_scores, prediction.local_scores):
        assert 0 <= scores.benign <= 1
        assert 0 <= scores.malignant <= 1
    assert np.isfinite(prediction.saliency).all()
    assert prediction.has_salient_region is bool(prediction.patches)
    placement = prediction.placement
    for patch in prediction.patches:
        assert patch.box.top >= 0
        assert patch.box.left >= 0
        assert patch.box.top + patch.box.height <= placement.image_rows
        assert patch.box.left + patch.box.width <= placement.image_columns
    if prediction.patches:
        assert sum(patch.attention for patch in prediction.patches) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("config", [SMALL_3D, SMALL_2D], ids=["relu(tanh)", "sigmoid"])
def test_constant_saliency_has_no_salient_region_and_no_boxes_but_scores(
    config: Gmic3dConfig,
) -> None:
    network = make_network(config)
    network.saliency_head.conv.weight.zero_()
    prediction = _predict(model_input(breast_volume(1, 600, 400)), network)
    _assert_whole(prediction)
    assert not prediction.has_salient_region
    assert prediction.patches == ()
    assert prediction.global_scores.malignant == (0.5 if config is SMALL_2D else 0)
    assert prediction.scores.malignant > 0


def test_one_constant_class_leaves_the_boxes_to_the_other() -> None:
    network = make_network()
    network.saliency_head.conv.weight[0].zero_()
    prediction = _predict(model_input(breast_volume(3, 600, 400)), network)
    _assert_whole(prediction)
    assert prediction.has_salient_region
    assert prediction.global_scores.benign == 0


@pytest.mark.parametrize("top_t", [1e-6, 3.0, 1000.0])
@pytest.mark.parametrize("slices", [1, 2])
def test_too_few_cells_for_t_are_averaged_all_and_at_least_one_is(
    slices: int, top_t: float
) -> None:
    network = make_network(replace(SMALL_3D, top_t=top_t))
    prediction = _predict(model_input(breast_volume(slices, 600, 400)), network)
    _assert_whole(prediction)
    cells = prediction.saliency[:, 1]
    expected = cells.max() if top_t < 1 else cells.mean()
    assert prediction.global_scores.malignant == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("config", [SMALL_3D, SMALL_2D], ids=["3D-GMIC", "GMIC"])
def test_one_slice_is_scored_as_a_volume_of_one(config: Gmic3dConfig) -> None:
    prediction = _predict(model_input(breast_volume(1, 600, 400)), make_network(config))
    _assert_whole(prediction)
    assert prediction.saliency.shape[0] == 1
    assert {patch.slice_index for patch in prediction.patches} == {0}


@pytest.mark.parametrize("rule", list(CropRule))
def test_a_view_outside_cc_and_mlo_is_scored_the_same_and_marked(rule: CropRule) -> None:
    usual = model_input(breast_volume(2, 600, 400), crop_rule=rule)
    prediction = _predict(replace(usual, outside_training_views=True))
    expected = _predict(usual)
    _assert_whole(prediction)
    assert prediction.outside_training_views
    assert not expected.outside_training_views
    assert prediction.scores == expected.scores
    assert prediction.patches == expected.patches


@pytest.mark.parametrize("rows", [150, 256, 500])
@pytest.mark.parametrize("columns", [100, 192, 400])
@pytest.mark.parametrize("rule", list(CropRule))
@pytest.mark.parametrize("laterality", list(Laterality))
def test_volumes_wider_taller_and_smaller_than_the_window_are_scored(
    rows: int, columns: int, rule: CropRule, laterality: Laterality
) -> None:
    volume = breast_volume(1, rows, columns)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1]
    request = model_input(volume, laterality, rule)
    prediction = _predict(request, make_network(SMALL_WINDOW))
    _assert_whole(prediction)
    assert (prediction.placement.image_rows, prediction.placement.image_columns) == (rows, columns)


def test_an_image_of_one_pixel_is_scored() -> None:
    prediction = _predict(model_input(np.ones((1, 1, 1), np.uint8)))
    _assert_whole(prediction)
    assert all(patch.box.height <= 1 and patch.box.width <= 1 for patch in prediction.patches)


def test_an_image_without_contrast_is_scored() -> None:
    prediction = _predict(model_input(np.full((2, 600, 400), 500, np.uint16)))
    _assert_whole(prediction)
