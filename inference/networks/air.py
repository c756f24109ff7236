"""Where a slice shows nothing but air: from which column on all pixels to the right are alike."""

from __future__ import annotations

import torch
from torch import Tensor

PART_ROWS = 64
"""Rows of a slice that are looked at together; the whole-slice network's stride."""
STEP_COLUMNS = 32
"""Ends are rounded up to this, so that neighbouring slices tend to have the same."""


def tissue_ends(image: Tensor) -> tuple[int, ...]:
    """For every PART_ROWS rows, the first column from which on there is only air.

    image: (channels, rows, columns). Air is what the right edge holds least of in each channel;
    it counts as air only where exactly alike. Columns without air end at `columns`.
    """
    channels, rows, columns = image.shape
    air = image[:, :, -1].amin(dim=1, keepdim=True)
    ends = []
    whole = rows // PART_ROWS
    parts = (
        [image[:, : whole * PART_ROWS].reshape(channels, whole, PART_ROWS, columns)]
        if whole
        else []
    )
    if rows % PART_ROWS:
        parts.append(image[:, whole * PART_ROWS :].unsqueeze(1))
    numbers = torch.arange(1, columns + 1)
    for part in parts:  # (channels, parts, rows, columns)
        differs = (part.amax(dim=2) != air.unsqueeze(2)) | (part.amin(dim=2) != air.unsqueeze(2))
        ends += (differs.any(dim=0) * numbers).amax(dim=1).tolist()
    return tuple(min(columns, -(-end // STEP_COLUMNS) * STEP_COLUMNS) for end in ends)
