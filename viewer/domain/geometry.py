"""Orientation of pixel grids and physical spacing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

ScalarT = TypeVar("ScalarT", bound=np.generic)

SPACING_UNKNOWN = "The pixel spacing is not known: lengths in pixels, size not to scale."
"""Said of every image without a spacing."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight ways to lay a pixel grid: transpose first, then reverse rows or columns."""

    transposed: bool = False
    rows_reversed: bool = False
    columns_reversed: bool = False

    def apply(self, pixels: NDArray[ScalarT]) -> NDArray[ScalarT]:
        """Return a view of the last two axes (rows, columns) laid in this orientation."""
        laid = np.swapaxes(pixels, -1, -2) if self.transposed else pixels
        if self.rows_reversed:
            laid = laid[..., ::-1, :]
        if self.columns_reversed:
            laid = laid[..., ::-1]
        return laid

    def undo(self, laid: NDArray[ScalarT]) -> NDArray[ScalarT]:
        """Return a view of the last two axes as they were before `apply`."""
        pixels = laid
        if self.columns_reversed:
            pixels = pixels[..., ::-1]
        if self.rows_reversed:
            pixels = pixels[..., ::-1, :]
        return np.swapaxes(pixels, -1, -2) if self.transposed else pixels

    def shape(self, rows: int, columns: int) -> tuple[int, int]:
        """Return (rows, columns) of the laid grid."""
        return (columns, rows) if self.transposed else (rows, columns)


AS_STORED = Orientation()
ROTATED_180 = Orientation(rows_reversed=True, columns_reversed=True)


class SpacingOrigin(Enum):
    """Where a pixel spacing comes from; the value is what is shown beside a length."""

    PIXEL_MEASURES = "at the reconstructed slice"
    GEOMETRY = "calibrated by geometry"
    FIDUCIAL = "calibrated by an object of known size"
    PIXEL_SPACING = "as Pixel Spacing states, calibration not said"
    IMAGER_OVER_MAGNIFICATION = "at the breast, imager spacing / magnification"
    IMAGER = "at the detector, larger than at the breast"
    SCANNED = "of the scanned film"
    VOLUME_HEADER = "volume header"


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelSpacing:
    """Millimetres between neighbouring pixel centres of the displayed grid."""

    row_mm: float
    column_mm: float
    origin: SpacingOrigin
    magnification: float | None = None
    """By how much the detector's spacing was divided, where it was."""

    @property
    def derivation(self) -> str:
        """Where the millimetres come from, as said beside a length."""
        if self.magnification is None:
            return self.origin.value
        return f"at the breast, imager spacing / {self.magnification:.4g}"

    def __post_init__(self) -> None:
        if not (self.row_mm > 0 and self.column_mm > 0):
            raise ValueError(f"spacing must be positive, got {self.row_mm}, {self.column_mm}")
