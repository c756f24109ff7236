"""First stage: both networks learn to tell crops of every kind of image apart."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from inference.networks.gmic3d import Gmic3d
from inference.training.crop_pool import CropPool
from inference.training.learn_looks import evidence_of, short_floats
from inference.training.look_losses import cell_loss, known_loss


class CropLearner:
    """Losses of a batch of crops: of every cell of their maps, and of the crops as patches."""

    def __init__(self, network: Gmic3d, pool: CropPool, *, crops_a_step: int, seed: int) -> None:
        self._network = network
        self._pool = pool
        self._crops_a_step = crops_a_step
        self._seed = seed

    def losses(self, step: int) -> Mapping[str, Tensor]:
        """Draw a batch, turned and mirrored as one; the network's normalisation follows it."""
        self._network.train()
        generator = torch.Generator().manual_seed((self._seed << 32) + step)
        batch = self._pool.draw(self._crops_a_step, generator)
        quarters, is_mirrored = torch.randint(8, (1,), generator=generator).item() % 4, step % 2
        patches = _turned(batch.patches, quarters, is_mirrored)
        with short_floats(patches.device):
            evidence = evidence_of(self._network, patches)
            logits = self._network.local_classifier(self._network.local_network(patches))
        targets = _turned(batch.cell_targets(*evidence.shape[2:]), quarters, is_mirrored)
        return {
            "cells": cell_loss(evidence, targets),
            "patches": known_loss(logits, batch.labels()),
        }


def _turned(pixels: Tensor, quarters: float, is_mirrored: int) -> Tensor:
    turned = torch.rot90(pixels, int(quarters), dims=(-2, -1))
    return turned.flip(-1) if is_mirrored else turned
