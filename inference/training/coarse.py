"""First stage: the whole-slice network learns to classify crops at the real pixel scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.networks.resnet import Norm, ResNet22
from inference.networks.saliency import CLASSES
from inference.training.crop_store import CropStore
from inference.training.fitting import Measurement, Schedule, fit, masked_cross_entropy
from inference.training.measures import area_under_curve

SIDE = 224
BATCH = 24
_STRONGEST_CELLS = 3


class CellClassifier(nn.Module):
    """The global network and its saliency convolution, before the nonlinearity."""

    def __init__(self) -> None:
        super().__init__()
        # Not GroupNorm: a whole slice is half air, so its own statistics are not a crop's.
        self.network = ResNet22(norm=Norm.BATCH)
        self.conv = nn.Conv2d(self.network.out_channels, CLASSES, 1, bias=False)
        # The papers start the saliency convolution from a small constant.
        nn.init.constant_(self.conv.weight, 10**-2.5)

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops (count, rows, columns) to evidence (count, classes, rows, columns)."""
        evidence: Tensor = self.conv(self.network(crops.unsqueeze(1)))
        return evidence


def crop_logits(evidence: Tensor) -> Tensor:
    """Pool evidence (count, classes, rows, columns) as the mean of the strongest cells."""
    strongest = evidence.flatten(2).topk(_STRONGEST_CELLS, dim=-1).values
    return strongest.mean(dim=-1)


def mean_auc(logits: Tensor, labels: Tensor) -> float:
    """Return the mean over both classes of the area under the curve, unknown labels left out."""
    areas = []
    for index in range(CLASSES):
        known = ~labels[:, index].isnan()
        areas.append(area_under_curve(logits[known, index].numpy(), labels[known, index].numpy()))
    return float(np.mean(areas))


def train_coarse(
    classifier: CellClassifier, store: CropStore, *, schedule: Schedule, state_file: Path
) -> list[Measurement]:
    """Train on crops of every image kind; the best averaged weights stay in the classifier."""
    classifier.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def loss_of_step(step: int) -> Tensor:
        if step % 50 == 0:
            store.refresh()
        crops, labels = store.draw(np.random.default_rng([41, schedule.steps, step]), BATCH, SIDE)
        return masked_cross_entropy(crop_logits(classifier(crops)), labels)

    @torch.inference_mode()
    def measure(average: nn.Module) -> float:
        crops, labels = store.held_out(SIDE)
        logits = torch.cat([crop_logits(average(part)) for part in torch.split(crops, BATCH)])
        return mean_auc(logits, labels)

    return fit(
        classifier,
        schedule=schedule,
        loss_of_step=loss_of_step,
        measure=measure,
        state_file=state_file,
    )
