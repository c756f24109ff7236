"""Random fields with the power-law spectrum of breast tissue (Burgess 2001, Bochud 1999)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGrid:
    """A regular grid of points in millimetres: slices deep, rows down, columns across."""

    slices: int
    rows: int
    columns: int
    slice_mm: float
    pixel_mm: float

    def coarser(self, factor: int) -> FieldGrid:
        """Return the grid with pixels `factor` times as large that covers at least this one."""
        return FieldGrid(
            slices=self.slices,
            rows=-(-self.rows // factor),
            columns=-(-self.columns // factor),
            slice_mm=self.slice_mm,
            pixel_mm=self.pixel_mm * factor,
        )


def power_law_field(
    generator: np.random.Generator,
    grid: FieldGrid,
    *,
    beta: float,
    longest_mm: float,
    column_stretch: float = 1.0,
) -> FloatArray:
    """Draw a Gaussian field whose power falls as 1 / frequency ** beta.

    Frequencies are in cycles per millimetre, so voxels need not be cubes. Below 1 / longest_mm
    the spectrum is flat: no single wave dominates the breast. column_stretch > 1 lengthens
    structures along the columns, that is towards the nipple.
    Returns (slices, rows, columns), mean 0, standard deviation 1. Wraps around at its borders.
    """
    shape = tuple(
        scipy.fft.next_fast_len(points, real=True)
        for points in (grid.slices, grid.rows, grid.columns)
    )
    f_slice = scipy.fft.fftfreq(shape[0], grid.slice_mm).astype(np.float32)
    f_row = scipy.fft.fftfreq(shape[1], grid.pixel_mm).astype(np.float32)
    f_column = scipy.fft.rfftfreq(shape[2], grid.pixel_mm).astype(np.float32) * column_stretch
    squared = (
        f_slice[:, None, None] ** 2
        + f_row[None, :, None] ** 2
        + f_column[None, None, :] ** 2
        + np.float32(longest_mm**-2)
    )
    amplitude = np.power(squared, np.float32(-beta / 4), out=squared)
    amplitude[0, 0, 0] = 0.0
    noise = generator.standard_normal((*amplitude.shape, 2), dtype=np.float32)
    noise *= amplitude[..., None]
    spectrum = noise.view(np.complex64)[..., 0]
    field = scipy.fft.irfftn(spectrum, s=shape, overwrite_x=True)
    cut: FloatArray = np.ascontiguousarray(
        field[: grid.slices, : grid.rows, : grid.columns], dtype=np.float32
    )
    cut -= cut.mean(dtype=np.float64)
    cut /= max(float(cut.std(dtype=np.float64)), 1e-12)
    return cut
