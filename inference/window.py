"""Placing a network's input window over the breast. Everything stands facing right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.breast_mask import BreastBox
from inference.types import CropRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where the input lies relative to the breast's crop; negative starts are padding."""

    row_start: int
    column_start: int
    best_center: tuple[int, int]
    """Row and column of the centre before padding and shifting, in the crop."""


def place_window(
    projection: NDArray[Any], breast: BreastBox, rule: CropRule, *, rows: int, columns: int
) -> Window:
    """Place a window of `rows` x `columns` over the breast's crop of a projection.

    projection: maximum projection of the crop (rows, columns), facing right.
    Padding goes to the right; for CC half above and half below, for MLO below.
    """
    center_column = breast.rightmost_column - columns // 2 - 1
    if rule is CropRule.MLO:
        center_row = _mlo_center_row(projection, breast.bottommost_row, rows, columns)
    else:
        first = center_column - columns // 2
        strip = projection[:, max(0, first) : max(0, first + columns)]
        center_row = _cc_center_row(strip, rows)
    missing_rows = rows - projection.shape[0]
    if missing_rows > 0:
        row_start = -(missing_rows // 2) if rule is CropRule.CC else 0
    else:
        row_start = min(max(center_row - rows // 2, 0), -missing_rows)
    spare_columns = max(0, projection.shape[1] - columns)
    return Window(
        row_start=row_start,
        column_start=min(max(center_column - columns // 2, 0), spare_columns),
        best_center=(center_row, center_column),
    )


def _mlo_center_row(projection: NDArray[Any], bottommost_row: int, rows: int, columns: int) -> int:
    """Align the window's bottom with the breast's, as far as the window's columns see it."""
    seen = np.flatnonzero((projection[:, -columns:] > 0).any(axis=1))
    lowest = min(bottommost_row, int(seen[-1])) if seen.size else bottommost_row
    return lowest - rows // 2 - 1


def _cc_center_row(strip: NDArray[Any], rows: int) -> int:
    """Centre the window where it holds most tissue, else as near the middle as possible."""
    height: int = strip.shape[0]
    half = rows // 2
    middle = height // 2
    if height < rows:
        return middle
    per_row = np.count_nonzero(strip, axis=1)
    above = np.concatenate(([0], np.cumsum(per_row)))
    held = above[rows:] - above[:-rows]
    centers = np.arange(held.size) + half
    best = centers[held == held.max()]
    # argmin takes the first, so the smaller of two equally near rows.
    return int(best[np.argmin(np.abs(best - middle))])
