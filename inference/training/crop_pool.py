"""Crops on the device: filled while training goes on, drawn from at random."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import torch
from torch import Tensor

from inference.networks.patches import PATCH_SIDE
from inference.networks.saliency import CLASSES
from inference.training.cell_shares import cell_shares
from inference.training.crops_of_images import CROP_SIDE, MOST_FINDINGS, Crops
from inference.training.stored_arrays import read_arrays
from inference.training.waiting import wait_for_phantoms

_LISTING_SECONDS = 0.5
_MARGIN = 20
_IN_FOCUS_MM, _OUT_OF_FOCUS_MM = 2.5, 12.0
_GAIN, _OFFSET = 0.1, 0.1


@dataclass(frozen=True, slots=True)
class CropBatch:
    """Standardised patches (crops, side, side) and where findings lie in them, in patch pixels."""

    patches: Tensor
    findings: Tensor
    """(crops, findings, 5): class (-1: none), row, column, radius, distance from focus in mm."""

    def cell_targets(self, rows: int, columns: int) -> Tensor:
        """How much of a finding each cell shows: (crops, classes, rows, columns), 0..1."""
        side = self.patches.shape[1]
        targets = self.patches.new_zeros((len(self.patches), CLASSES, rows, columns))
        for own in range(self.findings.shape[1]):
            finding = self.findings[:, own]
            shares = cell_shares(finding[:, 1:], rows, columns, (side, side))
            for index in range(CLASSES):
                of_class = shares * (finding[:, 0] == index)[:, None, None]
                targets[:, index] = torch.maximum(targets[:, index], of_class)
        return targets

    def labels(self) -> Tensor:
        """What patches show: (crops, classes), 1, 0, or NaN for a part or ghost of a finding."""
        side = self.patches.shape[1]
        labels = self.patches.new_zeros((len(self.patches), CLASSES))
        for own in range(self.findings.shape[1]):
            finding = self.findings[:, own]
            away = (finding[:, 1:3] - side / 2).abs().amax(dim=1)
            off_mm = finding[:, 4].abs()
            shows = (away <= side / 2 - _MARGIN) & (off_mm <= _IN_FOCUS_MM)
            touches = (away <= side / 2 + finding[:, 3]) & (off_mm <= _OUT_OF_FOCUS_MM)
            for index in range(CLASSES):
                is_class = finding[:, 0] == index
                of_class = labels[:, index]
                of_class[is_class & touches & ~shows & (of_class != 1)] = torch.nan
                of_class[is_class & shows] = 1.0
        return labels


class CropPool:
    """Takes in the files of crops in a folder as they appear; use it as a context."""

    def __init__(
        self,
        folder: Path,
        device: torch.device,
        *,
        capacity: int,
        at_least: int,
        is_making: Callable[[], bool],
    ) -> None:
        """capacity: crops kept, 0.2 MB each. at_least: crops to wait for at the start.

        is_making: whether more may still come; raises RuntimeError when they do not.
        """
        self._folder = folder
        self._device = device
        self._pixels = torch.empty(
            (capacity, CROP_SIDE, CROP_SIDE), dtype=torch.int16, device=device
        )
        self._standards = torch.empty((capacity, 2), device=device)
        self._findings = torch.empty((capacity, MOST_FINDINGS, 5), device=device)
        self._count = 0
        self._taken: set[Path] = set()
        self._stop = threading.Event()
        wait_for_phantoms(lambda: self._has(at_least), is_making)
        self._thread = threading.Thread(target=self._keep_taking_in, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return self._count

    def __enter__(self) -> CropPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def draw(self, count: int, generator: torch.Generator) -> CropBatch:
        """Draw crops, shift each within its room, and vary its brightness and contrast.

        generator: of the CPU.
        """
        chosen = torch.randint(self._count, (count,), generator=generator)
        rooms = torch.randint(CROP_SIDE - PATCH_SIDE + 1, (2, count), generator=generator)
        changes = torch.randn((2, count, 1, 1), generator=generator)
        chosen, rooms, changes = (one.to(self._device) for one in (chosen, rooms, changes))
        along = torch.arange(PATCH_SIDE, device=self._device)
        raw = self._pixels[
            chosen[:, None, None],
            (rooms[0, :, None] + along)[:, :, None],
            (rooms[1, :, None] + along)[:, None, :],
        ]
        mean, deviation = self._standards[chosen].T[:, :, None, None]
        patches = (raw.float() - mean) / deviation
        patches = patches * (1 + _GAIN * changes[0]) + _OFFSET * changes[1]
        findings = self._findings[chosen].clone()
        findings[:, :, 1] -= rooms[0, :, None]
        findings[:, :, 2] -= rooms[1, :, None]
        return CropBatch(patches, findings)

    def _has(self, at_least: int) -> bool:
        self._take_in()
        return self._count >= at_least

    def _keep_taking_in(self) -> None:
        while not self._stop.wait(_LISTING_SECONDS):
            self._take_in()

    def _take_in(self) -> None:
        for path in sorted(set(self._folder.glob("*.crops")) - self._taken):
            if self._stop.is_set():
                return
            self._taken.add(path)
            crops = Crops.of_entries(read_arrays(path, ""))
            free = len(self._pixels) - self._count
            own = min(len(crops.pixels), free)
            if own == 0:
                continue
            place = slice(self._count, self._count + own)
            self._pixels[place] = torch.from_numpy(crops.pixels[:own].view("int16"))
            self._standards[place] = torch.from_numpy(crops.standards[:own])
            self._findings[place] = torch.from_numpy(crops.findings[:own])
            self._count += own
