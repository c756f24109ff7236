"""Slices in a device's memory as they were read, standardised there.

Pixels travel in the type they were read in, half the bytes of a network's input, and are prepared
where that takes no time: on a CPU it takes longer than a GPU needs for the whole prediction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.prepare import InputPlace, PreparedInput, checked_slice
from inference.types import ImageSource
from inference.uploads import Uploads

_SENT_AS: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.uint8): np.dtype(np.uint8),
    np.dtype(np.int16): np.dtype(np.int16),
    # torch computes little with uint16; the bits are the same.
    np.dtype(np.uint16): np.dtype(np.int16),
    np.dtype(np.float32): np.dtype(np.float32),
}
_TORCH_TYPES = {"uint8": torch.uint8, "int16": torch.int16, "float32": torch.float32}


@dataclass(frozen=True, slots=True, eq=False)
class HeldSlices:
    """Consecutive slices of an image, as displayed, on a device."""

    pixels: Tensor
    """(slices, rows, columns), in the type they were sent in."""
    first: int
    """Slice index of the first of them."""
    is_uint16: bool

    def values(
        self, slice_index: int, rows: slice = slice(None), columns: slice = slice(None)
    ) -> Tensor:
        """Part of a slice as int32 or float32."""
        part = self.pixels[slice_index - self.first, rows, columns]
        if part.dtype is torch.float32:
            return part
        whole = part.to(torch.int32)
        return whole & 0xFFFF if self.is_uint16 else whole

    def shown(self, slice_index: int, place: InputPlace | PreparedInput) -> Tensor:
        """The part of a slice that a network's window shows, facing right."""
        columns = place.shown_columns
        if not place.placement.mirrored:
            return self.values(slice_index, place.shown_rows, columns)
        width = self.pixels.shape[2]
        there = slice(width - columns.stop, width - columns.start)
        return self.values(slice_index, place.shown_rows, there).flip(1)

    def standardised(self, prepared: PreparedInput, which: range) -> Tensor:
        """Some of the slices as the network wants them, the same as prepared.read_slice gives."""
        placement = prepared.placement
        shape = (len(which), placement.input_rows, placement.input_columns)
        factor = np.float32(1 / prepared.deviation)
        # Alike to the last bit with the image's own air.
        padding = float(np.float32(-prepared.mean) * factor)
        standardised = torch.full(shape, padding, device=self.pixels.device)
        top = prepared.shown_rows.start - placement.row_offset
        left = prepared.shown_columns.start - placement.column_offset
        for image, slice_index in zip(standardised, which, strict=True):
            shown = self.shown(slice_index, prepared)
            rows, columns = shown.shape
            inside = image[top : top + rows, left : left + columns]
            # Subtracted in float64, as on the CPU.
            inside.copy_(shown.double().sub_(prepared.mean))
            inside.mul_(float(factor))
        return standardised


class SliceReader:
    """Reads slices of one image into a device's memory. Use it from one thread."""

    def __init__(self, source: ImageSource, device: torch.device) -> None:
        self._source = source
        self._device = device
        self._uploads: Uploads | None = None
        self._dtype: np.dtype[Any] | None = None

    def hold(
        self,
        which: range,
        each: Callable[[HeldSlices, int], None],
        *,
        most_bytes: int | None = None,
    ) -> HeldSlices | None:
        """Read some slices; None when their pixels are of a type that cannot be sent.

        each: called after every slice. most_bytes: None too when they take more.
        Raises InputShapeError if a slice has another shape than the source says, and
        RuntimeError when the device has no memory for them.
        """
        held: HeldSlices | None = None
        for place, slice_index in enumerate(which):
            pixels = checked_slice(self._source, slice_index)
            sent_as = _SENT_AS.get(pixels.dtype)
            if sent_as is None or self._dtype not in (None, pixels.dtype):
                return None
            if self._uploads is None:
                self._dtype = pixels.dtype
                self._uploads = Uploads(self._device, pixels.shape, _TORCH_TYPES[sent_as.name])
            if held is None:
                if most_bytes is not None and len(which) * pixels.nbytes > most_bytes:
                    return None
                room = self._uploads.room_for(len(which))
                held = HeldSlices(room, which.start, pixels.dtype == np.uint16)
            self._uploads.send(pixels.view(sent_as), held.pixels[place])
            each(held, slice_index)
        return held
