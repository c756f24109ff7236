"""From the images of one breast to its prediction, on small networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from inference_builders import (
    SMALL_2D,
    SMALL_TWO_VIEW,
    RecordingProgress,
    breast_volume,
    make_model,
    make_network,
    make_two_view,
    make_two_view_model,
    model_input,
)
from torch import Tensor

from inference.breast import BreastImage, BreastPrediction, BreastView
from inference.breast_predictor import BreastPredictor
from inference.device import Device, cpu
from inference.errors import (
    Cancelled,
    DeviceMemoryError,
    InferenceError,
    InputShapeError,
    UnusableImageError,
    WeightsError,
)
from inference.heat_maps import heat_map_channels
from inference.networks.two_view import TwoViewConfig, TwoViewNetwork, Variant
from inference.predictor import Predictor
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.types import ClassScores, CropRule, Laterality, ModelInput

SIZE = (160, 100)


def _image(
    name: str, rule: CropRule, *, seed: int = 0, laterality: Laterality = Laterality.LEFT
) -> BreastImage:
    volume = breast_volume(1, *SIZE, seed=seed)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1].copy()
    return BreastImage(name=name, model_input=model_input(volume, laterality, rule))


def _outside(image: BreastImage) -> BreastImage:
    return replace(image, model_input=replace(image.model_input, outside_training_views=True))


CC = _image("LCC", CropRule.CC, seed=1)
MLO = _image("LMLO", CropRule.MLO, seed=2)


def _predictor(network: TwoViewNetwork | None = None, **options: Any) -> BreastPredictor:
    return BreastPredictor(model=make_two_view_model(network), device=cpu(), **options)


def _predict(*images: BreastImage, network: TwoViewNetwork | None = None) -> BreastPrediction:
    return _predictor(network).predict(images, SilentProgress())


def _prepared(image: BreastImage, config: TwoViewConfig = SMALL_TWO_VIEW) -> Tensor:
    rows, columns = config.input_size(image.view)
    prepared = prepare(
        image.model_input, input_rows=rows, input_columns=columns, progress=SilentProgress()
    )
    return torch.from_numpy(prepared.read_slice(0)).unsqueeze(0)


def _same(scores: ClassScores, expected: Tensor) -> bool:
    return [scores.benign, scores.malignant] == pytest.approx(expected[0].tolist(), abs=2e-5)


@pytest.mark.parametrize("variant", [Variant.SHARED, Variant.JOINT, Variant.SPLIT])
def test_a_prediction_equals_the_network_on_both_prepared_images(variant: Variant) -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, variant=variant))
    prediction = _predict(CC, MLO, network=network)
    cc, mlo = _prepared(CC), _prepared(MLO)
    with torch.inference_mode():
        assert _same(prediction.scores, network(cc, mlo))
        assert prediction.cc is not None
        assert prediction.mlo is not None
        assert _same(prediction.cc.alone, network(cc, None))
        assert _same(prediction.mlo.alone, network(None, mlo))
    assert (prediction.cc.images, prediction.mlo.images) == (("LCC",), ("LMLO",))
    assert prediction.missing == ()
    assert prediction.notices == (
        "LCC: The breast is under 201 pixels thick; the models were made for full-size images.",
        "LMLO: The breast is under 201 pixels thick; the models were made for full-size images.",
    )
    assert prediction.laterality is Laterality.LEFT
    assert prediction.device == cpu().name
    assert prediction.model.name == "pair"


def test_the_order_of_the_images_does_not_matter() -> None:
    one, other = _predict(CC, MLO), _predict(MLO, CC)
    assert replace(one, seconds=0.0) == replace(other, seconds=0.0)


def test_a_missing_view_counts_as_dropped_and_is_said() -> None:
    whole = _predict(CC, MLO)
    prediction = _predict(CC)
    assert whole.cc is not None
    assert prediction.cc == whole.cc
    assert prediction.scores == whole.cc.alone
    assert prediction.mlo is None
    assert prediction.missing == (BreastView.MLO,)
    assert "No MLO view: the score rests on the CC." in prediction.notices


def test_a_single_view_network_misses_no_other_view_and_does_not_use_it() -> None:
    network = make_two_view(replace(SMALL_TWO_VIEW, variant=Variant.MLO_ONLY))
    prediction = _predict(CC, MLO, network=network)
    assert prediction.cc is None
    assert prediction.missing == ()
    assert prediction.mlo is not None
    assert prediction.scores == prediction.mlo.alone
    with pytest.raises(UnusableImageError, match="looks at the MLO view, and this breast has none"):
        _predict(CC, network=network)


def test_no_images_give_no_score() -> None:
    with pytest.raises(UnusableImageError, match="looks at the CC or MLO view"):
        _predict()


def test_several_images_of_a_view_are_averaged_before_the_output_layer() -> None:
    network = make_two_view()
    repeat = _image("LCC 2", CropRule.CC, seed=3)
    prediction = _predict(CC, repeat, MLO, network=network)
    with torch.inference_mode():
        seen = [network.see(BreastView.CC, _prepared(image)) for image in (CC, repeat)]
        mlo = network.see(BreastView.MLO, _prepared(MLO))
        assert _same(prediction.scores, network.conclude((seen[0] + seen[1]) / 2, mlo))
    assert prediction.cc is not None
    assert prediction.cc.images == ("LCC", "LCC 2")
    assert "CC: the mean of 2 images." in prediction.notices


def test_images_outside_the_training_views_serve_only_where_there_are_no_others() -> None:
    spot = _outside(_image("LCC-S", CropRule.CC, seed=4))
    assert replace(_predict(CC, spot, MLO), seconds=0.0) == replace(_predict(CC, MLO), seconds=0.0)
    prediction = _predict(spot, MLO)
    assert prediction.outside_training_views
    assert prediction.cc is not None
    assert prediction.cc.images == ("LCC-S",)
    assert "LCC-S: outside the model's training views." in prediction.notices
    assert not _predict(CC, MLO).outside_training_views


def test_a_mirrored_breast_has_the_same_scores() -> None:
    # Narrower than the windows, so that they start at the chest wall on both sides.
    config = replace(SMALL_TWO_VIEW, cc_input=(160, 128), mlo_input=(160, 128))
    network = make_two_view(config)
    left = _predict(CC, MLO, network=network)
    right = _predict(
        _image("RCC", CropRule.CC, seed=1, laterality=Laterality.RIGHT),
        _image("RMLO", CropRule.MLO, seed=2, laterality=Laterality.RIGHT),
        network=network,
    )
    assert right.laterality is Laterality.RIGHT
    assert right.scores.malignant == pytest.approx(left.scores.malignant, abs=2e-5)
    assert right.scores.benign == pytest.approx(left.scores.benign, abs=2e-5)


def test_images_of_two_breasts_are_no_breast() -> None:
    with pytest.raises(ValueError, match="two breasts"):
        _predict(CC, _image("RMLO", CropRule.MLO, laterality=Laterality.RIGHT))


def test_a_volume_is_refused() -> None:
    volume = BreastImage(name="LCC", model_input=model_input(breast_volume(2, *SIZE)))
    with pytest.raises(InputShapeError, match="takes 2D images, not 2 slices"):
        _predict(volume, MLO)


def test_an_all_zero_image_gives_no_score() -> None:
    empty = BreastImage(name="LCC", model_input=model_input(np.zeros((1, *SIZE), np.uint16)))
    with pytest.raises(UnusableImageError):
        _predict(empty, MLO)


def test_a_result_that_is_not_a_number_is_an_error() -> None:
    network = make_two_view()
    network.outputs["both"].bias.fill_(torch.nan)
    with pytest.raises(InferenceError, match="not a number"):
        _predict(CC, MLO, network=network)


def test_a_gmic_model_is_refused_by_name() -> None:
    with pytest.raises(WeightsError, match="small is a 3D-GMIC network: it scores a volume, not a"):
        BreastPredictor(model=make_model(), device=cpu())


def test_every_image_is_a_step_and_progress_never_goes_back() -> None:
    progress = RecordingProgress()
    _predictor().predict((CC, MLO), progress)
    assert {stage for stage, _, _ in progress.reports} == {"views"}
    done = [done for _, done, _ in progress.reports]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 2)
    assert {total for _, _, total in progress.reports} == {2}


@pytest.mark.parametrize("step", [0, 1, 2])
def test_it_can_be_cancelled_at_every_image(step: int) -> None:
    predictor = _predictor()
    with pytest.raises(Cancelled):
        predictor.predict((CC, MLO), RecordingProgress(cancel_at=("views", step)))
    assert predictor.predict((CC, MLO), SilentProgress()).scores == _predict(CC, MLO).scores


class _Hungry(TwoViewNetwork):
    """Runs out of memory whenever it sees an image."""

    def see(self, view: BreastView, images: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_memory_that_runs_out_on_the_last_device_is_said() -> None:
    with pytest.raises(DeviceMemoryError, match="Memory ran out on CPU"):
        _predict(CC, MLO, network=_Hungry(SMALL_TWO_VIEW).eval())


def test_when_a_gpu_runs_out_of_memory_the_cpu_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = _predictor()
    gpu = replace(
        predictor._placed[0],
        network=_Hungry(SMALL_TWO_VIEW).eval(),
        device=Device(kind="cpu", name="a small GPU"),
    )
    monkeypatch.setattr(predictor, "_placed", (gpu, *predictor._placed))
    prediction = predictor.predict((CC, MLO), SilentProgress())
    assert prediction.scores == _predict(CC, MLO).scores
    assert prediction.device == cpu().name
    assert f"Memory ran out on a small GPU; went on with {cpu().name}." in prediction.notices


def _heat_model(config: TwoViewConfig) -> tuple[TwoViewNetwork, Predictor]:
    gmic = make_network(replace(SMALL_2D, input_rows=192, input_columns=128))
    return make_two_view(config), Predictor(model=make_model(gmic), device=cpu())


def test_heat_maps_of_a_gmic_model_stand_behind_the_image() -> None:
    network, gmic = _heat_model(replace(SMALL_TWO_VIEW, has_heat_maps=True))
    prediction = _predictor(network, heat_maps=gmic.predict).predict((CC, MLO), SilentProgress())
    assert prediction.heat_map_model == gmic.model.identity
    inputs = {}
    for image in (CC, MLO):
        rows, columns = SMALL_TWO_VIEW.input_size(image.view)
        prepared = prepare(
            image.model_input, input_rows=rows, input_columns=columns, progress=SilentProgress()
        )
        maps = heat_map_channels(
            gmic.predict(image.model_input, SilentProgress()), prepared.placement
        )
        assert maps.max() > 0
        stacked = np.concatenate([prepared.read_slice(0)[None], maps])
        inputs[image.view] = torch.from_numpy(stacked).unsqueeze(0)
    with torch.inference_mode():
        assert _same(prediction.scores, network(inputs[BreastView.CC], inputs[BreastView.MLO]))


def test_a_model_that_wants_heat_maps_says_so_when_nobody_makes_them() -> None:
    with pytest.raises(WeightsError, match="wants the heat maps of a 2D model"):
        _predictor(make_two_view(replace(SMALL_TWO_VIEW, has_heat_maps=True)))


def test_a_model_without_heat_maps_does_not_ask_for_them() -> None:
    def never(asked: ModelInput, progress: object) -> Any:
        raise AssertionError("nobody should ask")

    prediction = _predictor(heat_maps=never).predict((CC, MLO), SilentProgress())
    assert prediction.heat_map_model is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
def test_a_gpu_gives_the_scores_of_the_cpu() -> None:
    model = make_two_view_model()
    on_gpu = BreastPredictor(model=model).predict((CC, MLO), SilentProgress())
    on_cpu = _predict(CC, MLO)
    assert on_gpu.device != on_cpu.device
    assert on_gpu.scores.malignant == pytest.approx(on_cpu.scores.malignant, abs=1e-4)
    assert on_gpu.scores.benign == pytest.approx(on_cpu.scores.benign, abs=1e-4)
