"""A quick small version of a JPEG 2000 frame, for what needs no detail.

Full-size J2K decoding takes 0.3 to 0.7 s; a quarter or less of the resolution takes a few ms.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

_CODESTREAM = b"\xff\x4f\xff\x51"
_LEAST_SIDE = 64
_MOST_PIXELS = 80_000_000
_HALVINGS = (3, 4, 2, 1)
"""In order of preference."""


def small_picture(content: bytes) -> NDArray[np.uint16] | None:
    """Return a J2K stream's unsigned values at an eighth or so of its size.

    None when the stream is something else, signed, in colour, already small or damaged.
    """
    if not content.startswith(_CODESTREAM) or len(content) < 44:
        return None
    columns, rows = struct.unpack_from(">II", content, 8)
    components, depth = struct.unpack_from(">HB", content, 40)
    halvings = _fitting_halvings(rows, columns)
    if components != 1 or depth & 0x80 or halvings is None or rows * columns > _MOST_PIXELS:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG2000"]) as picture:
            picture.reduce = halvings  # type: ignore[method-assign, assignment]
            values = np.asarray(picture)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return None
    bits = depth + 1
    # Pillow spreads more than 8 bits over 16.
    shift = 16 - bits if bits > 8 else 8 - bits
    small: NDArray[np.uint16] = (values >> shift).astype(np.uint16)
    return small if small.ndim == 2 else None


def _fitting_halvings(rows: int, columns: int) -> int | None:
    """Return how often to halve; Pillow fails where rounding and rounding up differ."""
    for halvings in _HALVINGS:
        power = 1 << halvings
        if all(
            side // power >= _LEAST_SIDE and (side + power // 2) // power == -(-side // power)
            for side in (rows, columns)
        ):
            return halvings
    return None
