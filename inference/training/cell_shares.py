"""How much of a finding the cells of a saliency map show."""

from __future__ import annotations

import torch
from torch import Tensor

_CORE = 0.4
"""Share of a finding's radius within which cells are wholly on it."""
_CELL_FADING = 70.0
_DEPTH_CORE_MM, _DEPTH_FADING_MM = 1.0, 2.5


def cell_shares(findings: Tensor, rows: int, columns: int, input_size: tuple[int, int]) -> Tensor:
    """Return (findings, rows, columns), 1 on a finding and in its focus, falling off around it.

    findings: (findings, 4), each row, column and radius in input pixels, and the distance from
    its focus in mm. So the strongest cell should lie on the finding, and in its middle slice.
    """
    device = findings.device
    cell_rows = (torch.arange(rows, device=device) + 0.5) / rows * input_size[0]
    cell_columns = (torch.arange(columns, device=device) + 0.5) / columns * input_size[1]
    row, column, radius, off_mm = (findings[:, own, None, None] for own in range(4))
    away = torch.hypot(cell_rows[None, :, None] - row, cell_columns[None, None, :] - column)
    beside = ((away - _CORE * radius).clamp(min=0) / _CELL_FADING) ** 2
    deep = ((off_mm.abs() - _DEPTH_CORE_MM).clamp(min=0) / _DEPTH_FADING_MM) ** 2
    return torch.exp(-0.5 * (beside + deep))
