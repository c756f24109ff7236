"""Where the bytes of each frame lie in a DICOM file, without decoding any.

Files are read with seek and read rather than mapped into memory: a mapped file counts as resident
memory once touched, and one that is shortened on a network share ends the process.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from viewer.loading.errors import UnreadableFile

Fragment = tuple[int, int]
"""Offset in the file and length."""

_PIXEL_DATA = (0x7FE0, 0x0010)
_UNDEFINED = 0xFFFFFFFF
_ITEM = b"\xfe\xff\x00\xe0"
_END = b"\xfe\xff\xdd\xe0"
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
"""How a JPEG, J2K or JP2 stream begins."""
NO_PIXELS = "no pixel data: a report or another object without an image"
CUT_SHORT = "cut short; send it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameIndex:
    """The fragments of every frame, in order."""

    frames: tuple[tuple[Fragment, ...], ...]
    encapsulated: bool
    doubts: tuple[str, ...] = ()

    def read(self, file: BinaryIO, frame: int) -> bytes:
        """Return the bytes of one frame; fewer when the file ends early."""
        parts = []
        for offset, length in self.frames[frame]:
            file.seek(offset)
            parts.append(file.read(length))
        return parts[0] if len(parts) == 1 else b"".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelElement:
    """What the header says of the pixel data element."""

    path: Path
    offset: int
    """Where its tag begins."""
    little_endian: bool
    explicit: bool
    frames: int
    frame_bytes: int
    """Of an uncompressed frame."""
    frame_offsets: tuple[int, ...] = ()
    """Extended Offset Table, relative to the first item after the basic one."""


def index_frames(element: PixelElement) -> FrameIndex:
    """Find the frames; raises UnreadableFile when the file is cut short or holds none."""
    size = element.path.stat().st_size
    with element.path.open("rb") as file:
        file.seek(element.offset)
        start, length = _value_of(file, element)
        if length == _UNDEFINED:
            return _encapsulated(file, element, size)
    return _native(element, start, length, size)


def _value_of(file: BinaryIO, element: PixelElement) -> tuple[int, int]:
    """Return where the pixel data's value begins, and its length."""
    order = "<" if element.little_endian else ">"
    header = file.read(12)
    if len(header) < 12:
        raise UnreadableFile(NO_PIXELS)
    tag = struct.unpack(f"{order}HH", header[:4])
    if tag != _PIXEL_DATA:
        raise UnreadableFile("floating-point pixels, which no mammogram has")
    if element.explicit:
        return element.offset + 12, int(struct.unpack(f"{order}I", header[8:12])[0])
    return element.offset + 8, int(struct.unpack(f"{order}I", header[4:8])[0])


def _native(element: PixelElement, start: int, length: int, size: int) -> FrameIndex:
    if start + length > size:
        raise UnreadableFile(CUT_SHORT)
    present = length // element.frame_bytes
    if present == 0:
        raise UnreadableFile("fewer pixels than rows and columns ask for; send it again")
    frames = min(present, element.frames)
    ranges = (
        ((start + index * element.frame_bytes, element.frame_bytes),) for index in range(frames)
    )
    return FrameIndex(
        frames=tuple(ranges), encapsulated=False, doubts=_count_doubts(present, element.frames)
    )


def _count_doubts(present: int, stated: int) -> tuple[str, ...]:
    if present == stated:
        return ()
    return (f"The header states {stated} slices, the file holds {present}.",)


def _encapsulated(file: BinaryIO, element: PixelElement, size: int) -> FrameIndex:
    items, ended = _items(file, size)
    if not items:
        raise UnreadableFile(CUT_SHORT)
    table, fragments = items[0], items[1:]
    if not fragments:
        raise UnreadableFile(NO_PIXELS)
    offsets = element.frame_offsets or _basic_offsets(file, table)
    frames = _frames_of(file, fragments, offsets, element.frames)
    if len(frames) < element.frames and not ended:
        raise UnreadableFile(CUT_SHORT)
    return FrameIndex(
        frames=tuple(frames[: element.frames]),
        encapsulated=True,
        doubts=_count_doubts(len(frames), element.frames),
    )


def _items(file: BinaryIO, size: int) -> tuple[list[Fragment], bool]:
    """Return offset and length of every item, and whether the sequence's end follows them.

    Some writers leave the end out; then the number of frames shows whether any is missing.
    Raises UnreadableFile when an item is cut short.
    """
    found: list[Fragment] = []
    while True:
        header = file.read(8)
        if len(header) < 8 or header[:4] == _END:
            return found, len(header) == 8
        if header[:4] != _ITEM:
            raise UnreadableFile("its pixel data is damaged; send it again")
        length = int.from_bytes(header[4:], "little")
        offset = file.tell()
        if offset + length > size:
            raise UnreadableFile(CUT_SHORT)
        found.append((offset, length))
        file.seek(offset + length)


def _basic_offsets(file: BinaryIO, table: Fragment) -> tuple[int, ...]:
    file.seek(table[0])
    content = file.read(table[1])
    count = len(content) // 4
    return struct.unpack(f"<{count}I", content[: 4 * count])


def _frames_of(
    file: BinaryIO, fragments: Sequence[Fragment], offsets: Sequence[int], stated: int
) -> list[tuple[Fragment, ...]]:
    """Join fragments to frames: one each, all for one, by offset table, or by how streams begin."""
    if len(fragments) == stated:
        return [(fragment,) for fragment in fragments]
    if stated == 1:
        return [tuple(fragments)]
    # Offsets count from the first item's header, eight bytes before its value.
    first = fragments[0][0] - 8
    starts = {offset + first + 8 for offset in offsets}
    if len(starts) != stated or not starts <= {fragment[0] for fragment in fragments}:
        starts = {fragment[0] for fragment in fragments if _begins_stream(file, fragment)}
    frames: list[tuple[Fragment, ...]] = []
    for fragment in fragments:
        if fragment[0] in starts or not frames:
            frames.append((fragment,))
        else:
            frames[-1] += (fragment,)
    if len(starts) < 2:
        return [(fragment,) for fragment in fragments]
    return frames


def _begins_stream(file: BinaryIO, fragment: Fragment) -> bool:
    file.seek(fragment[0])
    return file.read(8).startswith(_STARTS)
