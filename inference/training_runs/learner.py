"""A network in training: a batch in, its loss and scores out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from inference.training_runs.load_images import Batch


class Outcome(NamedTuple):
    """What one batch gave."""

    loss: Tensor
    """A number to make small."""
    scores: Tensor
    """(images, classes), higher is surer of the class."""
    targets: Tensor
    """(images, classes), 0 or 1."""


class Learner(nn.Module, ABC):
    """What the training loop trains and validates."""

    classes: tuple[str, ...]

    @abstractmethod
    def forward(self, batch: Batch) -> Outcome:
        """Run a batch; in training mode with what is drawn from its seeds."""

    @abstractmethod
    def exported(self) -> nn.Module:
        """The part that a stage is for."""


def in_chunks(
    look: Callable[[Tensor], tuple[Tensor, ...]], slices: Tensor, size: int, *, training: bool
) -> tuple[Tensor, ...]:
    """Run slices in chunks of `size` (0: all at once) and put the results together.

    In training a chunk's activations are thrown away and computed again on the way back, so that
    the memory of a volume is that of one chunk.
    """
    if not size or len(slices) <= size and not training:
        return look(slices)
    results = []
    for chunk in torch.split(slices, size):
        if training:
            results.append(checkpoint(look, chunk, use_reentrant=False, preserve_rng_state=False))
        else:
            results.append(look(chunk))
    return tuple(torch.cat(parts) for parts in zip(*results, strict=True))
