"""Losses, what is drawn in training, and memory spared without another result."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from training_builders import tiny_config

from inference.breast import BreastView
from inference.networks.gmic3d import Gmic3d
from inference.networks.two_view import TwoViewNetwork
from inference.training_runs.arithmetic import Arithmetic
from inference.training_runs.birads_learner import BiradsLearner
from inference.training_runs.build_network import build_network, network_config
from inference.training_runs.config import TrainingConfig
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.learner import Learner
from inference.training_runs.load_images import Batch
from inference.training_runs.losses import all_saliency, cross_entropy
from inference.training_runs.two_view_learner import TwoViewLearner


def _batch(*slices: int, seed: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    count = len(slices)
    return Batch(
        volumes=[torch.randn(n, 128, 96, generator=generator) for n in slices],
        labels=torch.tensor([[float(n % 2), 1.0] for n in range(count)]),
        birads=torch.tensor([n % 3 for n in range(count)]),
        seeds=list(range(count)),
        items=list(range(count)),
    )


def _gmic(
    config: TrainingConfig | None = None, *, at_once: int = 1, rotate: bool = False
) -> GmicLearner:
    network = build_network(config or tiny_config())
    assert isinstance(network, Gmic3d)
    torch.manual_seed(0)
    torch.nn.init.normal_(network.saliency_head.conv.weight, std=0.05)
    return GmicLearner(network, beta=1e-4, slices_at_once=at_once, rotate_patches=rotate)


def _gmic_network(model: str = "") -> Gmic3d:
    network = build_network(tiny_config(model=model))
    assert isinstance(network, Gmic3d)
    return network


def _gradients(learner: Learner, batch: Batch) -> tuple[Tensor, list[Tensor]]:
    learner.train()
    learner.zero_grad()
    outcome = learner(batch)
    outcome.loss.backward()
    return outcome.loss.detach(), [
        p.grad.clone() for p in learner.parameters() if p.grad is not None
    ]


def test_the_loss_of_one_image_by_hand() -> None:
    loss = cross_entropy(torch.tensor([[0.25, 0.9]]), torch.tensor([[0.0, 1.0]]))
    assert float(loss) == pytest.approx(-math.log(0.75) - math.log(0.9), abs=1e-5)
    maps = [torch.full((2, 2, 3, 3), 0.5), torch.zeros(1, 2, 3, 3)]
    assert float(all_saliency(maps)) == 2 * 2 * 9 * 0.5 / 2


def test_scores_of_exactly_0_and_1_have_finite_losses_and_slopes() -> None:
    scores = torch.tensor([[0.0, 1.0], [1.0, 0.0]], requires_grad=True)
    cross_entropy(scores, torch.tensor([[1.0, 0.0], [1.0, 0.0]])).backward()
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_activations_computed_again_change_no_gradient(at_once: int) -> None:
    batch = _batch(3, 2)
    loss, gradients = _gradients(_gmic(at_once=0), batch)
    again, theirs = _gradients(_gmic(at_once=at_once), batch)
    assert float(again) == pytest.approx(float(loss), rel=1e-6)
    for one, other in zip(gradients, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=2e-5, rtol=1e-3)


def test_images_of_different_depth_score_as_alone() -> None:
    learner = _gmic().eval()
    batch = _batch(3, 1, 2)
    together = learner(batch).scores
    for index, volume in enumerate(batch.volumes):
        one = batch._replace(volumes=[volume], labels=batch.labels[index : index + 1], seeds=[0])
        torch.testing.assert_close(learner(one).scores[0], together[index], atol=1e-5, rtol=0)


def test_scores_are_those_of_the_network() -> None:
    learner = _gmic().eval()
    batch = _batch(3)
    expected = learner.network(batch.volumes[0].unsqueeze(0))
    torch.testing.assert_close(learner(batch).scores, expected.scores, atol=1e-5, rtol=0)


def test_patches_are_drawn_from_seeds_in_training_only() -> None:
    learner = _gmic(rotate=True)
    volume, saliency = _batch(30).volumes[0], torch.zeros(30, 2, 2, 1)
    saliency[15, 1, 0, 0] = 1.0
    learner.train()
    drawn = [learner._patches(volume, saliency, seed) for seed in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    learner.eval()
    still = [learner._patches(volume, saliency, seed) for seed in (1, 2)]
    assert torch.equal(still[0], still[1])
    assert torch.equal(still[0][0], volume[15, :32, :32])


def test_without_neighbours_the_slice_is_never_another() -> None:
    learner = _gmic(tiny_config(model="neighbour_slices = 0")).train()
    volume, saliency = _batch(30).volumes[0], torch.zeros(30, 2, 2, 1)
    saliency[15, 1, 0, 0] = 1.0
    for seed in range(5):
        assert torch.equal(learner._patches(volume, saliency, seed)[0], volume[15, :32, :32])


def test_the_saliency_convolution_starts_constant_or_as_torch_draws_it() -> None:
    constant = _gmic_network(model="omega = 0.005").saliency_head.conv.weight
    assert torch.equal(constant, torch.full_like(constant, 0.005))
    drawn = _gmic_network(model='initialisation = "default"').saliency_head.conv.weight
    assert float(drawn.detach().std()) > 0.01
    assert bool((drawn < 0).any())


def test_uniform_attention_weighs_all_patches_alike_and_stays_so() -> None:
    config = tiny_config(model='attention = "uniform"')
    learner = _gmic(config)
    output = learner.network.eval()(_batch(2).volumes[0].unsqueeze(0))
    assert torch.equal(output.attention, torch.full((1, 2), 0.5))
    assert not learner.network.attention.score.weight.requires_grad


@pytest.mark.parametrize(("pooling", "reduce"), [("mean", Tensor.mean), ("max", Tensor.amax)])
def test_other_poolings_are_the_mean_and_the_maximum_of_all_cells(
    pooling: str, reduce: object
) -> None:
    network = Gmic3d(network_config(tiny_config(model=f'pooling = "{pooling}"'))).eval()
    output = network(_batch(3).volumes[0].unsqueeze(0))
    cells = output.saliency[0].transpose(0, 1).flatten(1)
    expected = reduce(cells, dim=1)  # type: ignore[operator]
    torch.testing.assert_close(output.global_scores[0], expected)


def test_fusion_adds_its_own_loss() -> None:
    plain = _gmic(tiny_config("gmic"))
    fused = _gmic(tiny_config("gmic", model="fusion = true"))
    batch = _batch(1, 1)
    assert float(fused(batch).loss.detach()) > float(plain(batch).loss.detach()) + 0.5
    assert "fusion.weight" in fused.network.state_dict()


def test_the_same_seed_gives_the_same_first_weights() -> None:
    torch.manual_seed(1)
    one = build_network(tiny_config()).state_dict()
    torch.manual_seed(2)
    other = build_network(tiny_config()).state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_pretraining_weighs_slices_and_tells_three_groups_apart() -> None:
    torch.manual_seed(0)
    learner = BiradsLearner(_gmic_network().global_network, slices_at_once=1)
    batch = _batch(3, 1, 2)
    outcome = learner(batch)
    assert outcome.scores.shape == (3, 3)
    torch.testing.assert_close(outcome.scores.sum(dim=1), torch.ones(3))
    assert float(outcome.loss.detach()) == pytest.approx(math.log(3), abs=0.5)
    whole = BiradsLearner(learner.network, slices_at_once=0)
    whole.load_state_dict(learner.state_dict())
    _, gradients = _gradients(learner, batch)
    _, theirs = _gradients(whole, batch)
    for one, other in zip(gradients, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=2e-5, rtol=1e-3)


def test_modality_dropout_drops_whole_views_of_some_breasts_in_training_only() -> None:
    options = "[model.two_view]\nhidden_units = 8\ncc_dropout = 0.5"
    network = build_network(tiny_config("two_view", model=options))
    assert isinstance(network, TwoViewNetwork)
    learner = TwoViewLearner(network)
    breasts = 64
    images = [torch.randn(1, 128, 96, generator=torch.Generator().manual_seed(1))] * 2
    batch = _batch(*[1] * breasts)._replace(volumes=images * breasts)
    with torch.no_grad():
        still = learner.eval()(batch).scores
        drawn = learner.train()(batch).scores
        again = learner(batch).scores
        without = network.conclude(None, network.see(BreastView.MLO, images[1]))
    assert torch.equal(drawn, again)
    is_dropped = (drawn - without).abs().amax(dim=1) < 1e-5
    is_kept = (drawn - still).abs().amax(dim=1) < 1e-5
    assert bool((is_dropped | is_kept).all())
    assert 16 < int(is_dropped.sum()) < 48


def test_mixed_precision_gives_nearly_the_same_loss_and_float32_scores() -> None:
    batch = _batch(3, 2)
    loss, _ = _gradients(_gmic(), batch)
    mixed = batch._replace(volumes=[volume.half() for volume in batch.volumes])
    arithmetic = Arithmetic(device_type="cpu", dtype=torch.float16)
    learner = _gmic().train()
    with arithmetic.casting():
        outcome = learner(mixed)
    outcome.loss.backward()
    assert outcome.scores.dtype is torch.float32
    assert float(outcome.loss.detach()) == pytest.approx(float(loss), rel=0.05)
    gradients = [p.grad for p in learner.parameters() if p.grad is not None]
    assert all(bool(gradient.isfinite().all()) for gradient in gradients)
    assert gradients[0].dtype is torch.float32
