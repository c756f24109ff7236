"""Second stage: the patch network learns to classify single patches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.networks.patch_resnet import PatchResNet
from inference.networks.saliency import CLASSES
from inference.training.coarse import mean_auc
from inference.training.crop_store import CropStore
from inference.training.crops import CROP_SIDE
from inference.training.fitting import Measurement, Schedule, fit, masked_cross_entropy

BATCH = 16
LOCAL_CHANNELS = 32


class PatchClassifier(nn.Module):
    """The local network with the classifier that a bag of one patch would have."""

    def __init__(self) -> None:
        super().__init__()
        self.network = PatchResNet(first_channels=LOCAL_CHANNELS)
        self.classifier = nn.Linear(self.network.out_features, CLASSES, bias=False)

    def forward(self, patches: Tensor) -> Tensor:
        """Map patches (count, side, side) to logits (count, classes)."""
        logits: Tensor = self.classifier(self.network(patches))
        return logits


def train_close(
    classifier: PatchClassifier, store: CropStore, *, schedule: Schedule, state_file: Path
) -> list[Measurement]:
    """Train on crops of every image kind; the best averaged weights stay in the classifier."""
    classifier.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def loss_of_step(step: int) -> Tensor:
        if step % 50 == 0:
            store.refresh()
        crops, labels = store.draw(
            np.random.default_rng([42, schedule.steps, step]), BATCH, CROP_SIDE
        )
        return masked_cross_entropy(classifier(crops), labels)

    @torch.inference_mode()
    def measure(average: nn.Module) -> float:
        crops, labels = store.held_out(CROP_SIDE, at_most=250)
        logits = torch.cat([average(part) for part in torch.split(crops, BATCH)])
        return mean_auc(logits, labels)

    return fit(
        classifier,
        schedule=schedule,
        loss_of_step=loss_of_step,
        measure=measure,
        state_file=state_file,
    )
