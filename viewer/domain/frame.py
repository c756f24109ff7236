"""Pixels of one slice, cropped to what is not constant air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Frame:
    """One decoded slice in displayed orientation; lossless: everything outside `pixels` is air.

    Cropping saves about half of a volume's memory, since air is one constant code.
    """

    rows: int
    columns: int
    """Size of the whole slice."""
    top: int
    left: int
    """Where `pixels` lies in the slice."""
    pixels: NDArray[np.uint16]
    """C-contiguous codes, (rows, columns) of the part that is kept; may be 0 x 0."""
    air_code: int
    """The code of every pixel that is not kept."""
    padding: Frame | None = None
    """Of a frame made for drawing: not 0 where padding was, which is painted black."""

    @classmethod
    def cropped(cls, codes: NDArray[np.uint16]) -> Frame:
        """Keep the bounding box of all codes that differ from the corner most like air.

        codes: one whole slice, (rows, columns).
        """
        rows, columns = codes.shape
        corners = [int(codes[r, c]) for r in (0, -1) for c in (0, -1)]
        air_code = max(set(corners), key=lambda code: (corners.count(code), -code))
        differs = codes != air_code
        kept_rows = np.flatnonzero(differs.any(axis=1))
        kept_columns = np.flatnonzero(differs.any(axis=0))
        if kept_rows.size == 0:
            nothing = np.empty((0, 0), np.uint16)
            return cls(rows=rows, columns=columns, top=0, left=0, pixels=nothing, air_code=air_code)
        top, bottom = int(kept_rows[0]), int(kept_rows[-1]) + 1
        left, right = int(kept_columns[0]), int(kept_columns[-1]) + 1
        return cls(
            rows=rows,
            columns=columns,
            top=top,
            left=left,
            pixels=np.array(codes[top:bottom, left:right], order="C"),
            air_code=air_code,
        )

    def whole(self) -> NDArray[np.uint16]:
        """Return the whole slice, (rows, columns)."""
        codes = np.full((self.rows, self.columns), self.air_code, np.uint16)
        height, width = self.pixels.shape
        codes[self.top : self.top + height, self.left : self.left + width] = self.pixels
        return codes

    @property
    def stored_bytes(self) -> int:
        """Memory that the kept pixels take."""
        marks = 0 if self.padding is None else self.padding.stored_bytes
        return int(self.pixels.nbytes) + marks
