"""Slices of a volume whose values lie in a row, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.loading.errors import UnreadableImage
from viewer.loading.unpacked_file import COPY_AGAIN, DAMAGED, UnpackedFile
from viewer.loading.volume_layout import VolumeLayout


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VolumePixels:
    """Reads single slices; any method from any thread."""

    path: Path
    layout: VolumeLayout
    rows: int
    columns: int
    unpacked: UnpackedFile | None
    """What a packed file holds; None: the file is not packed."""

    def read(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, (rows, columns), not-numbers kept; raises UnreadableImage."""
        dtype = self.layout.dtype
        stored = np.empty((self.rows, self.columns), dtype)
        start = self.layout.offset + slice_index * stored.nbytes
        target = stored.reshape(-1).view(np.uint8).data
        if self.unpacked is not None:
            self.unpacked.read_into(start, target)
        else:
            self._read_into(start, target)
        values = stored.astype(dtype.newbyteorder("="), copy=False)
        if not self.layout.is_scaled:
            return values
        scaled: NDArray[Any] = values * self.layout.slope + self.layout.intercept
        return scaled.astype(values.dtype)

    def _read_into(self, start: int, target: memoryview) -> None:
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                count = file.readinto(target)
        except OSError as error:
            raise UnreadableImage("The volume cannot be read any more") from error
        if count != len(target):
            raise UnreadableImage(DAMAGED, hint=COPY_AGAIN)


def volume_pixels(
    path: Path, layout: VolumeLayout, *, slices: int, rows: int, columns: int
) -> VolumePixels:
    """Return the slices of a file; nothing is read or unpacked yet."""
    size = layout.offset + slices * rows * columns * layout.dtype.itemsize
    unpacked = (
        None
        if layout.packed_from is None
        else UnpackedFile(path, packed_from=layout.packed_from, size=size)
    )
    return VolumePixels(path=path, layout=layout, rows=rows, columns=columns, unpacked=unpacked)
