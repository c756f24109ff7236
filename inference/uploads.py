"""Bringing pixels to a device while it computes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_BUFFERS = 3
"""One being filled, one on its way, and one spare for slices that come in jerks."""


class Uploads:
    """Copies arrays of one shape and type to a device.

    To a GPU they go through page-locked buffers on a stream of their own, so that neither the
    next array's reading nor the network waits for them. Use it from one thread.
    """

    def __init__(self, device: torch.device, shape: tuple[int, ...], dtype: torch.dtype) -> None:
        self._device = device
        self._shape = shape
        self._dtype = dtype
        self._next = 0
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = _copy_stream(device)
            self._sent: list[torch.cuda.Event | None] = [None] * _BUFFERS
            self._buffers = [
                torch.empty(shape, dtype=dtype, pin_memory=True) for _ in range(_BUFFERS)
            ]

    def room_for(self, count: int) -> Tensor:
        """Take memory on the device for `count` arrays: (count, ...)."""
        if self._stream is None:
            return torch.empty((count, *self._shape), dtype=self._dtype, device=self._device)
        with torch.cuda.stream(self._stream):
            room = torch.empty((count, *self._shape), dtype=self._dtype, device=self._device)
        # It is freed from one stream and read in another: torch must know.
        room.record_stream(torch.cuda.current_stream(self._device))
        return room

    def send(self, pixels: NDArray[Any], target: Tensor) -> None:
        """Copy an array into a part of the room; what is computed after this sees it there."""
        if self._stream is None:
            _copy(pixels, target)
            return
        buffer, sent = self._buffers[self._next], self._sent[self._next]
        if sent is not None:
            sent.synchronize()
        _copy(pixels, buffer)
        with torch.cuda.stream(self._stream):
            target.copy_(buffer, non_blocking=True)
            event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            event.record()
        self._sent[self._next] = event
        self._next = (self._next + 1) % _BUFFERS
        torch.cuda.current_stream(self._device).wait_event(event)


@cache
def _copy_stream(device: torch.device) -> torch.cuda.Stream:
    # One for all: memory that was freed in one stream is not taken again in another.
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


def _copy(pixels: NDArray[Any], buffer: Tensor) -> None:
    """Copy on all cores where torch can read the array; numpy has but one."""
    if pixels.flags.writeable and min(pixels.strides) > 0:
        buffer.copy_(torch.from_numpy(pixels))
    else:
        np.copyto(buffer.numpy(), pixels)
