"""A name for the pixels of an image that no other pixels have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from viewer.domain.image_stack import ImageStack
from viewer.loading.frame_source import FrameSource, InFiles

_BLOCK = 1 << 22


def pixel_digest(stack: ImageStack, frames: FrameSource, check: Callable[[], None]) -> str:
    """A SHA-256 over everything that the network's input is made of.

    Over the whole bytes of the files where the source names them, which is fast and needs no
    decoding; else over every pixel. How the image is laid and read is part of it.
    check: called between blocks; raises to stop. Raises OSError, UnreadableImage.
    """
    digest = hashlib.sha256(_reading_of(stack).encode())
    if isinstance(frames, InFiles) and frames.pixel_files:
        _add_files(digest.update, frames.pixel_files, check)
    else:
        for slice_index in range(frames.slices):
            check()
            values = frames.read_values(slice_index)
            digest.update(f"{values.dtype.str}{values.shape}".encode())
            digest.update(values.tobytes())
    return digest.hexdigest()


def _add_files(
    add: Callable[[bytes], None], files: Iterable[Path], check: Callable[[], None]
) -> None:
    for path in files:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                check()
                add(block)
        add(b"end of file")


def _reading_of(stack: ImageStack) -> str:
    """How stored pixels become the network's input."""
    scale = stack.grey_scale
    parts = (
        (stack.slices, stack.rows, stack.columns),
        (stack.orientation.transposed, stack.orientation.rows_reversed),
        stack.orientation.columns_reversed,
        (scale.slope, scale.intercept, scale.largest_code),
        (scale.low_codes_are_bright, scale.padding),
    )
    return repr(parts)
