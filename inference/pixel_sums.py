"""What is added up over the slices of a volume, pixel by pixel."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_MOST_PARTS = 4
_MOST_SLICES_IN_FLOAT32 = 128
"""Up to here float32 holds sums of 16-bit values exactly, and sums of squares to 4e-6."""


@dataclass(frozen=True, slots=True)
class PixelSums:
    """The maximum projection, the sums and the sums of squares, each (rows, columns)."""

    projection: NDArray[Any]
    values: NDArray[Any]
    squares: NDArray[Any]

    def mirrored(self) -> PixelSums:
        """The same with columns in reverse."""
        return PixelSums(self.projection[:, ::-1], self.values[:, ::-1], self.squares[:, ::-1])

    def totals(self, rows: slice, columns: slice) -> tuple[float, float]:
        """Sum and sum of squares of the pixels in a rectangle."""
        values, squares = self.values[rows, columns], self.squares[rows, columns]
        return float(values.sum(dtype=np.float64)), float(squares.sum(dtype=np.float64))


def sum_slices(
    slices: int, read: Callable[[int], NDArray[Any]], tell: Callable[[int], None]
) -> PixelSums:
    """Add up `slices` slices, at least one, reading each once.

    read: gives a slice (rows, columns) as uint8, uint16, float32 or float64. tell: is called with
    the number of slices done. Sums are kept per pixel rather than per slice, because the window
    is only known after the last slice, and reading a slice again may mean decoding it again.
    """
    first = read(0)
    is_short = first.dtype.kind == "u" and slices <= _MOST_SLICES_IN_FLOAT32
    kept = np.float32 if is_short else np.float64
    sums = PixelSums(first.copy(), np.zeros(first.shape, kept), np.zeros(first.shape, kept))
    parts = _parts(first.shape[0])
    with ThreadPoolExecutor(len(parts)) as pool:
        for slice_index in range(slices):
            pixels = first if slice_index == 0 else read(slice_index)
            list(pool.map(lambda rows, pixels=pixels: _add(sums, pixels, rows), parts))
            tell(slice_index + 1)
    return sums


def _parts(rows: int) -> list[slice]:
    """Rows for each of the threads."""
    bounds = np.linspace(0, rows, min(os.cpu_count() or 1, _MOST_PARTS) + 1).astype(int).tolist()
    return [slice(start, end) for start, end in zip(bounds, bounds[1:], strict=False)]


def _add(sums: PixelSums, pixels: NDArray[Any], rows: slice) -> None:
    np.maximum(sums.projection[rows], pixels[rows], out=sums.projection[rows])
    cv2.accumulate(pixels[rows], sums.values[rows])
    cv2.accumulateSquare(pixels[rows], sums.squares[rows])
