"""The network in bands: what the network gives layer by layer."""

from __future__ import annotations

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from torch import Tensor

from inference.networks import banded_pass
from inference.networks.banded_pass import see_slice
from inference.networks.resnet import Norm, ResNet22

REORDERED = 2e-4
AIR = -0.75
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


def make_network(norm: Norm, in_channels: int = 1) -> ResNet22:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = ResNet22(first_channels=8, norm=norm, in_channels=in_channels)
        for part in network.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                part.running_mean = torch.randn(part.num_features) * 0.3
                part.running_var = torch.rand(part.num_features) + 0.5
    network.requires_grad_(False).eval()
    # torch's stubs leave memory_format out.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


NETWORKS = {norm: make_network(norm) for norm in Norm}


def slice_with_tissue(rows: int, columns: int, end: int, channels: int = 1) -> Tensor:
    """Texture up to the column `end`, air beside it: (channels, rows, columns)."""
    texture = torch.randn(channels, rows, columns, generator=torch.Generator().manual_seed(0))
    return texture.where(torch.arange(columns) < end, AIR)


def assert_same_features(network: ResNet22, image: Tensor) -> None:
    found = see_slice(network, image)
    expected = network.layer_by_layer(image.unsqueeze(0))
    torch.testing.assert_close(found, expected, atol=REORDERED, rtol=REORDERED)


@settings(max_examples=20, deadline=None, phases=UNSHRUNK)
@given(
    norm=st.sampled_from(list(Norm)),
    rows=st.integers(40, 420),
    columns=st.integers(40, 420),
    end=st.integers(20, 420),
    band_values=st.sampled_from([1, 2_000, 10_000, 10**9]),
)
@torch.inference_mode()
def test_bands_of_any_height_give_the_same_features(
    norm: Norm, rows: int, columns: int, end: int, band_values: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banded_pass, "_BAND_VALUES", band_values)
        assert_same_features(NETWORKS[norm], slice_with_tissue(rows, columns, end))


@torch.inference_mode()
@pytest.mark.parametrize("norm", list(Norm))
def test_a_slice_with_several_channels_gives_the_same_features(norm: Norm) -> None:
    network = make_network(norm, in_channels=3)
    assert_same_features(network, slice_with_tissue(300, 200, 120, channels=3))


@torch.inference_mode()
def test_a_constant_slice_gives_finite_features() -> None:
    found = see_slice(NETWORKS[Norm.GROUP], torch.full((1, 320, 300), AIR))
    assert found.isfinite().all()


def test_a_forward_pass_without_gradients_takes_the_bands_and_with_them_the_layers() -> None:
    network = make_network(Norm.GROUP)
    image = slice_with_tissue(300, 200, 120)
    with torch.no_grad():
        assert torch.equal(network(image.unsqueeze(0)), see_slice(network, image))
    network.requires_grad_(True)
    features = network(image.unsqueeze(0))
    features.sum().backward()
    assert network.first_conv.weight.grad is not None
