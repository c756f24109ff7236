"""Running a network's parts on the best device that has the memory for them."""

from __future__ import annotations

import copy
import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from inference.device import Device, Precision, cpu, exact_arithmetic, thread_count
from inference.device_memory import CudaMemory, MemoryGauge, slices_that_fit
from inference.errors import DeviceMemoryError
from inference.networks.gmic3d import CloseLook, CoarseLook, Gmic3d
from inference.networks.mixed import look_in_mixed_precision
from inference.networks.patch_resnet import go_on
from inference.networks.slice_workers import slices_at_once

log = logging.getLogger(__name__)

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class PlacedNetwork(Generic[Network]):
    """A network on a device."""

    network: Network
    device: Device
    memory: MemoryGauge | None = None
    """Where chunks are sized by it; None runs slices one by one."""
    slice_bytes: dict[tuple[int, ...], int] = field(default_factory=dict)
    """What one slice takes, by its rows and columns, once it was measured."""

    def exact(self) -> PlacedNetwork[Network]:
        """The same, computing in float32."""
        return replace(self, device=replace(self.device, precision=Precision.EXACT), slice_bytes={})


def place_network(network: Network, device: Device) -> tuple[PlacedNetwork[Network], ...]:
    """Put a network where it shall run, and behind it where it can always run."""
    behind = device if device.kind == "cpu" else cpu()
    # torch's stubs leave memory_format out.
    on_cpu = network.to(memory_format=behind.memory_format)  # type: ignore[call-overload]
    if device.kind == "cpu":
        return (PlacedNetwork(on_cpu, device),)
    try:
        on_gpu = copy.deepcopy(on_cpu).to(device.torch_device, memory_format=device.memory_format)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        log.warning("no memory for the network on %s: %s", device.name, error)
        return (PlacedNetwork(on_cpu, behind),)
    return (PlacedNetwork(on_gpu, device, CudaMemory()), PlacedNetwork(on_cpu, behind))


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
        let_go: Callable[[], bool] = lambda: False,
    ) -> None:
        """slices_per_chunk: None takes what the device's memory holds; on a CPU one a thread.

        threads: asked before every chunk. let_go: frees memory of the device that can be done
        without, and tells whether there was any; asked before the device is given up.
        """
        self._placed = list(placed)
        self._threads = threads
        self._let_go = let_go
        self._may_grow = slices_per_chunk is None
        self._launched: torch.cuda.Event | None = None
        self.slices_per_chunk = slices_per_chunk or 1
        self.notices: list[str] = []

    @property
    def device(self) -> Device:
        """Where it runs at present."""
        return self._placed[0].device

    def fit_chunk(self, rows: int, columns: int) -> int:
        """How many slices of this size to run next."""
        placed = self._placed[0]
        if self._may_grow and placed.memory is None:
            self.slices_per_chunk = slices_at_once(self._threads() or torch.get_num_threads())
        taken = placed.slice_bytes.get((rows, columns))
        if self._may_grow and placed.memory is not None and taken is not None:
            self.slices_per_chunk = slices_that_fit(taken, placed.memory)
            self._may_grow = False
        return self.slices_per_chunk

    def look_at_slices(self, slices: Tensor) -> CoarseLook:
        """See (slices, rows, columns) coarsely, in chunks; the result may still be computed.

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
                self.give_way(error)
        return looks[0] if len(looks) == 1 else joined(looks)

    def look_at_patches(self, patches: Tensor, *, between: Callable[[], None] = go_on) -> CloseLook:
        """See one volume's patches (patches, side, side) closely; the result is on the CPU.

        between: called now and then on a CPU, where this may take a second; what it raises ends it.
        """
        while True:
            placed = self._placed[0]
            try:
                with exact_arithmetic(placed.device), thread_count(self._threads()):
                    there = patches.unsqueeze(0).to(placed.device.torch_device)
                    pause = between if placed.device.kind == "cpu" else go_on
                    look = placed.network.look_at_patches(there, between=pause)
                    return CloseLook(*(part.cpu() for part in look))
            except RuntimeError as error:
                # Patches are weighed together, so they cannot run in smaller chunks.
                self.slices_per_chunk = 1
                self.give_way(error)

    def _look_at_chunk(self, chunk: Tensor) -> CoarseLook:
        placed = self._placed[0]
        shape = tuple(chunk.shape[1:])
        with exact_arithmetic(placed.device), thread_count(self._threads()):
            there = chunk.to(placed.device.torch_device)
            if placed.memory is None or shape in placed.slice_bytes:
                look = _look(placed, there)
            else:
                look, taken = placed.memory.peak_bytes(lambda: _look(placed, there))
                # The input and its preparation take as much again as the input.
                placed.slice_bytes[shape] = (taken + 2 * there.nbytes) // len(chunk)
        self._keep_pace()
        return look

    def _keep_pace(self) -> None:
        """Wait for the chunk before: progress stays true and the GPU always has one to do."""
        if self.device.kind != "cuda":
            return
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record()
        if self._launched is not None:
            self._launched.synchronize()
        self._launched = event

    def give_way(self, error: RuntimeError) -> None:
        """Halve the chunk, let go what can be, or move on to the next device.

        Other errors than memory that ran out are raised again.
        """
        if not is_out_of_memory(error):
            raise error
        name = self.device.name
        log.warning("memory ran out: device=%s chunk=%d", name, self.slices_per_chunk)
        # What was under way is still held by the error.
        traceback.clear_frames(error.__traceback__)
        had_more = self._let_go() if self.slices_per_chunk == 1 else False
        if self.device.kind == "cuda":
            torch.cuda.empty_cache()
        self._may_grow = False
        if self.slices_per_chunk > 1:
            self.slices_per_chunk //= 2
            self._note(f"Memory ran out on {name}; went on with smaller chunks of slices.")
            return
        if had_more:
            return
        if len(self._placed) == 1:
            raise DeviceMemoryError(
                f"Memory ran out on {name} even for one slice at a time; "
                "close other programs or exams and run again."
            ) from error
        del self._placed[0]
        self._may_grow = True
        self._note(f"Memory ran out on {name}; went on with {self.device.name}.")

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)


def joined(looks: Sequence[CoarseLook]) -> CoarseLook:
    """Put the looks at consecutive slices together, on the CPU."""
    return CoarseLook(
        torch.cat([look.saliency.cpu() for look in looks]),
        torch.cat([look.peak_features.cpu() for look in looks]),
    )


def _look(placed: PlacedNetwork[Gmic3d], slices: Tensor) -> CoarseLook:
    if placed.device.is_mixed:
        return look_in_mixed_precision(placed.network, slices)
    return placed.network.look_at_slices(slices)
