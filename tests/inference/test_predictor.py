"""From an image to a prediction, on small networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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

from inference.device import cpu
from inference.errors import Cancelled, InferenceError, InputShapeError, UnusableImageError
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.types import CropRule, Laterality, Prediction

REORDERED = 2e-5
"""What sums in another order may change."""


def _predict(
    volume: NDArray[Any],
    laterality: Laterality = Laterality.LEFT,
    network: Gmic3d | None = None,
    **options: Any,
) -> Prediction:
    predictor = Predictor(model=make_model(network), device=cpu(), **options)
    return predictor.predict(model_input(volume, laterality), SilentProgress())


def _assert_same(one: Prediction, other: Prediction, atol: float = REORDERED) -> None:
    np.testing.assert_allclose(one.saliency, other.saliency, atol=atol)
    for mine, theirs in (
        (one.scores, other.scores),
        (one.global_scores, other.global_scores),
        (one.local_scores, other.local_scores),
    ):
        assert mine.benign == pytest.approx(theirs.benign, abs=atol)
        assert mine.malignant == pytest.approx(theirs.malignant, abs=atol)
    assert len(one.patches) == len(other.patches)
    for patch, twin in zip(one.patches, other.patches, strict=True):
        assert (patch.slice_index, patch.input_top, patch.input_left) == (
            twin.slice_index,
            twin.input_top,
            twin.input_left,
        )
        assert patch.attention == pytest.approx(twin.attention, abs=atol)


@pytest.mark.parametrize(
    "config", [SMALL_3D, SMALL_2D, replace(SMALL_3D, patch_side=96, neighbour_slices=0)]
)
def test_a_prediction_equals_the_network_run_on_the_whole_prepared_volume(
    config: Gmic3dConfig,
) -> None:
    volume = breast_volume(1 if config is SMALL_2D else 4, 600, 400)
    network = make_network(config)
    prediction = _predict(volume, network=network)
    prepared = prepare(
        model_input(volume), input_rows=512, input_columns=384, progress=SilentProgress()
    )
    whole = torch.stack([torch.from_numpy(prepared.read_slice(i)) for i in range(len(volume))])
    with torch.inference_mode():
        expected = network(whole.unsqueeze(0))
    np.testing.assert_allclose(prediction.saliency, expected.saliency[0].numpy(), atol=REORDERED)
    assert prediction.scores.benign == pytest.approx(float(expected.scores[0, 0]), abs=REORDERED)
    assert prediction.scores.malignant == pytest.approx(float(expected.scores[0, 1]), abs=REORDERED)
    assert [patch.attention for patch in prediction.patches] == pytest.approx(
        expected.attention[0].tolist(), abs=REORDERED
    )
    assert [(p.slice_index, p.input_top, p.input_left) for p in prediction.patches] == [
        (p.slice_index, p.top, p.left) for p in expected.positions[0]
    ]


def test_a_mirrored_image_gives_mirrored_results() -> None:
    # Narrower than the window, so that the window starts at the chest wall on both sides.
    volume = breast_volume(3, 600, 360)
    left = _predict(volume)
    right = _predict(volume[:, :, ::-1].copy(), Laterality.RIGHT)
    assert left.patches
    _assert_same(left, right)
    assert right.placement.mirrored
    for patch, twin in zip(left.patches, right.patches, strict=True):
        assert twin.box.left == 360 - patch.box.left - patch.box.width
        assert (twin.box.top, twin.box.height) == (patch.box.top, patch.box.height)


@pytest.mark.parametrize("options", [{"slices_per_chunk": 3}, {"threads": 1}, {"threads": 2}])
def test_chunks_and_threads_do_not_change_the_result(options: dict[str, int]) -> None:
    volume = breast_volume(5, 600, 400)
    _assert_same(_predict(volume), _predict(volume, **options))


def test_the_number_of_threads_is_asked_for_before_every_chunk() -> None:
    asked: list[int] = []

    def threads() -> int:
        asked.append(1)
        return 1

    volume = breast_volume(5, 600, 400)
    _assert_same(_predict(volume), _predict(volume, threads=threads, slices_per_chunk=2))
    # Three chunks of slices and the patches.
    assert len(asked) == 4


def test_running_twice_gives_the_same() -> None:
    volume = breast_volume(3, 600, 400)
    predictor = Predictor(model=make_model(), device=cpu())
    first = predictor.predict(model_input(volume), SilentProgress())
    predictor.predict(model_input(breast_volume(2, 500, 300, seed=9)), SilentProgress())
    _assert_same(first, predictor.predict(model_input(volume), SilentProgress()), atol=0)


def test_every_slice_is_a_step_of_progress() -> None:
    progress = RecordingProgress()
    Predictor(model=make_model(), device=cpu(), slices_per_chunk=2).predict(
        model_input(breast_volume(5, 600, 400)), progress
    )
    done = [done for stage, done, total in progress.reports if stage == "slices"]
    assert done == sorted(done)
    # Before each of the five slices and after each chunk.
    assert len(done) == 5 + 3
    assert progress.reports[-1][0] == "patches"
    assert all(0 <= done <= total for _, done, total in progress.reports)


@pytest.mark.parametrize("moment", [("preparing", 2), ("slices", 0), ("slices", 3), ("patches", 0)])
def test_it_can_be_cancelled_at_any_moment_and_run_again(moment: tuple[str, int]) -> None:
    predictor = Predictor(model=make_model(), device=cpu())
    request = model_input(breast_volume(5, 600, 400))
    progress = RecordingProgress(cancel_at=moment)
    with pytest.raises(Cancelled):
        predictor.predict(request, progress)
    assert progress.reports[-1][:2] == moment
    assert predictor.predict(request, SilentProgress()).patches


class CancelsAtReport:
    """Counts the reports of the patches, and cancels at one of them."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.seen = 0
        self._cancel_at = cancel_at

    def update(self, done: int, total: int, stage: str) -> None:
        self.seen += stage == "patches"
        if self.seen == self._cancel_at:
            raise Cancelled


