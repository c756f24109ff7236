"""How well a coarse saliency map and a mask agree: Dice similarity and pixel average precision.

A map is enlarged to the network's input by its nearest cell (papers/001, 3.5), so that a pixel's
value is its cell's and counts of pixels per cell give both measures exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCounts:
    """One map's cells and the pixels under them; all (cell,) but `missed`."""

    saliency: Floats
    """0..1."""
    pixels: Floats
    """Image pixels under each cell; padding is none."""
    marked: Floats
    """Pixels of the mask under each cell."""
    missed: int
    """Pixels of the mask that the network did not see; they count as not salient."""

    @property
    def mask_pixels(self) -> float:
        """Pixels of the whole mask."""
        return float(self.marked.sum()) + self.missed


def count_under_cells(
    saliency: NDArray[np.floating], mask: Bools, seen: Bools, *, missed: int
) -> CellCounts:
    """Count pixels under every cell of a map.

    saliency: (rows, columns). mask, seen: (input rows, input columns) of the network's window:
    where the finding is, and where the image is (the rest is padding).
    """
    if mask.shape != seen.shape or any(
        cells > pixels for cells, pixels in zip(saliency.shape, mask.shape, strict=True)
    ):
        raise ValueError(f"a map of {saliency.shape} cells does not fit a mask of {mask.shape}")
    return CellCounts(
        saliency=saliency.astype(np.float64).ravel(),
        pixels=_per_cell(seen, saliency.shape),
        marked=_per_cell(mask & seen, saliency.shape),
        missed=missed,
    )


def soft_dice(counts: CellCounts) -> float:
    """Dice similarity of the map as it is: 2 sum(s m) / (sum(s^2) + sum(m)).

    For a map of 0 and 1 it is the Dice similarity of sets. NaN without a mask.
    """
    if not counts.mask_pixels:
        return float("nan")
    shared = float((counts.saliency * counts.marked).sum())
    own = float((counts.saliency**2 * counts.pixels).sum())
    return 2.0 * shared / (own + counts.mask_pixels)


def dice_at(counts: CellCounts, threshold: float) -> float:
    """Dice similarity of the mask and the pixels at or above a threshold; NaN without a mask."""
    if not counts.mask_pixels:
        return float("nan")
    salient = counts.saliency >= threshold
    shared = float(counts.marked[salient].sum())
    return 2.0 * shared / (float(counts.pixels[salient].sum()) + counts.mask_pixels)


def pixel_average_precision(counts: CellCounts) -> float:
    """Average precision of pixels ranked by their saliency, ties taken together.

    Pixels that the network did not see are never found. NaN without a mask.
    """
    if not counts.mask_pixels:
        return float("nan")
    _, rank = np.unique(-counts.saliency, return_inverse=True)
    marked = np.bincount(rank, weights=counts.marked)
    pixels = np.bincount(rank, weights=counts.pixels)
    recalled = np.maximum(np.cumsum(pixels), 1.0)
    precision = np.cumsum(marked) / recalled
    return float((marked * precision).sum() / counts.mask_pixels)


def _per_cell(pixels: Bools, cells: tuple[int, ...]) -> Floats:
    """(cell,) how many pixels are set; pixel p of n lies in cell floor(p * cells / n)."""
    first_row, first_column = (
        -(-np.arange(count) * size // count)
        for count, size in zip(cells, pixels.shape, strict=True)
    )
    by_row = np.add.reduceat(pixels.astype(np.int64), first_row, axis=0)
    return np.asarray(np.add.reduceat(by_row, first_column, axis=1), dtype=np.float64).ravel()
