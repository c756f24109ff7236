"""Reading arrays from safetensors files as fast as the disk gives them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {
    "U8": np.uint8,
    "I16": np.int16,
    "U16": np.uint16,
    "I64": np.int64,
    "F32": np.float32,
    "F64": np.float64,
}

Allocate = Callable[[int], NDArray[np.uint8]]
"""Gives so many bytes of memory to read into."""


def _anywhere(count: int) -> NDArray[np.uint8]:
    return np.empty(count, np.uint8)


def read_arrays(path: Path, prefix: str, allocate: Allocate = _anywhere) -> dict[str, NDArray[Any]]:
    """Read the entries of a safetensors file whose names begin with `prefix`.

    Reads straight into the memory given, without holding the interpreter: the library's own
    reader holds it while it copies, and the thread that feeds a GPU waits. Raises OSError.
    """
    arrays = {}
    with path.open("rb", buffering=0) as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        for name, entry in header.items():
            if not name.startswith(prefix):
                continue
            first, end = entry["data_offsets"]
            memory = allocate(end - first)
            file.seek(8 + length + first)
            _fill(file, memory.data)
            arrays[name] = memory.view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
    return arrays


def _fill(file: Any, memory: memoryview) -> None:
    filled = 0
    while filled < len(memory):
        count = file.readinto(memory[filled:])
        if not count:
            raise OSError("the file ends too early")
        filled += count