def test_patches_can_be_cancelled_while_the_network_looks_at_them() -> None:
    predictor = Predictor(model=make_model(), device=cpu())
    request = model_input(breast_volume(1, 600, 400))
    whole = CancelsAtReport()
    expected = predictor.predict(request, whole)
    # Before and after the one slice is cut, and after each of ResNet-18's eight blocks at least.
    assert whole.seen >= 2 + 8
    for report in range(1, whole.seen + 1):
        stopped = CancelsAtReport(report)
        with pytest.raises(Cancelled):
            predictor.predict(request, stopped)
        assert stopped.seen == report
    _assert_same(expected, predictor.predict(request, SilentProgress()), atol=0)


def test_one_slice_is_a_volume_too() -> None:
    prediction = _predict(breast_volume(1, 600, 400))
    assert prediction.saliency.shape[0] == 1
    assert {patch.slice_index for patch in prediction.patches} == {0}


def test_a_volume_with_fewer_cells_than_t_asks_for_is_pooled_whole() -> None:
    network = make_network(replace(SMALL_3D, top_t=2.5))
    prediction = _predict(breast_volume(2, 600, 400), network=network)
    mean = prediction.saliency.mean(axis=(0, 2, 3))
    assert prediction.global_scores.benign == pytest.approx(float(mean[0]), abs=1e-6)
    assert prediction.global_scores.malignant == pytest.approx(float(mean[1]), abs=1e-6)


def test_a_constant_saliency_has_scores_but_no_region_and_no_boxes() -> None:
    network = make_network()
    network.saliency_head.conv.weight.zero_()
    prediction = _predict(breast_volume(3, 600, 400), network=network)
    assert not prediction.has_salient_region
    assert prediction.patches == ()
    assert prediction.global_scores.malignant == 0
    assert prediction.scores.malignant == pytest.approx(prediction.local_scores.malignant / 2)


def test_attention_shares_add_up_and_sort_the_patches() -> None:
    prediction = _predict(breast_volume(3, 600, 400))
    assert sum(patch.attention for patch in prediction.patches) == pytest.approx(1, abs=REORDERED)
    shares = [patch.attention for patch in prediction.patches_by_attention]
    assert shares == sorted(shares, reverse=True)


def test_views_outside_the_training_are_marked() -> None:
    request = replace(model_input(breast_volume(1, 600, 400)), outside_training_views=True)
    predictor = Predictor(model=make_model(), device=cpu())
    assert predictor.predict(request, SilentProgress()).outside_training_views


def test_the_prediction_says_what_made_it() -> None:
    model = make_model()
    prediction = Predictor(model=model, device=cpu(2)).predict(
        model_input(breast_volume(2, 128, 100), crop_rule=CropRule.MLO), SilentProgress()
    )
    assert prediction.model == model.identity
    assert prediction.device == "CPU, 2 threads"
    assert prediction.seconds > 0
    assert len(prediction.notices) == 1


def test_a_2d_model_refuses_a_volume() -> None:
    with pytest.raises(InputShapeError, match="takes one image, not 2 slices"):
        _predict(breast_volume(2, 600, 400), network=make_network(SMALL_2D))


def test_an_all_zero_volume_gives_no_score() -> None:
    with pytest.raises(UnusableImageError):
        _predict(np.zeros((2, 600, 400), np.uint16))


def test_a_result_that_is_not_a_number_is_an_error() -> None:
    network = make_network()
    network.local_classifier.weight.fill_(torch.nan)
    with pytest.raises(InferenceError, match="not a number"):
        _predict(breast_volume(2, 600, 400), network=network)


def test_an_impossible_chunk_is_refused() -> None:
    with pytest.raises(ValueError, match="slices_per_chunk"):
        Predictor(model=make_model(), device=cpu(), slices_per_chunk=0)
