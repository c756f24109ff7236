from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inference.networks.folded_norms import with_folded_norms
from inference.networks.video_resnet import VideoResNet, VideoResNetConfig, factored_channels

PUBLIC = json.loads(
    (Path(__file__).parents[2] / "golden" / "video_state_dicts.json").read_text(encoding="utf-8")
)
Array = NDArray[np.float64]


def conv3d(
    features: Array, kernel: Array, stride: tuple[int, int, int], padding: tuple[int, int, int]
) -> Array:
    """Convolve (channels, slices, rows, columns), one kernel position after the other."""
    padded = np.pad(features, [(0, 0), *((by, by) for by in padding)])
    size = [
        (padded.shape[axis + 1] - kernel.shape[axis + 2]) // stride[axis] + 1 for axis in range(3)
    ]
    summed = np.zeros((kernel.shape[0], *size))
    for at in itertools.product(*(range(extent) for extent in kernel.shape[2:])):
        seen = padded[
            :,
            at[0] : at[0] + stride[0] * (size[0] - 1) + 1 : stride[0],
            at[1] : at[1] + stride[1] * (size[1] - 1) + 1 : stride[1],
            at[2] : at[2] + stride[2] * (size[2] - 1) + 1 : stride[2],
        ]
        summed += np.einsum("oi,idhw->odhw", kernel[:, :, at[0], at[1], at[2]], seen)
    return summed


class Reference:
    """R(2+1)D-18 from its description, on one window, with the entries of a state dict."""

    def __init__(self, entries: dict[str, torch.Tensor]) -> None:
        self.entries = {name: value.double().numpy() for name, value in entries.items()}

    def norm(self, features: Array, name: str) -> Array:
        def entry(end: str) -> Any:
            return self.entries[f"{name}.{end}"][:, None, None, None]

        scaled = (features - entry("running_mean")) / np.sqrt(entry("running_var") + 1e-5)
        return np.asarray(scaled * entry("weight") + entry("bias"))

    def factored(self, features: Array, name: str, stride: int) -> Array:
        within = conv3d(features, self.entries[f"{name}.0.weight"], (1, stride, stride), (0, 1, 1))
        within = np.maximum(self.norm(within, f"{name}.1"), 0)
        return conv3d(within, self.entries[f"{name}.3.weight"], (stride, 1, 1), (1, 0, 0))

    def block(self, features: Array, name: str, stride: int) -> Array:
        first = self.factored(features, f"{name}.conv1.0", stride)
        first = np.maximum(self.norm(first, f"{name}.conv1.1"), 0)
        second = self.norm(self.factored(first, f"{name}.conv2.0", 1), f"{name}.conv2.1")
        if f"{name}.downsample.0.weight" in self.entries:
            strides = (stride, stride, stride)
            kernel = self.entries[f"{name}.downsample.0.weight"]
            features = self.norm(
                conv3d(features, kernel, strides, (0, 0, 0)), f"{name}.downsample.1"
            )
        return np.maximum(second + features, 0)

    def score(self, window: Array) -> Array:
        colours = np.stack([window] * 3)
        features = conv3d(colours, self.entries["stem.0.weight"], (1, 2, 2), (0, 3, 3))
        features = np.maximum(self.norm(features, "stem.1"), 0)
        features = conv3d(features, self.entries["stem.3.weight"], (1, 1, 1), (1, 0, 0))
        features = np.maximum(self.norm(features, "stem.4"), 0)
        for layer, block in itertools.product(range(1, 5), range(2)):
            stride = 2 if layer > 1 and block == 0 else 1
            features = self.block(features, f"layer{layer}.{block}", stride)
        return np.asarray(
            self.entries["fc.weight"] @ features.mean(axis=(1, 2, 3)) + self.entries["fc.bias"]
        )


def small_network() -> VideoResNet:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = VideoResNet(VideoResNetConfig(channels=4, stem_channels=3, outputs=2))
        for name, value in network.state_dict().items():
            if name.endswith("running_mean"):
                value.normal_(0.0, 0.3)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 2.0)
            elif value.is_floating_point():
                value.add_(0.1 * torch.randn_like(value))
    return network.requires_grad_(False).eval()


@pytest.mark.parametrize("shape", [(8, 20, 16), (5, 13, 11), (1, 9, 9)])
def test_scores_equal_those_computed_from_the_description(shape: tuple[int, int, int]) -> None:
    network = small_network()
    windows = np.random.default_rng(1).normal(size=(2, *shape))

    scores = network(torch.from_numpy(windows).float())

    reference = Reference(network.state_dict())
    expected = [reference.score(window) for window in windows]
    np.testing.assert_allclose(scores.numpy(), expected, rtol=2e-4, atol=2e-5)


def test_folded_norms_change_the_speed_and_not_the_scores() -> None:
    network = small_network()
    windows = torch.randn(2, 8, 20, 16, generator=torch.Generator().manual_seed(2))
    before = {name: value.clone() for name, value in network.state_dict().items()}

    folded = with_folded_norms(network)

    assert not any(isinstance(part, torch.nn.BatchNorm3d) for part in folded.modules())
    torch.testing.assert_close(folded(windows), network(windows), rtol=1e-4, atol=1e-5)
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_names_and_shapes_are_those_of_the_public_weights() -> None:
    with torch.device("meta"):
        network = VideoResNet(VideoResNetConfig(outputs=400))
    own = {name: list(value.shape) for name, value in network.state_dict().items()}
    assert own == PUBLIC["r2plus1d_18"]


def test_a_factored_pair_has_about_the_parameters_of_a_3d_kernel() -> None:
    between = factored_channels(64, 128)
    assert between == 230
    assert 0.99 < (between * 64 * 9 + between * 128 * 3) / (64 * 128 * 27) <= 1.0
