"""Which regions deserve a closer look, and cutting them out at full resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PATCH_SIDE = 256
NEIGHBOUR_SLICES = 10
"""A found region blanks its place this many slices up and down (zeta in 3D-GMIC)."""


@dataclass(frozen=True, slots=True)
class PatchPosition:
    """Upper-left corner of a patch, in pixels of the network's input, and its slice."""

    slice_index: int
    top: int
    left: int


def has_salient_region(saliency: Tensor) -> bool:
    """Tell whether any class's map differs between any two cells of the volume.

    saliency: (slices, classes, rows, columns). Where it does not, patches have no meaning.
    """
    cells = saliency.transpose(0, 1).flatten(1)
    return bool((cells.amax(dim=1) > cells.amin(dim=1)).any())


@torch.no_grad()
def choose_patches(
    saliency: Tensor,
    *,
    input_rows: int,
    input_columns: int,
    count: int,
    patch_side: int = PATCH_SIDE,
    neighbour_slices: int = NEIGHBOUR_SLICES,
    slice_generator: torch.Generator | None = None,
) -> list[PatchPosition]:
    """Take the most salient window of the whole volume, `count` times, blanking what was taken.

    saliency: (slices, classes, rows, columns). Classes count alike: each is stretched to 0..1
    over the volume; one that is constant adds nothing. Ties go to the first slice, then row,
    then column, so a constant map gives `count` times the first corner.
    neighbour_slices: how far up and down a taken window is blanked (zeta).
    slice_generator: in training, draws the recorded slice from the blanked neighbourhood.
    Source: 3D-GMIC, retrieve_roi_from_3d_image.
    """
    slices, _, rows, columns = saliency.shape
    window_rows = max(1, round(patch_side * rows / input_rows))
    window_columns = max(1, round(patch_side * columns / input_columns))
    worth = _stretched_sum(saliency.detach().to("cpu", torch.float32))
    positions = []
    for _ in range(count):
        window_sums = _window_sums(worth, min(window_rows, rows), min(window_columns, columns))
        place = int(window_sums.argmax())
        slice_index, within = divmod(place, window_sums[0].numel())
        row, column = divmod(within, window_sums.shape[2])
        first = max(0, slice_index - neighbour_slices)
        end = min(slices, slice_index + neighbour_slices + 1)
        worth[first:end, row : row + window_rows, column : column + window_columns] = 0.0
        if slice_generator is not None:
            slice_index = int(torch.randint(first, end, (1,), generator=slice_generator))
        positions.append(
            PatchPosition(
                slice_index,
                top=round(row / rows * input_rows),
                left=round(column / columns * input_columns),
            )
        )
    return positions


def _stretched_sum(saliency: Tensor) -> Tensor:
    """Stretch each class to 0..1 over the volume and add the classes: (slices, rows, columns)."""
    lowest = saliency.amin(dim=(0, 2, 3), keepdim=True)
    spread = saliency.amax(dim=(0, 2, 3), keepdim=True) - lowest
    stretched = (saliency - lowest) / spread.where(spread > 0, 1.0)
    return stretched.sum(dim=1)


def _window_sums(worth: Tensor, window_rows: int, window_columns: int) -> Tensor:
    """Sum every window that lies inside: (slices, rows - window_rows + 1, ...).

    Added cell by cell in one order everywhere, so that equal windows tie exactly.
    """
    out_rows = worth.shape[1] - window_rows + 1
    out_columns = worth.shape[2] - window_columns + 1
    sums = worth.new_zeros((worth.shape[0], out_rows, out_columns))
    for row in range(window_rows):
        for column in range(window_columns):
            sums += worth[:, row : row + out_rows, column : column + out_columns]
    return sums


def crop_patch(image: Tensor, top: int, left: int, patch_side: int = PATCH_SIDE) -> Tensor:
    """Cut one patch out of a slice (rows, columns).

    A patch that passes the lower or right edge keeps the pixels there are in its lower right
    corner; the rest is the slice's minimum, as the published networks were trained.
    """
    inside = image[top : top + patch_side, left : left + patch_side]
    rows, columns = inside.shape
    if (rows, columns) == (patch_side, patch_side):
        return inside
    patch = image.min().expand(patch_side, patch_side).clone()
    patch[patch_side - rows :, patch_side - columns :] = inside
    return patch


def crop_patches(
    volume: Tensor, positions: Sequence[PatchPosition], patch_side: int = PATCH_SIDE
) -> Tensor:
    """Cut patches out of a volume (slices, rows, columns): (patches, side, side)."""
    return torch.stack(
        [crop_patch(volume[p.slice_index], p.top, p.left, patch_side) for p in positions]
    )
