"""Second stage: both looks learn from whole images in which the places of findings are known."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice

import torch
from torch import Tensor, nn

from inference.networks.gmic3d import Gmic3d
from inference.training.image_batches import LabelledImage, on_device
from inference.training.look_losses import (
    cell_loss,
    cut,
    known_loss,
    patch_labels,
    patch_places,
    turned,
)
from inference.training.stored_view import StoredImages


def short_floats(device: torch.device) -> AbstractContextManager[None]:
    """Compute in bfloat16 where that is faster: on a GPU."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def evidence_of(network: Gmic3d, slices: Tensor) -> Tensor:
    """What the saliency map is before its nonlinearity: (slices, classes, rows, columns)."""
    channels_last = slices.unsqueeze(1).contiguous(memory_format=torch.channels_last)
    evidence: Tensor = network.saliency_head.conv(network.global_network(channels_last))
    return evidence


class ImageLearner:
    """Draws batches of whole images; what is learned from them is a subclass's."""

    def __init__(
        self,
        network: Gmic3d,
        draws: Iterator[tuple[StoredImages, ...]],
        *,
        views_a_step: int,
        device: torch.device,
        seed: int,
    ) -> None:
        self._network = network
        self._draws = draws
        self._views_a_step = views_a_step
        self._device = device
        self._seed = seed

    def _drawn(self, step: int) -> tuple[list[LabelledImage], random.Random]:
        """A batch, shifted at random; the statistics of normalisation stay those of the crops."""
        self._network.eval()
        generator = random.Random(f"{self._seed} {step}")
        drawn = [one for group in islice(self._draws, self._views_a_step) for one in group]
        return [on_device(one, self._device, generator) for one in drawn], generator


class LooksLearner(ImageLearner):
    """Losses of a batch of images: of every cell of their maps, and of patches cut from them."""

    def losses(self, step: int) -> Mapping[str, Tensor]:
        """Draw a batch and compare both looks with what is known of it."""
        images, generator = self._drawn(step)
        with short_floats(self._device):
            evidence = evidence_of(self._network, torch.cat([image.slices for image in images]))
            patches, labels = _patches(images, evidence, generator)
            vectors = self._network.local_network(turned(patches, generator))
            logits = self._network.local_classifier(vectors)
        targets = torch.cat([image.cell_targets(*evidence.shape[2:]) for image in images])
        return {"cells": cell_loss(evidence, targets), "patches": known_loss(logits, labels)}


def _patches(
    images: Sequence[LabelledImage], evidence: Tensor, generator: random.Random
) -> tuple[Tensor, Tensor]:
    cut_out, labels, first = [], [], 0
    for image in images:
        own = evidence[first : first + len(image.slices)]
        first += len(image.slices)
        places = patch_places(image, own, generator)
        cut_out.append(cut(image, places))
        labels.append(patch_labels(image, places))
    return torch.cat(cut_out), torch.cat(labels)


def rates_of_looks(network: Gmic3d, peak: float) -> list[tuple[nn.Module, float]]:
    """Every part but the attention, which this stage does not use."""
    return [
        (network.global_network, peak),
        (network.saliency_head, peak),
        (network.local_network, peak),
        (network.local_classifier, peak),
    ]
