"""From stored views to batches on the device: standardised, shifted, with what every cell shows."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.networks.saliency import CLASSES
from inference.training.cell_shares import cell_shares
from inference.training.image_kinds import ImageKind
from inference.training.stored_arrays import read_arrays
from inference.training.stored_view import StoredImages
from inference.training.waiting import wait_for_phantoms

_SHIFT_ROWS = 96
_SHIFT_COLUMNS = 63
"""One cell, so that a finding may stand anywhere within a cell."""
_LISTING_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImage:
    """One volume or 2D image on the device.

    slices: (slices, rows, columns), standardised, of the network's input size; air: their value
    where there is no tissue. findings: (findings, 5), class, row, column, radius (input pixels),
    depth_mm. off_focus_mm: (slices, findings), 0 in a 2D image. labels: (classes,). Findings stay
    on the CPU: reading them from the device would wait for it.
    """

    kind: ImageKind
    slices: Tensor
    air: float
    findings: Tensor
    off_focus_mm: Tensor
    labels: Tensor

    def cell_targets(self, rows: int, columns: int) -> Tensor:
        """How much of a finding each cell shows: (slices, classes, rows, columns), 0..1.

        Falls off around the finding and out of its focus, so that the strongest cell lies on it.
        """
        targets = self.slices.new_zeros((len(self.slices), CLASSES, rows, columns))
        off_focus = self.off_focus_mm.to(targets.device, non_blocking=True)
        for own, off_mm in zip(self.findings.tolist(), off_focus.T, strict=True):
            place = torch.tensor(own[1:4], device=targets.device).expand(len(self.slices), 3)
            shares = cell_shares(
                torch.cat((place, off_mm[:, None]), dim=1),
                rows,
                columns,
                (self.slices.shape[1], self.slices.shape[2]),
            )
            of_class = targets[:, int(own[0])]
            torch.maximum(of_class, shares, out=of_class)
        return targets


def on_device(
    stored: StoredImages, device: torch.device, generator: random.Random | None
) -> LabelledImage:
    """Lay stored pixels into the network's input; with a generator, shifted and re-scaled.

    Shifts are up to 96 rows and one cell of columns (towards the chest wall).
    """
    rows, columns = stored.kind.input_size
    down = generator.randint(-_SHIFT_ROWS, _SHIFT_ROWS) if generator else 0
    right = -generator.randint(0, _SHIFT_COLUMNS) if generator else 0
    pixels = torch.from_numpy(stored.pixels.view("int16")).to(device, non_blocking=True)
    values = (pixels.float() - stored.mean) / stored.deviation
    air = -stored.mean / stored.deviation
    slices = values.new_full((len(values), rows, columns), air)
    top, left = stored.top + down, stored.left + right
    first_row, first_column = max(0, -top), max(0, -left)
    shown = values[:, first_row : rows - top, first_column : columns - left]
    row, column = top + first_row, left + first_column
    slices[:, row : row + shown.shape[1], column : column + shown.shape[2]] = shown
    if generator:
        gain, offset = generator.gauss(1.0, 0.06), generator.gauss(0.0, 0.06)
        slices = slices.mul_(gain).add_(offset)
        air = air * gain + offset
    findings = torch.from_numpy(stored.findings) + torch.tensor([0, down, right, 0, 0])
    off_focus = torch.from_numpy(stored.depths_mm)[:, None] - findings[None, :, 4]
    if stored.kind is not ImageKind.DBT:
        off_focus = torch.zeros_like(off_focus)
    return LabelledImage(
        kind=stored.kind,
        slices=slices,
        air=air,
        findings=findings,
        off_focus_mm=off_focus,
        labels=torch.tensor(stored.labels, dtype=torch.float32, device=device),
    )


def _read(path: Path, kind: ImageKind) -> StoredImages:
    """Read into memory from which a GPU copies without waiting, where there is one."""
    arrays = read_arrays(path, f"{kind.name}_", _pinned if torch.cuda.is_available() else _plain)
    return StoredImages.of_entries(kind, arrays)


def _pinned(count: int) -> NDArray[np.uint8]:
    memory: NDArray[np.uint8] = torch.empty(count, dtype=torch.uint8, pin_memory=True).numpy()
    return memory


def _plain(count: int) -> NDArray[np.uint8]:
    return np.empty(count, np.uint8)


class ImageFeed:
    """Reads stored views in threads, in random order, ahead of their use.

    Each draw is a group of images of one view, such as its FFDM and synthetic mammogram. Which
    come next depends on what has been made by then, so two runs do not see the same order.
    """

    def __init__(
        self,
        folder: Path,
        groups: Sequence[Sequence[ImageKind]],
        *,
        seed: int,
        threads: int,
        at_least: int,
        is_making: Callable[[], bool],
    ) -> None:
        """groups: the kinds of each draw, in turn. at_least: views to wait for at the start.

        is_making: whether more may still come; raises RuntimeError when they do not.
        """
        self._folder = folder
        self._groups = groups
        self._random = random.Random(seed)
        self._paths: list[Path] = []
        self._listed = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.waited_seconds = 0.0
        self._ready: queue.Queue[tuple[StoredImages, ...]] = queue.Queue(maxsize=2 * threads)
        wait_for_phantoms(lambda: len(self._listing()) >= at_least, is_making)
        self._threads = [
            threading.Thread(target=self._keep_reading, args=(own,), daemon=True)
            for own in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> ImageFeed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def __iter__(self) -> Iterator[tuple[StoredImages, ...]]:
        while True:
            started = time.monotonic()
            drawn = self._ready.get()
            self.waited_seconds += time.monotonic() - started
            yield drawn

    @property
    def views(self) -> int:
        """How many stored views there are at present."""
        return len(self._paths)

    def _listing(self) -> list[Path]:
        """Call with the lock held, or before the threads start."""
        if not self._paths or time.monotonic() - self._listed > _LISTING_SECONDS:
            self._paths = sorted(self._folder.glob("*.safetensors"))
            self._listed = time.monotonic()
        return self._paths

    def _keep_reading(self, own: int) -> None:
        turn = own
        while not self._stop.is_set():
            with self._lock:
                path = self._random.choice(self._listing())
            try:
                kinds = self._groups[turn % len(self._groups)]
                drawn = tuple(_read(path, kind) for kind in kinds)
            except OSError:
                # Removed meanwhile.
                continue
            turn += 1
            while not self._stop.is_set():
                try:
                    self._ready.put(drawn, timeout=0.2)
                    break
                except queue.Full:
                    continue
