"""GMIC and 3D-GMIC in training.

Source: 3D-GMIC, sections IV-D (loss), IV-B.2 (patch sampling) and V-D.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inference.networks.gmic import Gmic
from inference.networks.gmic3d import CloseLook, Gmic3d
from inference.networks.patches import choose_patches, crop_patches
from inference.networks.saliency import pool_top_cells
from inference.training_runs.learner import Learner, Outcome, in_chunks
from inference.training_runs.load_images import Batch
from inference.training_runs.losses import all_saliency, cross_entropy
from inference.types import CLASS_NAMES


class GmicLearner(Learner):
    """Sum over classes of the losses of the local, the global and the fused scores, and beta
    times all saliency."""

    classes = CLASS_NAMES

    def __init__(
        self, network: Gmic3d, *, beta: float, slices_at_once: int, rotate_patches: bool
    ) -> None:
        super().__init__()
        self.network = network
        self._beta = beta
        self._slices_at_once = slices_at_once
        self._rotate_patches = rotate_patches

    def exported(self) -> nn.Module:
        """The whole network."""
        return self.network

    def forward(self, batch: Batch) -> Outcome:
        """Run a batch of volumes of any numbers of slices."""
        saliency, peaks = in_chunks(
            self._coarse,
            torch.cat(batch.volumes),
            self._slices_at_once,
            training=self.training,
        )
        counts = [len(volume) for volume in batch.volumes]
        maps = list(torch.split(saliency, counts))
        top_t = self.network.config.top_t
        global_scores = torch.stack([pool_top_cells(one, top_t) for one in maps])
        pairs = zip(batch.volumes, maps, batch.seeds, strict=True)
        patches = torch.stack([self._patches(*each) for each in pairs])
        local = self._close(patches)
        peak = torch.stack([one.amax(dim=0) for one in torch.split(peaks, counts)])
        scores = self.network.conclude(global_scores, local, peak)
        losses = [cross_entropy(local.scores, batch.labels)]
        losses.append(cross_entropy(global_scores, batch.labels))
        if isinstance(self.network, Gmic) and self.network.fusion is not None:
            losses.append(cross_entropy(scores, batch.labels))
        loss = torch.stack(losses).sum() + self._beta * all_saliency(maps)
        return Outcome(loss, scores.detach(), batch.labels)

    def _coarse(self, slices: Tensor) -> tuple[Tensor, ...]:
        network = self.network
        features = network.global_network(slices.unsqueeze(1))
        # In float32 from here on, where probabilities close to 0 and 1 must stay apart.
        with torch.autocast(slices.device.type, enabled=False):
            features = features.float()
            return network.saliency_head(features), features.amax(dim=(2, 3))

    @torch.no_grad()
    def _patches(self, volume: Tensor, saliency: Tensor, seed: int) -> Tensor:
        """Cut one volume's patches: (patches, side, side)."""
        config = self.network.config
        generator = torch.Generator().manual_seed(seed) if self.training else None
        positions = choose_patches(
            saliency,
            input_rows=volume.shape[1],
            input_columns=volume.shape[2],
            count=config.patches,
            patch_side=config.patch_side,
            neighbour_slices=config.neighbour_slices,
            slice_generator=generator,
        )
        patches = crop_patches(volume, positions, config.patch_side)
        if generator is None or not self._rotate_patches:
            return patches
        quarters = torch.randint(4, (len(patches),), generator=generator).tolist()
        turned = [torch.rot90(*pair, dims=(0, 1)) for pair in zip(patches, quarters, strict=True)]
        return torch.stack(turned)

    def _close(self, patches: Tensor) -> CloseLook:
        network = self.network
        vectors = network.local_network(patches.flatten(0, 1))
        with torch.autocast(patches.device.type, enabled=False):
            vectors = vectors.float().view(*patches.shape[:2], -1)
            vector, attention = network.attention(vectors)
            scores = torch.sigmoid(network.local_classifier(vector))
            return CloseLook(scores, attention, vector)
