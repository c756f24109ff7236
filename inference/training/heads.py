"""Fourth stage: attention and classifier are set on patches that the network itself retrieves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inference.networks.gmic3d import Gmic3d
from inference.networks.patches import choose_patches, crop_patch
from inference.training.crops import ImageKind
from inference.training.fitting import masked_cross_entropy
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
_ATTENTION_STRENGTH = 8.0
_TEMPERINGS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)


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


def set_heads(network: Gmic3d, bags: Sequence[Bag]) -> float:
    """Let attention follow the local classifier, and temper its confidence; return the tempering.

    A few dozen bags are too few to learn attention from scratch: it did worse on held-out bags.
    So two attention units say how benign and how malignant a patch looks to the classifier, the
    others stay silent, and the bags only decide how sure the classifier may be.
    """
    _follow_classifier(network)
    vectors, labels = (torch.stack(parts) for parts in zip(*map(_pair, bags), strict=True))
    with torch.no_grad():
        logits = network.local_classifier(network.attention(vectors).vector)
        losses = [float(masked_cross_entropy(share * logits, labels)) for share in _TEMPERINGS]
        best = int(np.argmin(losses))
        network.local_classifier.weight *= _TEMPERINGS[best]
    log.info(
        "heads set bags=%d tempering=%.2f loss=%.3f", len(bags), _TEMPERINGS[best], losses[best]
    )
    return _TEMPERINGS[best]


def _pair(bag: Bag) -> tuple[Tensor, Tensor]:
    return bag.vectors, bag.labels


@torch.no_grad()
def _follow_classifier(network: Gmic3d) -> None:
    """Score a patch by tanh of its tempered logits, summed over the classes."""
    classes = network.local_classifier.weight.shape[0]
    attention = network.attention
    for layer in (attention.value, attention.gate, attention.score):
        layer.weight.zero_()
    attention.value.weight[:classes] = 0.5 * network.local_classifier.weight
    # The gate is sigmoid(0) = 0.5 everywhere.
    attention.score.weight[0, :classes] = _ATTENTION_STRENGTH
