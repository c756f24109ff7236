"""The two residual networks."""

from __future__ import annotations

import pytest
import torch

from inference.networks.resnet import Norm, ResNet18, ResNet22


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
    network = ResNet18(first_channels=16).eval()
    assert network.out_features == 128
    assert network(torch.zeros(2, 64, 64)).shape == (2, 128)


def test_the_published_networks_have_the_published_size() -> None:
    with torch.device("meta"):
        count = sum(p.numel() for p in ResNet22().parameters())
        count += sum(p.numel() for p in ResNet18().parameters())
    assert count == pytest.approx(14.0e6, rel=0.02)
