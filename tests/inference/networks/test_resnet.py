"""The two residual networks."""

from __future__ import annotations

import pytest
import torch

from inference.networks.patch_resnet import PatchResNet
from inference.networks.resnet import Norm, ResNet22


@torch.inference_mode()
def test_a_full_size_slice_gives_33_by_21_cells() -> None:
    network = ResNet22(first_channels=8).eval()
    assert network(torch.zeros(1, 1, 2116, 1339)).shape == (1, 128, 33, 21)


@torch.inference_mode()
@pytest.mark.parametrize("norm", list(Norm))
def test_a_slice_gives_the_same_features_alone_and_in_a_chunk(norm: Norm) -> None:
    network = ResNet22(first_channels=8, norm=norm).eval()
    slices = torch.randn(3, 1, 200, 150, generator=torch.Generator().manual_seed(1))
    together = network(slices)
    alone = torch.cat([network(one.unsqueeze(0)) for one in slices])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_a_width_that_group_norm_cannot_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        ResNet22(first_channels=12)


@torch.inference_mode()
def test_the_local_network_gives_eight_times_its_first_width() -> None:
    network = PatchResNet(first_channels=16).eval()
    assert network.out_features == 128
    assert network(torch.zeros(2, 64, 64)).shape == (2, 128)


def test_the_published_networks_have_the_published_size() -> None:
    with torch.device("meta"):
        count = sum(p.numel() for p in ResNet22().parameters())
        count += sum(p.numel() for p in PatchResNet().parameters())
    assert count == pytest.approx(14.0e6, rel=0.02)


@torch.inference_mode()
@pytest.mark.parametrize("slices", [1, 2])
def test_group_norm_in_channels_last_is_as_exact_as_in_the_plain_layout(slices: int) -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(slices, 16, 528, 334, generator=generator) * 3 + 5
    norm = Norm.GROUP.layer(16)
    norm.weight = torch.nn.Parameter(torch.linspace(0.5, 1.5, 16))
    norm.bias = torch.nn.Parameter(torch.linspace(-1, 1, 16))
    double = features.double()
    expected = torch.nn.functional.group_norm(
        double, 8, norm.weight.double(), norm.bias.double()
    ).float()
    found = norm(features.contiguous(memory_format=torch.channels_last))
    torch.testing.assert_close(found, expected, atol=5e-6, rtol=0)


@torch.inference_mode()
def test_group_norm_of_a_constant_slice_is_finite_in_channels_last() -> None:
    features = torch.full((1, 16, 100, 80), 7.3).contiguous(memory_format=torch.channels_last)
    assert Norm.GROUP.layer(16)(features).abs().max() < 1e-2
