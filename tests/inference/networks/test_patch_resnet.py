"""ResNet-18, 34 and 50 against the same arithmetic written down from their state alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from inference.networks.patch_resnet import Depth, PatchResNet

State = dict[str, Tensor]


def _norm(state: State, name: str, x: Tensor) -> Tensor:
    mean, variance = state[f"{name}.running_mean"], state[f"{name}.running_var"]
    scale = state[f"{name}.weight"] / torch.sqrt(variance + 1e-5)
    shift = state[f"{name}.bias"] - mean * scale
    return x * scale[:, None, None] + shift[:, None, None]


def _conv(state: State, name: str, x: Tensor, stride: int = 1) -> Tensor:
    weight = state[f"{name}.weight"]
    return functional.conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2)


def _block(state: State, name: str, x: Tensor, stride: int) -> Tensor:
    is_deep = f"{name}.conv3.weight" in state
    # Only the first 3x3 convolution of a block has a stride.
    strides = (1, stride, 1) if is_deep else (stride, 1)
    y = x
    for number, step in enumerate(strides, start=1):
        y = _norm(state, f"{name}.bn{number}", _conv(state, f"{name}.conv{number}", y, step))
        y = y if number == len(strides) else y.clamp(min=0)
    if f"{name}.downsample.0.weight" in state:
        x = _norm(state, f"{name}.downsample.1", _conv(state, f"{name}.downsample.0", x, stride))
    return (x + y).clamp(min=0)


def _written_down(state: State, patches: Tensor, blocks: tuple[int, ...]) -> Tensor:
    x = torch.stack([patches] * 3, dim=1)
    x = _norm(state, "bn1", _conv(state, "conv1", x, 2)).clamp(min=0)
    x = functional.max_pool2d(x, 3, 2, 1)
    for layer, count in enumerate(blocks, start=1):
        for number in range(count):
            stride = 2 if layer > 1 and number == 0 else 1
            x = _block(state, f"layer{layer}.{number}", x, stride)
    return x.flatten(2).mean(2)


@torch.inference_mode()
@pytest.mark.parametrize("depth", list(Depth))
def test_every_depth_computes_the_published_arithmetic(depth: Depth) -> None:
    generator = torch.Generator().manual_seed(depth.value)
    network = PatchResNet(depth=depth, first_channels=8).eval()
    for name, value in network.state_dict().items():
        if name.endswith(("running_mean", "bias")):
            value.normal_(generator=generator).mul_(0.1)
        elif name.endswith("running_var"):
            value.uniform_(0.5, 2.0, generator=generator)
    patches = torch.randn(3, 64, 64, generator=generator)
    found = network(patches)
    blocks = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}[depth.value]
    expected = _written_down(network.state_dict(), patches, blocks)
    assert found.shape == (3, network.out_features)
    assert network.out_features == (8 * 8 * 4 if depth is Depth.RESNET50 else 8 * 8)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
