"""Third stage: the whole network learns from the labels of images, as the papers train it."""

from __future__ import annotations

import random
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.gmic3d import Gmic3d
from inference.networks.patches import choose_patches, crop_patches
from inference.networks.saliency import pool_top_cells
from inference.training.image_batches import LabelledImage
from inference.training.learn_looks import ImageLearner, evidence_of, short_floats
from inference.training.look_losses import cell_loss

_SALIENCY_COST = 1e-5
_CELL_SHARE = 0.5
_SMALLEST = 1e-4


class TogetherLearner(ImageLearner):
    """Losses of a batch of images: of their global and local scores, and of their maps.

    Source: the 3D-GMIC paper's loss; the maps' own loss is added, so that they keep to the
    findings they learned in the first stage.
    """

    def losses(self, step: int) -> Mapping[str, Tensor]:
        """Draw a batch and compare its scores with its labels."""
        images, generator = self._drawn(step)
        with short_floats(self._device):
            evidence = evidence_of(self._network, torch.cat([image.slices for image in images]))
        sizes = [len(image.slices) for image in images]
        parts = torch.split(evidence.float(), sizes)
        saliency = [self._network.saliency_head.nonlinearity(part) for part in parts]
        labels = torch.stack([image.labels for image in images])
        pooled = torch.stack([pool_top_cells(one, self._network.config.top_t) for one in saliency])
        local = self._local_logits(images, saliency, generator)
        targets = torch.cat([image.cell_targets(*evidence.shape[2:]) for image in images])
        mass = torch.stack([one.sum() / len(one) for one in saliency]).mean()
        return {
            "global": functional.binary_cross_entropy(
                pooled.clamp(_SMALLEST, 1 - _SMALLEST), labels
            ),
            "local": functional.binary_cross_entropy_with_logits(local, labels),
            "cells": _CELL_SHARE * cell_loss(evidence, targets),
            "saliency": _SALIENCY_COST * mass,
        }

    def _local_logits(
        self, images: list[LabelledImage], saliency: list[Tensor], generator: random.Random
    ) -> Tensor:
        bags = []
        for image, cells in zip(images, saliency, strict=True):
            places = choose_patches(
                cells,
                input_rows=image.slices.shape[1],
                input_columns=image.slices.shape[2],
                count=self._network.config.patches,
            )
            patches = crop_patches(image.slices, places)
            bags.append(torch.rot90(patches, generator.randrange(4), dims=(1, 2)))
        with short_floats(self._device):
            vectors = self._network.local_network(torch.cat(bags))
            vectors = vectors.view(len(bags), -1, vectors.shape[1])
            attended = self._network.attention(vectors).vector
            logits: Tensor = self._network.local_classifier(attended)
        return logits.float()


def rates_together(network: Gmic3d, peak: float) -> list[tuple[nn.Module, float]]:
    """The attention, which starts anew, learns faster than what has learned before."""
    return [
        (network.global_network, 0.2 * peak),
        (network.saliency_head, 0.2 * peak),
        (network.local_network, peak),
        (network.local_classifier, peak),
        (network.attention, 5 * peak),
    ]
