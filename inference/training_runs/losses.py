"""What a run makes small."""

from __future__ import annotations

import torch
from torch import Tensor

_SMALLEST = 1e-6


def cross_entropy(probabilities: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy, summed over classes, averaged over images.

    probabilities: (images, classes), float32. A little is added under the logarithm: relu(tanh)
    gives exactly 0, where the loss and its slope would be infinite.
    """
    seen = labels * torch.log(probabilities + _SMALLEST)
    unseen = (1 - labels) * torch.log(1 - probabilities + _SMALLEST)
    return -(seen + unseen).sum(dim=1).mean()


def all_saliency(maps: list[Tensor]) -> Tensor:
    """The sum of all cells of both maps, averaged over images.

    maps: each (slices, classes, rows, columns).
    """
    return torch.stack([saliency.abs().sum() for saliency in maps]).mean()
