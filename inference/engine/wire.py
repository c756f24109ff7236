"""Messages and pixels between a program and its engine process, over two pipes.

Both ends are our own processes and nobody else can reach the pipes, so that pickles are safe here.
Pixels go through memory only: nothing lies on a disk, and nothing is left when either end dies.
"""

from __future__ import annotations

import contextlib
import pickle
import struct
import sys
import threading
from collections.abc import Callable
from io import RawIOBase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.engine.messages import SliceComes

_LENGTHS = struct.Struct("<QQ")
_PIPE_BYTES = 1 << 20
"""As much as Linux gives to anyone; its usual 64 KB wake both ends 150 times a slice."""


class WireBroken(Exception):
    """The other end is gone."""


class Wire:
    """One end. Any thread may send; one thread receives."""

    def __init__(self, incoming: RawIOBase, outgoing: RawIOBase) -> None:
        """Both unbuffered."""
        self._incoming = incoming
        self._outgoing = outgoing
        self._sending = threading.Lock()
        _widen(outgoing)

    def send(self, message: object, pixels: NDArray[Any] | None = None) -> None:
        """Send a message, and a slice after it. Raises WireBroken."""
        stated = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        body = memoryview(b"") if pixels is None else np.ascontiguousarray(pixels).data
        with self._sending:
            self._write(memoryview(_LENGTHS.pack(len(stated), body.nbytes) + stated))
            if body.nbytes:
                self._write(body.cast("B"))

    def receive(self) -> tuple[Any, NDArray[Any] | None]:
        """Wait for a message, and its slice if it has one. Raises WireBroken."""
        stated_bytes, body_bytes = _LENGTHS.unpack(self._read(bytearray(_LENGTHS.size)))
        message = pickle.loads(self._read(bytearray(stated_bytes)))
        if not body_bytes:
            return message, None
        assert isinstance(message, SliceComes), "only slices have pixels"
        pixels = np.empty((message.rows, message.columns), np.dtype(message.dtype))
        self._read(pixels)
        return message, pixels

    def close(self) -> None:
        """Let go of both pipes; not while another thread sends or receives."""
        for pipe in (self._incoming, self._outgoing):
            with contextlib.suppress(OSError):
                pipe.close()

    def _write(self, left: memoryview) -> None:
        while left:
            left = left[_moved(self._outgoing.write, left) :]

    def _read(self, target: Any) -> Any:
        left = memoryview(target).cast("B")
        while left:
            left = left[_moved(self._incoming.readinto, left) :]
        return target


def _moved(move: Callable[[memoryview], int | None], left: memoryview) -> int:
    """How many bytes were written or read; at least one."""
    try:
        moved = move(left)
    except (OSError, ValueError) as error:
        raise WireBroken from error
    if not moved:
        raise WireBroken
    return moved


def _widen(pipe: RawIOBase) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
