"""What the two looks are told: every cell of a map, every patch, every image."""

from __future__ import annotations

import random

import torch
from torch import Tensor
from torch.nn import functional

from inference.networks.patches import PATCH_SIDE
from inference.networks.saliency import CLASSES
from inference.training.image_batches import LabelledImage

_STEEPNESS, _THRESHOLD = 4.0, 4.0
_STRONGEST = 32
_ON_FINDING, _OFF_FINDING = 0.3, 0.03
_IN_FOCUS_MM, _OUT_OF_FOCUS_MM = 2.5, 12.0
_MARGIN = 20
_OFFSET = 80


def cell_logits(evidence: Tensor) -> Tensor:
    """Read a cell's evidence (before relu and tanh) as a log-odds.

    Evidence 0, below which saliency is 0, counts as a chance of 2 %, evidence 1 (saliency 0.76)
    as even odds: relu(tanh) itself passes no gradient below 0.
    """
    return _STEEPNESS * evidence - _THRESHOLD


def cell_loss(evidence: Tensor, targets: Tensor) -> Tensor:
    """Tell every cell what it shows; (slices, classes, rows, columns) both.

    Cells on findings, each map's most wrongly convinced cells, and all cells count alike.
    """
    losses = functional.binary_cross_entropy_with_logits(
        cell_logits(evidence.float()), targets, reduction="none"
    )
    on, off = targets > _ON_FINDING, targets < _OFF_FINDING
    loss = losses.mean() + (losses * on).sum() / on.sum().clamp(min=1)
    wrong = (losses * off).flatten(2)
    strongest = wrong.topk(min(_STRONGEST, wrong.shape[2]), dim=2).values
    return loss + strongest.mean()


def patch_places(
    image: LabelledImage, evidence: Tensor, generator: random.Random
) -> list[tuple[int, int, int]]:
    """Slice, top and left of patches to learn from: at findings, at convinced cells, anywhere.

    evidence: (slices, classes, rows, columns) of the same image.
    """
    places = []
    rows, columns = image.slices.shape[1:]
    off_focus = image.off_focus_mm.abs().tolist()
    for slice_index in range(len(image.slices)):
        for own, finding in enumerate(image.findings.tolist()):
            if off_focus[slice_index][own] <= _IN_FOCUS_MM:
                row, column = (
                    finding[axis] - PATCH_SIDE / 2 + generator.uniform(-_OFFSET, _OFFSET)
                    for axis in (1, 2)
                )
                places.append((slice_index, row, column))
    cells = evidence.detach().sum(dim=1)
    for slice_index, place in enumerate(cells.flatten(1).argmax(dim=1).tolist()):
        row, column = divmod(place, cells.shape[2])
        places.append(
            (
                slice_index,
                (row + generator.uniform(-3, 0)) / cells.shape[1] * rows,
                (column + generator.uniform(-3, 0)) / cells.shape[2] * columns,
            )
        )
    covered = (image.slices[:, ::64, ::64] > image.air + 0.05).nonzero().tolist()
    if covered:
        for slice_index, row, column in generator.choices(covered, k=len(image.slices)):
            inside = generator.uniform(0.1, 0.9) * PATCH_SIDE
            places.append((slice_index, row * 64 - inside, column * 64 - inside))
    return [
        (
            slice_index,
            int(min(max(row, 0), rows - PATCH_SIDE)),
            int(min(max(column, 0), columns - PATCH_SIDE)),
        )
        for slice_index, row, column in places
    ]


def patch_labels(image: LabelledImage, places: list[tuple[int, int, int]]) -> Tensor:
    """What patches show: (patches, classes), 1, 0, or NaN for a part or a ghost of a finding."""
    labels = torch.zeros((len(places), CLASSES))
    at = torch.tensor(places)
    middle = at[:, 1:].float() + PATCH_SIDE / 2
    for own, finding in enumerate(image.findings):
        away = (middle - finding[1:3]).abs().amax(dim=1)
        off_mm = image.off_focus_mm[at[:, 0], own].abs()
        shows = (away <= PATCH_SIDE / 2 - _MARGIN) & (off_mm <= _IN_FOCUS_MM)
        touches = (away <= PATCH_SIDE / 2 + finding[3]) & (off_mm <= _OUT_OF_FOCUS_MM)
        of_class = labels[:, int(finding[0])]
        of_class[touches & ~shows & (of_class != 1)] = torch.nan
        of_class[shows] = 1.0
    return labels.to(image.slices.device, non_blocking=True)


def cut(image: LabelledImage, places: list[tuple[int, int, int]]) -> Tensor:
    """Cut patches (patches, side, side) that lie wholly inside."""
    return torch.stack(
        [
            image.slices[index, top : top + PATCH_SIDE, left : left + PATCH_SIDE]
            for index, top, left in places
        ]
    )


def turned(patches: Tensor, generator: random.Random) -> Tensor:
    """Turn by a quarter, a half or three, and mirror half of the time; all patches alike."""
    patches = torch.rot90(patches, generator.randrange(4), dims=(1, 2))
    return patches.flip(2) if generator.random() < 0.5 else patches


def known_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy where the label is known (not NaN)."""
    known = ~labels.isnan()
    losses = functional.binary_cross_entropy_with_logits(
        logits.float(), labels.nan_to_num(), reduction="none"
    )
    return (losses * known).sum() / known.sum().clamp(min=1)
