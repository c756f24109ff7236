"""The two classifiers as a whole, on small networks."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig

SMALL = {"patches": 2, "global_channels": 8, "local_channels": 8}


def _volumes(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3))


@torch.inference_mode()
def test_3d_gmic_answers_with_the_mean_of_both_looks() -> None:
    output = Gmic3d(Gmic3dConfig(**SMALL)).eval()(_volumes(2, 3, 300, 280))
    torch.testing.assert_close(output.scores, (output.global_scores + output.local_scores) / 2)
    assert output.saliency.shape == (2, 3, 2, 5, 5)
    torch.testing.assert_close(output.attention.sum(dim=1), torch.ones(2))


@torch.inference_mode()
def test_gmic_answers_from_its_fusion_layer() -> None:
    network = Gmic(GmicConfig(**SMALL)).eval()
    image = _volumes(1, 1, 300, 280)
    assert network.fusion is not None
    network.fusion.weight.zero_()
    network.fusion.bias.copy_(torch.tensor([0.0, 2.0]))
    torch.testing.assert_close(network(image).scores[0], torch.tensor([0.0, 2.0]).sigmoid())


@torch.inference_mode()
def test_gmic_without_fusion_answers_like_3d_gmic() -> None:
    network = Gmic(replace(GmicConfig(**SMALL), fusion=False)).eval()
    output = network(_volumes(1, 1, 300, 280))
    assert "fusion.weight" not in network.state_dict()
    torch.testing.assert_close(output.scores, (output.global_scores + output.local_scores) / 2)


@pytest.mark.parametrize("network", [Gmic3d(Gmic3dConfig(**SMALL)), Gmic(GmicConfig(**SMALL))])
def test_a_training_step_reaches_every_weight(network: Gmic3d) -> None:
    slices = 1 if isinstance(network, Gmic) else 3
    output = network.train()(_volumes(2, slices, 300, 280), torch.Generator().manual_seed(0))
    loss = output.scores.sum() + output.local_scores.sum() + output.saliency.sum()
    loss.backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


@torch.inference_mode()
def test_running_a_network_leaves_no_state_on_it() -> None:
    network = Gmic3d(Gmic3dConfig(**SMALL)).eval()
    before = {name: set(vars(module)) for name, module in network.named_modules()}
    network(_volumes(1, 2, 300, 280))
    assert {name: set(vars(module)) for name, module in network.named_modules()} == before


@pytest.mark.parametrize("changes", [{"top_t": 0.0}, {"top_t": float("nan")}, {"patches": 0}])
def test_impossible_configurations_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="|".join(changes)):
        replace(Gmic3dConfig(), **changes)
