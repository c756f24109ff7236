"""Slices on several cores of a CPU: one thread a slice beats all threads on one slice.

Threads that share a slice wait for one another in every layer, at best for microseconds and, where
another program needs a core, for as long as that takes. Slices do not see each other.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

_MOST_AT_ONCE = 8
"""Each takes some 60 MB at full size; further cores share a slice."""


def slices_at_once(threads: int) -> int:
    """How many slices at a time keep so many threads busy."""
    return max(1, min(threads, _MOST_AT_ONCE))


def map_slices(see: Callable[[Tensor], Tensor], slices: Tensor) -> Tensor:
    """Apply `see` to every slice (1, ...) and put the results together.

    The threads are those that torch may use in the calling thread.
    """
    threads = torch.get_num_threads()
    workers = min(slices_at_once(threads), len(slices))
    if workers < 2:
        return torch.cat([see(one) for one in slices])
    is_inference = torch.is_inference_mode_enabled()

    def work(one: Tensor) -> Tensor:
        # Neither mode reaches another thread by itself.
        with torch.inference_mode(is_inference), torch.no_grad():
            return see(one)

    # A new thread of Python asks torch for this number when it first needs it.
    torch.set_num_threads(threads // workers)
    try:
        with ThreadPoolExecutor(workers) as pool:
            return torch.cat(list(pool.map(work, slices)))
    finally:
        torch.set_num_threads(threads)
