"""Fourth stage: attention and classifier learn on the patches that the network itself retrieves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.networks.gmic3d import Gmic3d
from inference.networks.patches import choose_patches, crop_patch
from inference.training.crops import ImageKind
from inference.training.fitting import masked_cross_entropy
from inference.training.measures import area_under_curve
from inference.training.whole_images import (
    WHOLE_TRAINING_SEED,
    WholeImage,
    every_nth_slice,
    view_with_findings,
    whole_image,
)

log = logging.getLogger(__name__)
_FIRST_BAG = 5000
"""Views of the training seed from here on are not those of the earlier stages."""
_SLICE_STEP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What the local network makes of one image's patches, and what the image shows."""

    vectors: Tensor
    """(patches, features)."""
    labels: Tensor
    """(classes,), 0 or 1."""
    strongest: Tensor
    """(classes, cells): the highest saliency cells, falling."""


@torch.inference_mode()
def make_bag(network: Gmic3d, whole: WholeImage) -> Bag:
    """Look at an image, retrieve its patches and describe them."""
    network.eval()
    slices = [torch.from_numpy(pixels) for pixels in whole.input_slices()]
    saliency = torch.cat([network.look_at_slices(one[None]).saliency for one in slices])
    positions = choose_patches(
        saliency,
        input_rows=slices[0].shape[0],
        input_columns=slices[0].shape[1],
        count=network.config.patches,
    )
    patches = torch.stack([crop_patch(slices[p.slice_index], p.top, p.left) for p in positions])
    cells = saliency.transpose(0, 1).flatten(1)
    return Bag(
        vectors=network.local_network(patches),
        labels=torch.tensor(whole.labels, dtype=torch.float32),
        strongest=cells.topk(min(64, cells.shape[1])).values,
    )


def make_bags(
    network: Gmic3d, kinds: Sequence[ImageKind], count: int, directory: Path
) -> list[Bag]:
    """Make bags of `count` training views, each kept in a file once made."""
    bags = []
    for number in range(_FIRST_BAG, _FIRST_BAG + count):
        missing = [k for k in kinds if not (directory / f"{k.name}_{number}.pt").exists()]
        imaged = view_with_findings(WHOLE_TRAINING_SEED, number) if missing else None
        for kind in kinds:
            path = directory / f"{kind.name}_{number}.pt"
            if imaged is not None and kind in missing:
                slices = every_nth_slice(imaged, _SLICE_STEP)
                bag = make_bag(network, whole_image(imaged, kind, slices))
                torch.save([bag.vectors, bag.labels, bag.strongest], path)
            vectors, labels, strongest = torch.load(path, weights_only=True)
            bags.append(Bag(vectors=vectors, labels=labels, strongest=strongest))
    return bags


def train_heads(network: Gmic3d, bags: Sequence[Bag], *, rounds: int = 400) -> float:
    """Train attention and local classifier on frozen patch vectors; return the held-out AUC.

    Every fifth bag is held out; the weights with its highest mean AUC stay in the network.
    """
    held_out = [bag for index, bag in enumerate(bags) if index % 5 == 4]
    training = [bag for index, bag in enumerate(bags) if index % 5 != 4]
    vectors, labels = _stacked(training)
    heads = nn.ModuleList([network.attention, network.local_classifier]).requires_grad_(True)
    optimiser = torch.optim.AdamW(heads.parameters(), lr=1e-3, weight_decay=0.05)
    best, best_auc = {k: v.clone() for k, v in heads.state_dict().items()}, -1.0
    generator = torch.Generator().manual_seed(5)
    for step in range(rounds):
        # Patches stand in for each other: some are hidden at every step.
        kept = torch.randperm(vectors.shape[1], generator=generator)[: vectors.shape[1] - 1]
        logits = network.local_classifier(network.attention(vectors[:, kept]).vector)
        loss = masked_cross_entropy(logits, labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if step % 10 == 9:
            auc = _auc(network, held_out)
            if auc > best_auc:
                best, best_auc = {k: v.clone() for k, v in heads.state_dict().items()}, auc
    heads.load_state_dict(best)
    log.info("heads trained bags=%d held_out_auc=%.3f", len(training), best_auc)
    return best_auc


def _stacked(bags: Sequence[Bag]) -> tuple[Tensor, Tensor]:
    return torch.stack([b.vectors for b in bags]), torch.stack([b.labels for b in bags])


@torch.no_grad()
def _auc(network: Gmic3d, bags: Sequence[Bag]) -> float:
    vectors, labels = _stacked(bags)
    logits = network.local_classifier(network.attention(vectors).vector)
    areas = [
        area_under_curve(logits[:, index].numpy(), labels[:, index].numpy())
        for index in range(labels.shape[1])
    ]
    return float(np.mean(areas))
