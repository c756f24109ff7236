"""Several models as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
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

from inference.augmentation import Augmentations, said_of_augmentations
from inference.checkpoint import LoadedModel
from inference.device import cpu
from inference.ensemble import EnsemblePredictor, mean_prediction
from inference.ensemble_groups import EnsembleError
from inference.errors import Cancelled, InferenceError, InputShapeError
from inference.network_input import NetworkInput, prepare_on
from inference.networks.gmic3d import Gmic3d
from inference.predictor import Predictor
from inference.prepare import measure
from inference.progress import Progress, SilentProgress
from inference.types import (
    ArraySource,
    Box,
    ClassScores,
    CropRule,
    Laterality,
    ModelInput,
    Patch,
    Prediction,
)

ResultT = TypeVar("ResultT")


def _model(version: int, network: Gmic3d | None = None) -> LoadedModel:
    model = make_model(network or make_network(seed=version))
    identity = replace(model.identity, version=f"member {version}", sha256=f"{version}" * 64)
    return replace(model, identity=identity)


def _predictor(version: int, network: Gmic3d | None = None) -> Predictor:
    return Predictor(model=_model(version, network), device=cpu())


def _ensemble(*versions: int, **options: Any) -> EnsemblePredictor:
    return EnsemblePredictor(members=[_predictor(v) for v in versions], **options)


class _PlentyOfMemory:
    """A device's memory that nothing fills."""

    def free_bytes(self) -> int:
        """More than anything takes."""
        return 1 << 40

    def peak_bytes(self, work: Callable[[], ResultT]) -> tuple[ResultT, int]:
        """Nothing."""
        return work(), 0


