"""Networks of two views in training, with modality dropout.

Source: Wu et al., "Improving the ability of deep neural networks to use information from multiple
views in breast cancer screening", sections 3 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from inference.breast import BreastView
from inference.networks.two_view import TwoViewNetwork
from inference.training_runs.learner import Learner, Outcome
from inference.training_runs.load_images import Batch
from inference.training_runs.losses import cross_entropy
from inference.types import CLASS_NAMES


class TwoViewLearner(Learner):
    """Batches hold every breast's views one after the other, in the order of the variant."""

    classes = CLASS_NAMES

    def __init__(self, network: TwoViewNetwork) -> None:
        super().__init__()
        self.network = network

    def exported(self) -> nn.Module:
        """The whole network."""
        return self.network

    def forward(self, batch: Batch) -> Outcome:
        """Run a batch of breasts."""
        views = self.network.config.variant.views
        vectors: dict[BreastView, Tensor] = {}
        for index, view in enumerate(views):
            images = torch.cat(batch.volumes[index :: len(views)])
            seen = self.network.see(view, images).float()
            vectors[view] = self._dropped(index, view, seen, batch.seeds)
        with torch.autocast(batch.labels.device.type, enabled=False):
            scores = self.network.conclude(vectors.get(BreastView.CC), vectors.get(BreastView.MLO))
            loss = cross_entropy(scores, batch.labels)
        return Outcome(loss, scores.detach(), batch.labels)

    def _dropped(
        self, index: int, view: BreastView, vectors: Tensor, seeds: Sequence[int]
    ) -> Tensor:
        """As the network drops a view, but drawn from the breasts' own seeds."""
        probability = self.network.config.dropout(view)
        if not self.training or probability == 0.0:
            return vectors
        kept = [
            float(torch.rand(2, generator=torch.Generator().manual_seed(seed))[index])
            >= probability
            for seed in seeds
        ]
        return vectors * torch.tensor(kept, device=vectors.device).unsqueeze(1)
