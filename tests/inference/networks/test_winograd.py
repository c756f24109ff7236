"""Winograd's convolution: what the direct one gives, for any size and any weights."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.resnet import Norm, ResNet22, conv1x1, conv3x3
from inference.networks.winograd import LEAST_CHANNELS, KeptKernels, convolve, pays, row_kernels
from inference.networks.workspace import Workspace

ROUNDING = 2e-5
"""Of the direct result's largest value."""


def direct(frame: Tensor, weight: Tensor) -> Tensor:
    """The same in float64: (rows, columns, channels)."""
    image = frame.double().permute(2, 0, 1).unsqueeze(0)
    return functional.conv2d(image, weight.double(), None, 1, (0, 1))[0].permute(1, 2, 0)


def by_rows(frame: Tensor, weight: Tensor, workspace: Workspace | None = None) -> Tensor:
    kernels = row_kernels(weight)
    assert kernels is not None
    return convolve(frame, kernels, workspace or Workspace())


def assert_same(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape
    scale = expected.abs().max().item()
    torch.testing.assert_close(found.double(), expected, atol=ROUNDING * scale, rtol=0)


def drawn(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def deep_network() -> ResNet22:
    """Its last stages are wide enough; a tiny slice is enough for it."""
    return ResNet22(first_channels=8, norm=Norm.GROUP).requires_grad_(False).eval()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 23),
    columns=st.integers(1, 30),
    in_channels=st.sampled_from([1, 3, 16, 64, 130]),
    out_channels=st.sampled_from([1, 5, 32, 64]),
    scale=st.sampled_from([1e-4, 1.0, 1e4]),
    offset=st.sampled_from([0.0, 3.0]),
    seed=st.integers(0, 100),
)
@torch.inference_mode()
def test_it_is_the_direct_convolution(
    *,
    rows: int,
    columns: int,
    in_channels: int,
    out_channels: int,
    scale: float,
    offset: float,
    seed: int,
) -> None:
    frame = (drawn(seed, rows + 2, columns, in_channels) + offset) * scale
    weight = drawn(seed + 1, out_channels, in_channels, 3, 3)
    assert_same(by_rows(frame, weight), direct(frame, weight))


@torch.inference_mode()
def test_memory_used_again_leaves_nothing_of_the_band_before() -> None:
    workspace, weight = Workspace(), drawn(0, 16, 16, 3, 3)
    for seed, rows, columns in [(1, 12, 20), (2, 5, 7), (3, 12, 21)]:
        frame = drawn(seed, rows + 2, columns, 16)
        assert_same(by_rows(frame, weight, workspace), direct(frame, weight))


@torch.inference_mode()
def test_a_band_leaves_its_input_as_it_was() -> None:
    frame = drawn(1, 9, 8, 16)
    before = frame.clone()
    by_rows(frame, drawn(0, 16, 16, 3, 3))
    assert torch.equal(frame, before)


@torch.inference_mode()
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_an_input_that_is_not_finite_is_not_hidden(bad: float) -> None:
    frame, weight = drawn(1, 14, 9, 8), drawn(0, 8, 8, 3, 3)
    frame[5, 4, 3] = bad
    found, expected = by_rows(frame, weight), direct(frame, weight)
    assert not found[~expected.isfinite()].isfinite().any()
    far = torch.ones(12, dtype=torch.bool)
    far[0:8] = False
    assert_same(found[far], expected[far])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 3e38])
def test_weights_that_overflow_or_are_not_finite_are_left_to_the_direct_way(bad: float) -> None:
    conv = conv3x3(LEAST_CHANNELS, LEAST_CHANNELS)
    kept = KeptKernels()
    assert conv in kept.of(conv)
    weight = conv.weight.data
    weight[0, 0] = bad
    assert conv not in kept.of(conv)


def test_it_is_used_for_wide_plain_convolutions_of_stride_1_only() -> None:
    wide = LEAST_CHANNELS
    assert pays(conv3x3(wide, 2 * wide))
    assert not pays(conv3x3(wide // 2, wide))
    assert not pays(conv3x3(wide, wide, stride=2))
    assert not pays(conv1x1(wide, wide))
    assert not pays(nn.Conv2d(wide, wide, 3, padding=1, bias=True))
    assert not pays(nn.Conv2d(wide, wide, 3, padding=2, dilation=2, bias=False))
    assert not pays(nn.Conv2d(wide, wide, 3, padding=1, groups=2, bias=False))
    assert not pays(nn.Conv2d(wide, wide, 3, bias=False))


@torch.inference_mode()
def test_unchanged_weights_are_transformed_once() -> None:
    conv = conv3x3(LEAST_CHANNELS, LEAST_CHANNELS)
    kept = KeptKernels()
    first = kept.of(conv)[conv]
    assert kept.of(conv)[conv] is first


@pytest.mark.parametrize("through_data", [False, True])
def test_weights_changed_in_place_are_noticed(*, through_data: bool) -> None:
    network = deep_network()
    image = drawn(1, 1, 1, 200, 180)
    with torch.inference_mode():
        network(image)
    deepest = network.stages[-1][-1].conv2.weight
    with torch.no_grad():
        (deepest.data if through_data else deepest).mul_(-2)
    with torch.inference_mode():
        torch.testing.assert_close(
            network(image), network.layer_by_layer(image), atol=2e-4, rtol=2e-4
        )


@torch.inference_mode()
def test_kept_kernels_are_no_part_of_a_networks_state() -> None:
    network = deep_network()
    names = list(network.state_dict())
    network(drawn(1, 1, 1, 200, 180))
    assert list(network.state_dict()) == names
