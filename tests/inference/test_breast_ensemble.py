"""Several two-view models as one: means, names, progress, maps made once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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

from inference.breast import BreastImage
from inference.breast_ensemble import BreastEnsemble
from inference.breast_predictor import BreastPredictor
from inference.checkpoint import LoadedModel
from inference.device import cpu
from inference.ensemble_groups import EnsembleError
from inference.errors import Cancelled, UnusableImageError
from inference.networks.two_view import TwoViewConfig, Variant
from inference.predictor import Predictor
from inference.progress import Progress, SilentProgress
from inference.types import CropRule, Laterality, ModelInput, Prediction

CC, MLO = (
    BreastImage(
        name=name,
        model_input=model_input(breast_volume(1, 160, 100, seed=seed), Laterality.LEFT, rule),
    )
    for name, rule, seed in (("LCC", CropRule.CC, 1), ("LMLO", CropRule.MLO, 2))
)


def _member(version: int, config: TwoViewConfig = SMALL_TWO_VIEW) -> LoadedModel:
    torch.manual_seed(version)
    plain = make_two_view_model(make_two_view(config))
    with torch.no_grad():
        for parameter in plain.network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    identity = replace(plain.identity, version=str(version), sha256=str(version) * 64)
    return replace(plain, identity=identity)


def _ensemble(*members: LoadedModel, **options: Any) -> BreastEnsemble:
    return BreastEnsemble(models=members, device=cpu(), **options)


def test_scores_are_means_over_the_members_whatever_their_order() -> None:
    members = (_member(1), _member(2))
    alone = [
        BreastPredictor(model=member, device=cpu()).predict((CC, MLO), SilentProgress())
        for member in members
    ]
    together = _ensemble(*members).predict((CC, MLO), SilentProgress())
    assert alone[0].scores != alone[1].scores
    for score in ("malignant", "benign"):
        for whole, parts in (
            (together.scores, [each.scores for each in alone]),
            (together.cc.alone, [each.cc.alone for each in alone]),
            (together.mlo.alone, [each.mlo.alone for each in alone]),
        ):
            mean = sum(getattr(part, score) for part in parts) / 2
            assert getattr(whole, score) == pytest.approx(mean, abs=1e-9)
    turned = _ensemble(*reversed(members)).predict((CC, MLO), SilentProgress())
    assert turned.scores == together.scores
    assert turned.model == together.model


def test_members_are_named_and_counted() -> None:
    prediction = _ensemble(_member(2), _member(1)).predict((CC, MLO), SilentProgress())
    assert prediction.model.title == "pair ensemble of 2"
    assert prediction.model.members == 2
    assert prediction.notices[0] == "The mean of 2 members: pair 1, pair 2."
    assert prediction.cc.images == ("LCC",)


def test_one_member_is_itself() -> None:
    member = _member(1)
    alone = BreastPredictor(model=member, device=cpu()).predict((CC,), SilentProgress())
    ensemble = _ensemble(member)
    prediction = ensemble.predict((CC,), SilentProgress())
    assert ensemble.identity == member.identity
    assert replace(prediction, seconds=alone.seconds) == alone


def test_progress_counts_the_images_of_all_members() -> None:
    progress = RecordingProgress()
    _ensemble(_member(1), _member(2)).predict((CC, MLO), progress)
    assert {(stage, total) for stage, _, total in progress.reports} == {("views", 4)}
    done = [done for _, done, _ in progress.reports]
    assert done == sorted(done)
    assert done[-1] == 4


def test_it_is_cancelled_within_a_later_member() -> None:
    class Stop:
        def update(self, done: int, total: int, stage: str) -> None:
            if done == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        _ensemble(_member(1), _member(2)).predict((CC, MLO), Stop())


def test_heat_maps_are_made_once_for_all_members() -> None:
    config = replace(SMALL_TWO_VIEW, has_heat_maps=True)
    gmic = Predictor(model=make_model(make_network(SMALL_2D)), device=cpu())
    asked: list[ModelInput] = []

    def maps(image: ModelInput, progress: Progress) -> Prediction:
        asked.append(image)
        return gmic.predict(image, progress)

    members = (_member(1, config), _member(2, config))
    prediction = _ensemble(*members, heat_maps=maps).predict((CC, MLO), SilentProgress())
    assert [id(image) for image in asked] == [id(CC.model_input), id(MLO.model_input)]
    assert prediction.heat_map_model == gmic.model.identity


def test_a_member_that_fails_is_named() -> None:
    only_cc = replace(SMALL_TWO_VIEW, variant=Variant.CC_ONLY)
    ensemble = _ensemble(_member(1, only_cc), _member(2, only_cc))
    with pytest.raises(UnusableImageError, match="pair 1, one of 2 models that are averaged"):
        ensemble.predict((MLO,), SilentProgress())


def test_members_that_look_at_other_views_are_refused() -> None:
    with pytest.raises(EnsembleError, match="look at CC and MLO against CC"):
        _ensemble(_member(1), _member(2, replace(SMALL_TWO_VIEW, variant=Variant.CC_ONLY)))
    with pytest.raises(EnsembleError, match="twice"):
        _ensemble(_member(1), _member(1))
