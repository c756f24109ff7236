"""Pretraining of the whole-slice network: three BI-RADS-like groups of images.

Source: 3D-GMIC, section V-D.1: features averaged over each slice, slices weighed by gated
attention, then a logistic regression.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.attention import GatedAttention
from inference.networks.resnet import ResNet22
from inference.training_runs.examples import BiradsGroup
from inference.training_runs.learner import Learner, Outcome, in_chunks
from inference.training_runs.load_images import Batch

_GROUPS = tuple(sorted(BiradsGroup, key=lambda group: group.value))


class BiradsLearner(Learner):
    """The network and a head that is thrown away after the stage."""

    classes = tuple(group.name.lower() for group in _GROUPS)

    def __init__(self, network: ResNet22, *, slices_at_once: int) -> None:
        super().__init__()
        self.network = network
        self.attention = GatedAttention(network.out_channels)
        self.classifier = nn.Linear(network.out_channels, len(_GROUPS))
        self._slices_at_once = slices_at_once

    def exported(self) -> nn.Module:
        """The whole-slice network."""
        return self.network

    def forward(self, batch: Batch) -> Outcome:
        """Run a batch of volumes of any numbers of slices."""
        (vectors,) = in_chunks(
            self._average,
            torch.cat(batch.volumes),
            self._slices_at_once,
            training=self.training,
        )
        bags = torch.split(vectors, [len(volume) for volume in batch.volumes])
        attended = torch.cat([self.attention(bag.unsqueeze(0)).vector for bag in bags])
        logits = self.classifier(attended)
        targets = functional.one_hot(batch.birads, len(_GROUPS)).float()
        loss = functional.cross_entropy(logits, batch.birads)
        return Outcome(loss, logits.detach().softmax(dim=1), targets)

    def _average(self, slices: Tensor) -> tuple[Tensor, ...]:
        return (self.network(slices.unsqueeze(1)).mean(dim=(2, 3)).float(),)
