"""Where the network sees something: saliency maps, and their strongest cells as a score."""

from __future__ import annotations

from enum import Enum

import torch
from torch import Tensor, nn

CLASSES = 2


class Nonlinearity(Enum):
    """What turns a cell's evidence into 0..1."""

    RELU_TANH = "relu_tanh"
    """Exactly 0 where the evidence is against a class (3D-GMIC)."""
    SIGMOID = "sigmoid"
    """Published 2D GMIC."""

    def __call__(self, evidence: Tensor) -> Tensor:
        """Apply it to every cell."""
        if self is Nonlinearity.RELU_TANH:
            return torch.relu(torch.tanh(evidence))
        return torch.sigmoid(evidence)


class SaliencyHead(nn.Module):
    """A 1x1 convolution from features to one map a class (benign, malignant)."""

    def __init__(self, in_channels: int, nonlinearity: Nonlinearity) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, CLASSES, 1, bias=False)
        self.nonlinearity = nonlinearity

    def forward(self, features: Tensor) -> Tensor:
        """Map (slices, channels, rows, columns) to (slices, classes, rows, columns), 0..1."""
        return self.nonlinearity(self.conv(features))


def pool_top_cells(saliency: Tensor, top_t: float) -> Tensor:
    """Average each class's strongest cells, over all slices together.

    saliency: (..., slices, classes, rows, columns), 0..1.
    top_t: how many cells to average, in units of one slice's cell count. A volume with fewer
    cells than that is averaged whole; at least one cell is taken.
    Returns (..., classes). Source: 3D-GMIC, there "t %".
    """
    slices, _, rows, columns = saliency.shape[-4:]
    count = min(max(round(rows * columns * top_t), 1), slices * rows * columns)
    cells = saliency.transpose(-4, -3).flatten(-3)  # (..., classes, slices * rows * columns)
    return cells.topk(count, dim=-1).values.mean(dim=-1)
