"""Running a window classifier on the best device that has the memory for it."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.chunks import is_out_of_memory
from inference.device import Device, cpu, exact_arithmetic, thread_count
from inference.errors import DeviceMemoryError
from inference.networks.folded_norms import with_folded_norms

log = logging.getLogger(__name__)

_WINDOWS_ON_GPU = 4


@dataclass(frozen=True, slots=True)
class PlacedClassifier:
    """A classifier on a device."""

    network: nn.Module
    device: Device


def place_classifier(network: nn.Module, device: Device) -> tuple[PlacedClassifier, ...]:
    """Put a copy of a network where it shall run, and behind it where it can always run."""
    on_cpu = with_folded_norms(network)
    if device.kind == "cpu":
        return (PlacedClassifier(on_cpu, device),)
    try:
        on_gpu = copy.deepcopy(on_cpu).to(device.torch_device)
        # float32 runs fastest there in the plain layout; torch's stubs leave memory_format out.
        on_gpu = on_gpu.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        log.warning("no memory for the network on %s: %s", device.name, error)
        return (PlacedClassifier(on_cpu, cpu()),)
    return (PlacedClassifier(on_gpu, device), PlacedClassifier(on_cpu, cpu()))


class WindowRun:
    """One series' use of the placed networks: fewer windows at a time, then the next device.

    What was scored before memory ran out is kept.
    """

    def __init__(
        self,
        placed: Sequence[PlacedClassifier],
        windows_per_chunk: int | None,
        threads: Callable[[], int | None],
    ) -> None:
        """windows_per_chunk: None takes the device's own. threads: asked before every chunk."""
        self._placed = list(placed)
        self._threads = threads
        self.windows_per_chunk = windows_per_chunk or _usual_chunk(self.device)
        self.notices: list[str] = []

    @property
    def device(self) -> Device:
        """Where it runs at present."""
        return self._placed[0].device

    def score(self, windows: NDArray[np.float32]) -> list[float]:
        """Score windows (windows, slices, rows, columns): one probability each.

        Raises DeviceMemoryError if even one window does not fit on the last device.
        """
        scores: list[float] = []
        while len(scores) < len(windows):
            chunk = windows[len(scores) : len(scores) + self.windows_per_chunk]
            try:
                scores += self._score_chunk(chunk)
            except RuntimeError as error:
                self._give_way(error)
        return scores

    def _score_chunk(self, chunk: NDArray[np.float32]) -> list[float]:
        placed = self._placed[0]
        with exact_arithmetic(placed.device), thread_count(self._threads()):
            there = torch.from_numpy(chunk).to(placed.device.torch_device)
            evidence = placed.network(there)  # (windows, 1)
            found: list[float] = evidence.double().sigmoid().squeeze(1).tolist()
        return found

    def _give_way(self, error: RuntimeError) -> None:
        """Halve the chunk, or move on to the next device; other errors are raised again."""
        if not is_out_of_memory(error):
            raise error
        name = self.device.name
        log.warning("memory ran out: device=%s windows=%d", name, self.windows_per_chunk)
        if self.device.kind == "cuda":
            torch.cuda.empty_cache()
        if self.windows_per_chunk > 1:
            self.windows_per_chunk //= 2
            self._note(f"Memory ran out on {name}; went on with fewer windows at a time.")
            return
        if len(self._placed) == 1:
            raise DeviceMemoryError(
                f"Memory ran out on {name} even for one window at a time; "
                "close other programs or exams and run again."
            ) from error
        del self._placed[0]
        self.windows_per_chunk = _usual_chunk(self.device)
        self._note(f"Memory ran out on {name}; went on with {self.device.name}.")

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)


def _usual_chunk(device: Device) -> int:
    # On a CPU one window fills every core already, and more only fill the memory.
    return 1 if device.kind == "cpu" else _WINDOWS_ON_GPU
