"""Slices of floating-point NIfTI volumes, byte for byte.

ITK's NIfTI reader silently replaces values that are not numbers by 0; a damaged volume would look
whole. So these are read here, from an unpacked file whose header ITK has already checked.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.loading.errors import UnreadableImage

_FLOATS = {16: "f4", 64: "f8"}
"""NIfTI data type codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatSlices:
    """Where the values of a single-file NIfTI volume lie."""

    path: Path
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float

    def read(self, slice_index: int, rows: int, columns: int) -> NDArray[Any]:
        """Return one slice, (rows, columns), not-numbers kept; raises UnreadableImage."""
        length = rows * columns * self.dtype.itemsize
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset + slice_index * length)
                content = file.read(length)
        except OSError as error:
            raise UnreadableImage("The volume cannot be read any more") from error
        if len(content) < length:
            raise UnreadableImage(
                "The volume is damaged or cut short", hint="copy it again from its source"
            )
        stored = np.frombuffer(content, self.dtype).reshape(rows, columns)
        values = stored.astype(self.dtype.newbyteorder("="))
        if (self.slope, self.intercept) == (1.0, 0.0):
            return values
        scaled: NDArray[Any] = values * self.slope + self.intercept
        return scaled.astype(values.dtype)


def float_slices(path: Path) -> FloatSlices | None:
    """Return where the values lie; None when the file holds whole numbers or is of two files."""
    with path.open("rb") as file:
        first = file.read(540)
    if len(first) < 352:
        return None
    order = "<" if first[:4] in (b"\x5c\x01\0\0", b"\x1c\x02\0\0") else ">"
    if first[4:8] == b"n+2\0":
        code, offset, slope, intercept = (
            *struct.unpack_from(f"{order}h", first, 12),
            *struct.unpack_from(f"{order}q", first, 168),
            *struct.unpack_from(f"{order}2d", first, 176),
        )
    elif first[344:348] == b"n+1\0":
        (code,) = struct.unpack_from(f"{order}h", first, 70)
        offset, slope, intercept = struct.unpack_from(f"{order}3f", first, 108)
    else:
        return None
    if code not in _FLOATS:
        return None
    # A slope of 0 means that values are not scaled.
    if not slope or not np.isfinite([slope, intercept]).all():
        slope, intercept = 1.0, 0.0
    return FloatSlices(
        path=path,
        dtype=np.dtype(f"{order}{_FLOATS[code]}"),
        offset=int(offset),
        slope=float(slope),
        intercept=float(intercept),
    )
