"""How much memory a GPU has left, and how much a step of work takes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import torch

Result = TypeVar("Result")

ENOUGH_BYTES = 1_000_000_000
"""A GPU with this much at work is busy; more slices at a time only take more of its memory."""
MOST_KEPT_BYTES = 2_500_000_000
"""What torch may keep for the next image; more is given back to other programs."""
_SAFE_SHARE = 0.8
"""Of the free memory; the allocator loses some between blocks."""


class MemoryGauge(Protocol):
    """The memory of one device."""

    def free_bytes(self) -> int:
        """How much can still be taken."""
        ...

    def peak_bytes(self, work: Callable[[], Result]) -> tuple[Result, int]:
        """Do some work; return its result, and the most memory it took at once."""
        ...

    def release(self) -> None:
        """Give back what is kept needlessly; called after every image."""
        ...


class CudaMemory:
    """The memory of the current CUDA GPU."""

    def free_bytes(self) -> int:
        """How much can still be taken, what torch holds but does not use included."""
        free: int = torch.cuda.mem_get_info()[0]
        return free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()

    def peak_bytes(self, work: Callable[[], Result]) -> tuple[Result, int]:
        """Do some work; return its result, and the most memory it took at once."""
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        result = work()
        return result, torch.cuda.max_memory_allocated() - before

    def release(self) -> None:
        """Give back what is kept needlessly: images of many sizes leave many blocks."""
        if torch.cuda.memory_reserved() > MOST_KEPT_BYTES:
            torch.cuda.empty_cache()


def slices_that_fit(bytes_per_slice: int, gauge: MemoryGauge) -> int:
    """How many slices to run at a time; at least one."""
    room = min(ENOUGH_BYTES, int(_SAFE_SHARE * gauge.free_bytes()))
    return max(1, room // max(1, bytes_per_slice))
