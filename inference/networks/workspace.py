"""Memory that is used again for every band, so that it stays in the core's own cache."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Workspace:
    """Float32 memory by purpose; each thread has a workspace of its own."""

    def __init__(self) -> None:
        self._buffers: dict[str, Tensor] = {}

    def take(self, purpose: str, *shape: int) -> Tensor:
        """Memory for one purpose; what stood there for it is overwritten."""
        size = math.prod(shape)
        buffer = self._buffers.get(purpose)
        if buffer is None or len(buffer) < size:
            buffer = self._buffers[purpose] = torch.empty(size)
        return buffer[:size].view(shape)
