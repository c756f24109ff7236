from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.special import erf

from inference.networks.box_attention import BoxAttention, relative_positions
from inference.networks.swin3d import Swin3d, Swin3dConfig

PUBLIC = json.loads(
    (Path(__file__).parents[2] / "golden" / "video_state_dicts.json").read_text(encoding="utf-8")
)
Array = NDArray[np.float64]
Box = tuple[int, int, int]
SMALL = Swin3dConfig(channels=8, depths=(2, 2), heads=(2, 4), box=(2, 3, 2), outputs=2)


class Reference:
    """A Video Swin Transformer from its description, cell by cell, on one window."""

    def __init__(self, entries: dict[str, torch.Tensor], config: Swin3dConfig) -> None:
        self.entries = {name: value.double().numpy() for name, value in entries.items()}
        self.config = config

    def linear(self, vectors: Array, name: str) -> Array:
        bias = self.entries.get(f"{name}.bias", 0.0)
        return np.asarray(vectors @ self.entries[f"{name}.weight"].T + bias)

    def norm(self, vectors: Array, name: str) -> Array:
        centred = vectors - vectors.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + 1e-5)
        return np.asarray(scaled * self.entries[f"{name}.weight"] + self.entries[f"{name}.bias"])

    def attention(self, cells: Array, name: str, heads: int, *, shifted: bool) -> Array:
        """Each cell asks every other one whether it lies in its box, and how far away."""
        size = cells.shape[:3]
        box = [min(b, s) for b, s in zip(self.config.box, size, strict=True)]
        shift = [
            b // 2 if shifted and b < s else 0 for b, s in zip(self.config.box, size, strict=True)
        ]
        padding = [(0, -s % b) for s, b in zip(size, box, strict=True)]
        padded = np.pad(cells, [*padding, (0, 0)])
        places = list(itertools.product(*(range(extent) for extent in padded.shape[:3])))
        vectors = padded.reshape(len(places), -1)
        parts = self.linear(vectors, f"{name}.qkv").reshape(len(places), 3, heads, -1)
        table = self.entries[f"{name}.relative_position_bias_table"]
        attended = np.zeros((len(places), heads, parts.shape[-1]))
        for one, place in enumerate(places):
            own_box = [(p - by) // b for p, by, b in zip(place, shift, box, strict=True)]
            near = [
                other
                for other, there in enumerate(places)
                if [(p - by) // b for p, by, b in zip(there, shift, box, strict=True)] == own_box
            ]
            for head in range(heads):
                logits = []
                for other in near:
                    deep, high, wide = (
                        a - b + full - 1
                        for a, b, full in zip(place, places[other], self.config.box, strict=True)
                    )
                    row = (deep * (2 * self.config.box[1] - 1) + high) * (
                        2 * self.config.box[2] - 1
                    ) + wide
                    likeness = parts[one, 0, head] @ parts[other, 1, head]
                    logits.append(likeness / np.sqrt(parts.shape[-1]) + table[row, head])
                weights = np.exp(np.array(logits) - max(logits))
                attended[one, head] = (weights / weights.sum()) @ parts[near, 2, head]
        joined = self.linear(attended.reshape(len(places), -1), f"{name}.proj")
        laid = joined.reshape(*padded.shape[:3], -1)
        return np.asarray(laid[: size[0], : size[1], : size[2]])

    def block(self, cells: Array, name: str, heads: int, *, shifted: bool) -> Array:
        normed = self.norm(cells, f"{name}.norm1")
        cells = cells + self.attention(normed, f"{name}.attn", heads, shifted=shifted)
        inner = self.linear(self.norm(cells, f"{name}.norm2"), f"{name}.mlp.0")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
        return np.asarray(cells + self.linear(inner, f"{name}.mlp.3"))

    def merged(self, cells: Array, name: str) -> Array:
        cells = np.pad(cells, [(0, 0), (0, cells.shape[1] % 2), (0, cells.shape[2] % 2), (0, 0)])
        corners = [cells[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        joined = self.norm(np.concatenate(corners, axis=-1), f"{name}.norm")
        return self.linear(joined, f"{name}.reduction")

    def embedded(self, window: Array) -> Array:
        padding = [(0, -s % c) for s, c in zip(window.shape, (2, 4, 4), strict=True)]
        padded = np.pad(window, padding)
        deep, high, wide = (s // c for s, c in zip(padded.shape, (2, 4, 4), strict=True))
        patches = padded.reshape(deep, 2, high, 4, wide, 4).transpose(0, 2, 4, 1, 3, 5)
        grey = self.entries["patch_embed.proj.weight"].sum(axis=1)
        cells = np.einsum("dhwabc,oabc->dhwo", patches, grey)
        return self.norm(cells + self.entries["patch_embed.proj.bias"], "patch_embed.norm")

    def score(self, window: Array) -> Array:
        cells = self.embedded(window)
        for stage, (depth, heads) in enumerate(
            zip(self.config.depths, self.config.heads, strict=True)
        ):
            if stage:
                cells = self.merged(cells, f"features.{2 * stage - 1}")
            for number in range(depth):
                name = f"features.{2 * stage}.{number}"
                cells = self.block(cells, name, heads, shifted=number % 2 == 1)
        return self.linear(self.norm(cells, "norm").mean(axis=(0, 1, 2)), "head")


def small_network(config: Swin3dConfig = SMALL) -> Swin3d:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Swin3d(config)
        for name, value in network.state_dict().items():
            if name.endswith("bias_table"):
                value.normal_(0.0, 1.0)
            elif value.is_floating_point():
                value.add_(0.2 * torch.randn_like(value))
    return network.requires_grad_(False).eval()


@pytest.mark.parametrize("shape", [(8, 24, 16), (6, 22, 14), (2, 9, 30)])
def test_scores_equal_those_computed_cell_by_cell(shape: Box) -> None:
    """Whole boxes; then boxes, patches and quads that need padding; then fewer cells than a box."""
    network = small_network()
    windows = np.random.default_rng(1).normal(size=(2, *shape))

    scores = network(torch.from_numpy(windows).float())

    reference = Reference(network.state_dict(), SMALL)
    expected = [reference.score(window) for window in windows]
    np.testing.assert_allclose(scores.numpy(), expected, rtol=2e-4, atol=2e-5)


def test_many_boxes_are_attended_in_parts_without_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = small_network()
    windows = torch.randn(2, 8, 24, 16, generator=torch.Generator().manual_seed(3))
    at_once = network(windows)
    monkeypatch.setattr("inference.networks.box_attention._BOXES_AT_ONCE", 3)
    torch.testing.assert_close(network(windows), at_once)


def test_names_shapes_and_position_indices_are_those_of_the_public_weights() -> None:
    with torch.device("meta"):
        network = Swin3d(Swin3dConfig(outputs=400))
    own = {name: list(value.shape) for name, value in network.state_dict().items()}
    assert own == PUBLIC["swin3d_t"]


def test_position_indices_are_rows_of_the_bias_table() -> None:
    index = relative_positions((2, 3, 2), within=(2, 3, 2))
    assert index.unique().tolist() == list(range(3 * 5 * 3))
    # A cell and itself: the middle of the table.
    assert index.diagonal().unique().tolist() == [(3 * 5 * 3) // 2]


def test_channels_that_do_not_divide_into_heads_are_refused() -> None:
    with pytest.raises(ValueError, match="10 channels do not divide into 4 heads"):
        BoxAttention(channels=10, heads=4, box=(2, 2, 2), shifted=False)
