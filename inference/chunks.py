"""Running a network's parts on the best device that has the memory for them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from inference.device import Device, cpu, exact_arithmetic, thread_count
from inference.errors import DeviceMemoryError
from inference.networks.gmic3d import CloseLook, CoarseLook, Gmic3d

log = logging.getLogger(__name__)

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class PlacedNetwork(Generic[Network]):
    """A network on a device."""

    network: Network
    device: Device


def place_network(network: Network, device: Device) -> tuple[PlacedNetwork[Network], ...]:
    """Put a network where it shall run, and behind it where it can always run."""
    # torch's stubs leave memory_format out.
    on_cpu = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if device.kind == "cpu":
        return (PlacedNetwork(on_cpu, device),)
    try:
        on_gpu = copy.deepcopy(on_cpu).to(device.torch_device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        log.warning("no memory for the network on %s: %s", device.name, error)
        return (PlacedNetwork(on_cpu, cpu()),)
    return (PlacedNetwork(on_gpu, device), PlacedNetwork(on_cpu, cpu()))


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tell memory that ran out from any other error: torch has a type for it on GPUs only."""
    message = str(error)
    return isinstance(error, torch.OutOfMemoryError) or any(
        sign in message for sign in ("DefaultCPUAllocator", "_STATUS_ALLOC_FAILED")
    )


class ChunkedRun:
    """One prediction's use of the placed networks: smaller chunks, then the next device.

    What was computed before memory ran out is kept.
    """

    def __init__(
        self,
        placed: Sequence[PlacedNetwork[Gmic3d]],
        slices_per_chunk: int | None,
        threads: Callable[[], int | None] = lambda: None,
    ) -> None:
        """slices_per_chunk: None takes the device's own. threads: asked before every chunk."""
        self._placed = list(placed)
        self._threads = threads
        self.slices_per_chunk = slices_per_chunk or placed[0].device.slices_per_chunk
        self.notices: list[str] = []

    @property
    def device(self) -> Device:
        """Where it runs at present."""
        return self._placed[0].device

    def look_at_slices(self, slices: Tensor) -> CoarseLook:
        """See (slices, rows, columns) coarsely, in chunks; the result is on the CPU.

        Raises DeviceMemoryError if even one slice does not fit on the last device.
        """
        looks: list[CoarseLook] = []
        done = 0
        while done < len(slices):
            chunk = slices[done : done + self.slices_per_chunk]
            try:
                looks.append(self._look_at_chunk(chunk))
                done += len(chunk)
            except RuntimeError as error:
                self._give_way(error)
        return CoarseLook(
            torch.cat([look.saliency for look in looks]),
            torch.cat([look.peak_features for look in looks]),
        )

    def look_at_patches(self, patches: Tensor) -> CloseLook:
        """See one volume's patches (patches, side, side) closely; the result is on the CPU."""
        while True:
            placed = self._placed[0]
            try:
                with exact_arithmetic(placed.device), thread_count(self._threads()):
                    there = patches.unsqueeze(0).to(placed.device.torch_device)
                    return CloseLook(
                        *(part.cpu() for part in placed.network.look_at_patches(there))
                    )
            except RuntimeError as error:
                # Patches are weighed together, so they cannot run in smaller chunks.
                self.slices_per_chunk = 1
                self._give_way(error)

    def _look_at_chunk(self, chunk: Tensor) -> CoarseLook:
        placed = self._placed[0]
        with exact_arithmetic(placed.device), thread_count(self._threads()):
            look = placed.network.look_at_slices(chunk.to(placed.device.torch_device))
            return CoarseLook(look.saliency.cpu(), look.peak_features.cpu())

    def _give_way(self, error: RuntimeError) -> None:
        """Halve the chunk, or move on to the next device; other errors are raised again."""
        if not is_out_of_memory(error):
            raise error
        name = self.device.name
        log.warning("memory ran out: device=%s chunk=%d", name, self.slices_per_chunk)
        if self.device.kind == "cuda":
            torch.cuda.empty_cache()
        if self.slices_per_chunk > 1:
            self.slices_per_chunk //= 2
            self._note(f"Memory ran out on {name}; went on with smaller chunks of slices.")
            return
        if len(self._placed) == 1:
            raise DeviceMemoryError(
                f"Memory ran out on {name} even for one slice at a time; "
                "close other programs or exams and run again."
            ) from error
        del self._placed[0]
        self.slices_per_chunk = self.device.slices_per_chunk
        self._note(f"Memory ran out on {name}; went on with {self.device.name}.")

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)