class _CountingSource:
    """Counts how often each slice is read."""

    def __init__(self, volume: NDArray[Any]) -> None:
        self._array = ArraySource(volume)
        self.slices, self.rows, self.columns = volume.shape
        self.reads: Counter[int] = Counter()

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Count and read."""
        self.reads[slice_index] += 1
        return self._array.read_slice(slice_index)


def _counted(volume: NDArray[Any]) -> tuple[ModelInput, _CountingSource]:
    source = _CountingSource(volume)
    return ModelInput(source=source, laterality=Laterality.LEFT, crop_rule=CropRule.CC), source


@pytest.fixture(scope="module")
def volume() -> NDArray[Any]:
    return breast_volume(2, 600, 400)


@pytest.fixture(scope="module")
def members(volume: NDArray[Any]) -> list[Prediction]:
    """What members 1 to 3 say apart."""
    return [_predictor(v).predict(model_input(volume), SilentProgress()) for v in (1, 2, 3)]


@pytest.fixture(scope="module")
def together(volume: NDArray[Any]) -> Prediction:
    """What they say as one."""
    return _ensemble(1, 2, 3).predict(model_input(volume), SilentProgress())


def test_scores_and_saliency_are_the_means_of_the_members(
    members: list[Prediction], together: Prediction
) -> None:
    for part in ("scores", "global_scores", "local_scores"):
        for name in ("benign", "malignant"):
            mean = np.mean([getattr(getattr(p, part), name) for p in members])
            assert getattr(getattr(together, part), name) == pytest.approx(mean, abs=1e-12)
    expected = np.mean([p.saliency for p in members], axis=0)
    np.testing.assert_allclose(together.saliency, expected, atol=1e-6)
    assert together.saliency.dtype == np.float32
    assert len({p.scores.malignant for p in members}) == 3


def test_all_patches_are_kept_and_their_shares_add_up_to_one(
    members: list[Prediction], together: Prediction
) -> None:
    assert sum(patch.attention for patch in together.patches) == pytest.approx(1, abs=1e-5)

    def places(prediction: Prediction) -> list[tuple[int, int, int]]:
        return [(p.slice_index, p.input_top, p.input_left) for p in prediction.patches]

    chosen = [place for member in members for place in places(member)]
    assert places(together) == list(dict.fromkeys(chosen))
    for patch in together.patches:
        place = (patch.slice_index, patch.input_top, patch.input_left)
        shares = [
            p.attention
            for member in members
            for p in member.patches
            if (p.slice_index, p.input_top, p.input_left) == place
        ]
        assert patch.attention == pytest.approx(sum(shares) / 3)


def test_the_order_in_which_members_are_given_changes_nothing(
    volume: NDArray[Any], together: Prediction
) -> None:
    one, other = together, _ensemble(3, 1, 2).predict(model_input(volume), SilentProgress())
    assert one.scores == other.scores
    assert one.patches == other.patches
    assert one.model == other.model
    np.testing.assert_array_equal(one.saliency, other.saliency)


def test_an_ensemble_signs_as_one_model_of_so_many_members(together: Prediction) -> None:
    identity = together.model
    assert identity == _ensemble(2, 3, 1).identity
    assert (identity.name, identity.version, identity.members) == ("small", "ensemble of 3", 3)
    assert identity.architecture == "gmic3d"
    assert identity.sha256 not in {"1" * 64, "2" * 64, "3" * 64}
    assert identity.sha256 != _ensemble(1, 3).identity.sha256


def test_one_member_is_that_model(volume: NDArray[Any], members: list[Prediction]) -> None:
    prediction = _ensemble(1).predict(model_input(volume), SilentProgress())
    assert prediction.model == members[0].model
    assert prediction.scores == members[0].scores
    assert prediction.patches == members[0].patches


def test_a_measured_image_gives_what_the_image_gives(volume: NDArray[Any]) -> None:
    ensemble = _ensemble(1, 2)
    request = replace(model_input(volume), outside_training_views=True)
    measured = measure(request, SilentProgress())
    one = ensemble.predict(request, SilentProgress())
    other = ensemble.predict_measured(measured, SilentProgress())
    assert (one.scores, one.patches) == (other.scores, other.patches)
    assert other.outside_training_views


def test_slices_are_read_once_to_measure_and_once_for_all_members(volume: NDArray[Any]) -> None:
    request, source = _counted(volume)
    _ensemble(1, 2).predict(request, SilentProgress())
    assert dict(source.reads) == {0: 2, 1: 2}


def test_slices_beyond_the_memory_are_read_again_and_the_result_is_the_same(
    volume: NDArray[Any],
) -> None:
    request, source = _counted(volume)
    one = _ensemble(1, 2, kept_bytes=volume[0].nbytes).predict(request, SilentProgress())
    other = _ensemble(1, 2).predict(request, SilentProgress())
    assert source.reads[0] < source.reads[1]
    assert one.scores == other.scores


def test_progress_goes_on_through_all_members_and_never_back(volume: NDArray[Any]) -> None:
    progress = RecordingProgress()
    _ensemble(1, 2, 3).predict(model_input(volume), progress)
    slices = [(done, total) for stage, done, total in progress.reports if stage == "slices"]
    assert {total for _, total in slices} == {6}
    done = [done for done, _ in slices]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 6)
    stages = list(dict.fromkeys(stage for stage, _, _ in progress.reports))
    assert stages == ["preparing", "slices", "patches"]


@pytest.mark.parametrize("moment", [("preparing", 2), ("slices", 3), ("slices", 4), ("patches", 0)])
def test_it_can_be_cancelled_in_every_member_and_run_again(
    volume: NDArray[Any], moment: tuple[str, int]
) -> None:
    ensemble = _ensemble(1, 2)
    progress = RecordingProgress(cancel_at=moment)
    with pytest.raises(Cancelled):
        ensemble.predict(model_input(volume), progress)
    assert progress.reports[-1][:2] == moment
    assert ensemble.predict(model_input(volume), SilentProgress()).patches


def test_a_member_that_fails_fails_the_ensemble_and_is_named(volume: NDArray[Any]) -> None:
    broken = make_network(seed=2)
    broken.local_classifier.weight.fill_(np.nan)
    ensemble = EnsemblePredictor(members=[_predictor(1), _predictor(2, broken)])
    with pytest.raises(InferenceError, match="small member 2, one of 2 models .* not a number"):
        ensemble.predict(model_input(volume), SilentProgress())


def test_a_member_without_a_salient_region_gives_scores_but_no_patches(
    volume: NDArray[Any], members: list[Prediction]
) -> None:
    blind = make_network(seed=2)
    blind.saliency_head.conv.weight.zero_()
    ensemble = EnsemblePredictor(members=[_predictor(1), _predictor(2, blind)])
    prediction = ensemble.predict(model_input(volume), SilentProgress())
    assert prediction.has_salient_region
    assert prediction.patches == members[0].patches
    half = members[0].global_scores.malignant / 2
    assert prediction.global_scores.malignant == pytest.approx(half)


def test_2d_models_are_averaged_too_and_refuse_a_volume(volume: NDArray[Any]) -> None:
    flat = [_predictor(v, make_network(SMALL_2D, seed=v)) for v in (1, 2)]
    ensemble = EnsemblePredictor(members=flat)
    prediction = ensemble.predict(model_input(volume[:1]), SilentProgress())
    alone = [m.predict(model_input(volume[:1]), SilentProgress()).scores.benign for m in flat]
    assert prediction.scores.benign == pytest.approx(np.mean(alone), abs=1e-12)
    with pytest.raises(InputShapeError, match="not 2 slices"):
        ensemble.predict(model_input(volume), SilentProgress())


def test_members_of_other_architectures_and_sizes_are_refused() -> None:
    small = replace(SMALL_3D, input_rows=400)
    with pytest.raises(EnsembleError, match="512 x 384 and 400 x 384 pixels; give their cards"):
        EnsemblePredictor(members=[_predictor(1), _predictor(2, make_network(small))])
    with pytest.raises(EnsembleError, match="architectures are gmic3d and gmic"):
        EnsemblePredictor(members=[_predictor(1), _predictor(2, make_network(SMALL_2D))])


def test_no_member_and_the_same_member_twice_are_refused() -> None:
    with pytest.raises(EnsembleError, match="at least one"):
        EnsemblePredictor(members=[])
    with pytest.raises(EnsembleError, match="member 1 is in the ensemble twice"):
        _ensemble(1, 1)


def test_predictions_of_different_windows_have_no_mean(
    volume: NDArray[Any], members: list[Prediction]
) -> None:
    one = members[0]
    other = _predictor(2).predict(model_input(volume[:, 10:]), SilentProgress())
    with pytest.raises(EnsembleError, match="did not look at the same image"):
        mean_prediction([one, other], one.model)


def test_patches_at_one_place_are_one_with_the_sum_of_their_shares(
    members: list[Prediction],
) -> None:
    whole = members[0]

    def looking(*shares: tuple[int, float]) -> Prediction:
        return replace(whole, patches=tuple(_patch(left, share) for left, share in shares))

    merged = mean_prediction(
        [looking((0, 0.25), (8, 0.75)), looking((8, 0.5), (16, 0.5))], whole.model
    )
    assert [(p.input_left, p.attention) for p in merged.patches] == [
        (0, 0.125),
        (8, 0.625),
        (16, 0.25),
    ]


def _patch(left: int, share: float) -> Patch:
    box = Box(top=0, left=left, height=256, width=256)
    return Patch(slice_index=0, box=box, attention=share, input_top=0, input_left=left)


def test_augmented_scores_are_means_over_windows_and_the_maps_are_of_the_plain_one(
    volume: NDArray[Any],
) -> None:
    request = model_input(volume)
    plain = _ensemble(1, 2).predict(request, SilentProgress())
    augmented = _ensemble(1, 2, augmentations=Augmentations(count=3, seed=5)).predict(
        request, SilentProgress()
    )
    np.testing.assert_array_equal(augmented.saliency, plain.saliency)
    assert augmented.patches == plain.patches
    assert augmented.placement == plain.placement
    assert augmented.scores != plain.scores
    assert isinstance(augmented.scores, ClassScores)
    assert (augmented.model.augmentations, augmented.model.seed) == (3, 5)
    assert augmented.model.words == "small ensemble of 2, mean of 3 augmented passes, seed 5"
    assert plain.model.words == "small ensemble of 2"


def test_a_model_with_augmentations_is_another_one_than_without_and_maps_need_none(
    volume: NDArray[Any],
) -> None:
    one = _ensemble(1, augmentations=Augmentations(count=1))
    assert one.identity.words.endswith("mean of 1 augmented pass")
    assert said_of_augmentations(one.identity).startswith("Scores are means over 1 shifted")
    plain = one.without_augmentations()
    assert plain.without_augmentations() is plain
    assert plain.identity == _ensemble(1).identity != one.identity
    assert said_of_augmentations(plain.identity) == ""
    progress = RecordingProgress()
    plain.predict(model_input(volume), progress)
    slices = [(done, total) for stage, done, total in progress.reports if stage == "slices"]
    assert slices[-1] == (2, 2)


def test_progress_counts_augmented_looks_as_well(volume: NDArray[Any]) -> None:
    progress = RecordingProgress()
    _ensemble(1, 2, augmentations=Augmentations(count=2)).predict(model_input(volume), progress)
    slices = [(done, total) for stage, done, total in progress.reports if stage == "slices"]
    assert {total for _, total in slices} == {2 * 3 * 2}
    assert slices[-1] == (12, 12)
    assert [done for done, _ in slices] == sorted(done for done, _ in slices)


def test_members_share_an_image_that_lies_in_a_gpus_memory(
    volume: NDArray[Any], together: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[NetworkInput] = []

    def prepare(self: Predictor, asked: ModelInput, progress: Progress) -> NetworkInput | None:
        rows, columns = self.input_size
        given = prepare_on(
            torch.device("cpu"),
            _PlentyOfMemory(),
            asked,
            input_rows=rows,
            input_columns=columns,
            progress=progress,
        )
        assert given is not None
        prepared.append(given)
        return given

    monkeypatch.setattr(Predictor, "runs_on_gpu", True)
    monkeypatch.setattr(Predictor, "prepare_on_gpu", prepare)
    request, source = _counted(volume)
    ensemble = _ensemble(1, 2, 3)
    assert not ensemble.wants_measured
    assert _ensemble(1, augmentations=Augmentations(count=1)).wants_measured
    prediction = ensemble.predict(request, SilentProgress())
    assert len(prepared) == 1
    assert dict(source.reads) == {0: 1, 1: 1}
    np.testing.assert_allclose(prediction.saliency, together.saliency, atol=2e-5)
    assert prediction.scores.malignant == pytest.approx(together.scores.malignant, abs=2e-5)
    assert prediction.model == together.model
