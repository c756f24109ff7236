"""One slice of a source as a cropped frame: from the cache on disk where that is quicker.

A cached frame is named by the compressed bytes themselves, never by path and time: what is shown
is what these bytes decode to, whatever happened to the file. Reading and hashing them takes about
1 ms of the 150 to 400 ms that decoding does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import imagecodecs

from viewer.domain.frame import Frame
from viewer.loading.coded_store import CodedStore
from viewer.loading.errors import UnreadableImage
from viewer.loading.frame_source import Coded, CodedFrame, FrameSource

_DECODER = f"imagecodecs {imagecodecs.__version__}"
_NAME_BYTES = 20


class FrameCache(Protocol):
    """Frames that outlast the program; any method from any thread, none raises."""

    def find(self, name: str) -> Frame | None:
        """Return the frame of this name, or None."""
        ...

    def keep(self, name: str, frame: Frame) -> None:
        """Store a frame, if there is room."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadFrame:
    """A frame, and under which name it is worth keeping; None: it is kept or not worth it."""

    frame: Frame
    keep_as: str | None


class FrameReader:
    """Reads frames for a decode pool; any method from any thread."""

    def __init__(self, *, cache: FrameCache | None = None, coded: CodedStore | None = None) -> None:
        """cache: decoded frames on disk. coded: compressed frames of slow drives in memory."""
        self._cache = cache
        self._coded = coded

    def read(self, image_id: str, source: FrameSource, slice_index: int) -> ReadFrame:
        """Return a slice, decoded unless the cache has it. Raises UnreadableImage."""
        coded = self._coded_frame(image_id, source, slice_index)
        if coded is None:
            return _decoded(source, slice_index)
        name = None
        if self._cache is not None:
            name = name_of(coded)
            frame = self._cache.find(name)
            if frame is not None:
                return ReadFrame(frame=frame, keep_as=None)
        try:
            codes = coded.decode(coded.content)
        except UnreadableImage:
            # The source has other ways with damaged frames; what they give is not kept.
            return _decoded(source, slice_index)
        return ReadFrame(frame=Frame.cropped(codes), keep_as=name)

    def keep(self, read: ReadFrame) -> None:
        """Write a decoded frame to the cache on disk, if it is worth it."""
        if self._cache is not None and read.keep_as is not None:
            self._cache.keep(read.keep_as, read.frame)

    def keep_only(self, image_ids: Collection[str]) -> None:
        """Forget the compressed frames of other images."""
        if self._coded is not None:
            self._coded.keep_only(image_ids)

    def _coded_frame(
        self, image_id: str, source: FrameSource, slice_index: int
    ) -> CodedFrame | None:
        if not isinstance(source, Coded) or (self._cache is None and self._coded is None):
            return None
        if self._coded is None:
            return source.coded_frame(slice_index)
        return self._coded.read(image_id, source, slice_index)


def name_of(coded: CodedFrame) -> str:
    """Return the name of what a compressed frame decodes to: hex digits that tell nothing."""
    digest = hashlib.blake2b(coded.content, digest_size=_NAME_BYTES)
    digest.update(f"|{len(coded.content)}|{coded.reading}|{_DECODER}".encode())
    return digest.hexdigest()


def _decoded(source: FrameSource, slice_index: int) -> ReadFrame:
    return ReadFrame(frame=Frame.cropped(source.read_frame(slice_index)), keep_as=None)
