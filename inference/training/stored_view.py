"""What is kept of a training view: the pixels a network's window shows, and where findings lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.training.image_kinds import ImageKind
from inference.training.imaging import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImages:
    """Some slices of a volume, or one 2D image, in the frame of its network's input.

    pixels: (slices, rows, columns), uint16, the part of the window that is not air or padding;
    its upper-left pixel is input pixel (top, left). findings: (findings, 5), each class, row,
    column, radius (input pixels) and depth_mm; depths_mm: of each slice's middle.
    """

    kind: ImageKind
    pixels: Pixels
    top: int
    left: int
    mean: float
    deviation: float
    findings: NDArray[np.float32]
    depths_mm: NDArray[np.float32]
    labels: tuple[int, int]
    """1 where the breast holds a benign, a malignant finding."""

    def entries(self) -> dict[str, NDArray[Any]]:
        """As named arrays."""
        scalars = (self.top, self.left, self.mean, self.deviation, *self.labels)
        own = self.kind.name
        return {
            f"{own}_pixels": self.pixels,
            f"{own}_scalars": np.array(scalars, np.float64),
            f"{own}_findings": self.findings,
            f"{own}_depths_mm": self.depths_mm,
        }

    @classmethod
    def of_entries(cls, kind: ImageKind, entries: Mapping[str, NDArray[Any]]) -> StoredImages:
        """The inverse of entries."""
        top, left, mean, deviation, benign, malignant = entries[f"{kind.name}_scalars"].tolist()
        return cls(
            kind=kind,
            pixels=entries[f"{kind.name}_pixels"],
            top=int(top),
            left=int(left),
            mean=mean,
            deviation=deviation,
            findings=entries[f"{kind.name}_findings"],
            depths_mm=entries[f"{kind.name}_depths_mm"],
            labels=(int(benign), int(malignant)),
        )
