"""The slices and patches a network asks for, prepared where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.chunks import is_out_of_memory
from inference.device import Device
from inference.device_memory import MemoryGauge
from inference.held_slices import HeldSlices, SliceReader
from inference.networks.patches import PatchPosition, crop_patch
from inference.prepare import PreparedInput, not_numbers, place_input
from inference.progress import Progress
from inference.read_ahead import ReadAhead
from inference.types import Laterality, ModelInput

_LARGEST_SHARE = 0.5
"""Of a GPU's free memory that a whole volume may take."""


class NetworkInput:
    """One prepared image. Slices come from the device's memory if they fit, else are read again."""

    def __init__(self, prepared: PreparedInput, held: HeldSlices | None = None) -> None:
        """held: all slices, where they are on a device."""
        self.prepared = prepared
        self._held = held
        self._reader: SliceReader | None = None
        self._ahead = ReadAhead(prepared.read_slice, prepared.source.slices)

    def let_go(self) -> bool:
        """Free the memory of the device; False when none was held. Slices are read again then."""
        was_held = self._held is not None
        self._held = None
        return was_held

    def slices(self, which: range, device: Device, progress: Progress) -> Tensor:
        """Standardised slices (slices, rows, columns), where the device wants them.

        Raises RuntimeError when the device has no memory for them, and Cancelled.
        """
        total = self.prepared.source.slices
        if self._held is not None:
            progress.update(which.start, total, "slices")
            return self._held.standardised(self.prepared, which)
        if device.kind == "cuda":
            if self._reader is None:
                self._reader = SliceReader(self.prepared.source, device.torch_device)
            sent = self._reader.hold(
                which, lambda _, slice_index: progress.update(slice_index, total, "slices")
            )
            if sent is not None:
                return sent.standardised(self.prepared, which)
        for slice_index in which:
            progress.update(slice_index, total, "slices")
        images = [torch.from_numpy(image) for image in self._ahead.take(which)]
        # Stacking copies, which a single slice does not need.
        return torch.stack(images) if len(images) > 1 else images[0].unsqueeze(0)

    def patches(self, positions: Sequence[PatchPosition], side: int, progress: Progress) -> Tensor:
        """Cut patches (patches, side, side) out of standardised slices, each prepared once."""
        cut: dict[int, Tensor] = {}
        needed = sorted({position.slice_index for position in positions})
        for step, slice_index in enumerate(needed):
            progress.update(step, len(needed), "patches")
            image = self._slice(slice_index)
            for number, position in enumerate(positions):
                if position.slice_index == slice_index:
                    cut[number] = crop_patch(image, position.top, position.left, side)
        patches = torch.stack([cut[number] for number in range(len(positions))])
        progress.update(len(needed), len(needed), "patches")
        return patches

    def _slice(self, slice_index: int) -> Tensor:
        if self._held is None:
            return torch.from_numpy(self.prepared.read_slice(slice_index))
        return self._held.standardised(self.prepared, range(slice_index, slice_index + 1))[0]


def prepare_on(
    device: torch.device,
    gauge: MemoryGauge,
    model_input: ModelInput,
    *,
    input_rows: int,
    input_columns: int,
    progress: Progress,
) -> NetworkInput | None:
    """Read a whole image into a device's memory and prepare it there, as `prepare` does.

    None when its pixels are of a type that cannot be sent, or take too much of the memory.
    Raises what `prepare` raises.
    """
    source = model_input.source
    try:
        projection = _Projection(progress, source.slices)
        held = SliceReader(source, device).hold(
            range(source.slices),
            projection.add,
            most_bytes=int(_LARGEST_SHARE * gauge.free_bytes()),
        )
        if held is None:
            return None
        seen = projection.finished()
        if model_input.laterality is Laterality.RIGHT:
            seen = seen[:, ::-1]
        place = place_input(model_input, seen, input_rows=input_rows, input_columns=input_columns)
        values = torch.zeros((), dtype=torch.float64, device=device)
        squares = torch.zeros_like(values)
        for slice_index in range(source.slices):
            shown = held.shown(slice_index, place).double()
            values += shown.sum()
            squares += shown.square().sum()
        prepared = place.measured(source, values=values.item(), squares=squares.item())
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return None
    return NetworkInput(
        replace(prepared, outside_training_views=model_input.outside_training_views), held
    )


class _Projection:
    """The maximum over all slices, gathered where they are held."""

    def __init__(self, progress: Progress, slices: int) -> None:
        self._progress = progress
        self._slices = slices
        self._highest: Tensor | None = None
        self._finite: list[Tensor] = []

    def add(self, held: HeldSlices, slice_index: int) -> None:
        """Take in one slice, and report it."""
        values = held.values(slice_index)
        if self._highest is None:
            self._highest = values.clone()
        else:
            torch.maximum(self._highest, values, out=self._highest)
        if values.is_floating_point():
            # Asked for at the end: an answer now would wait for the copy.
            self._finite.append(values.isfinite().all())
        self._progress.update(slice_index + 1, self._slices, "preparing")

    def finished(self) -> NDArray[Any]:
        """Return (rows, columns); raises UnusableImageError if a value is no number."""
        assert self._highest is not None, "a held image has slices"
        if self._finite:
            broken = torch.stack(self._finite).logical_not().cpu().nonzero()
            if len(broken):
                raise not_numbers(int(broken[0]))
        projection: NDArray[Any] = self._highest.cpu().numpy()
        return projection
