"""Where the pixels of one image come from, slice by slice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from viewer.domain.geometry import Orientation
from viewer.loading.file_stamp import FileStamp


class FrameSource(Protocol):
    """The slices of one image in displayed orientation; any method from any thread."""

    @property
    def slices(self) -> int:
        """How many slices the image has."""
        ...

    def read_frame(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one whole slice, (rows, columns), C-contiguous.

        Decodes, reads files and releases the GIL meanwhile. Raises UnreadableImage.
        """
        ...

    def read_values(self, slice_index: int) -> NDArray[Any]:
        """Return the exact numbers of one slice, for networks, (rows, columns).

        uint16 codes where those are exact, else the file's own numbers (float volumes are not
        quantised, NaN stays NaN). Raises UnreadableImage.
        """
        ...


class StoredFrames(Protocol):
    """The slices of one image as the file lays them, before orientation."""

    @property
    def slices(self) -> int:
        """How many slices the image has."""
        ...

    @property
    def codes_are_exact(self) -> bool:
        """True when the codes are what networks are given, too."""
        ...

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one stored slice; raises UnreadableImage."""
        ...

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the exact numbers of one stored slice; raises UnreadableImage."""
        ...


@runtime_checkable
class InFiles(Protocol):
    """Frames that can say which files their pixels are in."""

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """All of the files whose bytes decide the pixels; empty when that is not known."""
        ...


@runtime_checkable
class Stamped(Protocol):
    """Frames that know how their files stood when they were read."""

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """Of all files whose bytes decide the pixels, in their order; empty when not known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedFrame:
    """One compressed slice, and what turns it into codes."""

    content: bytes = field(repr=False)
    """As it is in the file."""
    reading: str
    """Everything besides the content that decides the codes: syntax, layout, orientation."""
    decode: Callable[[bytes], NDArray[np.uint16]] = field(repr=False)
    """Gives the codes, (rows, columns), of the content; raises UnreadableImage."""


@runtime_checkable
class Coded(Protocol):
    """Frames that take longer to decode than to read."""

    def coded_frame(self, slice_index: int) -> CodedFrame | None:
        """Return a slice as it is compressed; None when it is not. Raises UnreadableImage."""
        ...


class LaidFrames:
    """Stored frames, laid in displayed orientation; a FrameSource.

    first_frame: a slice that was decoded while the exam opened (slice index and stored codes);
    it is handed out once, so that the first picture does not wait for a second decoding.
    """

    def __init__(
        self,
        stored: StoredFrames,
        orientation: Orientation,
        *,
        first_frame: tuple[int, NDArray[np.uint16]] | None = None,
    ) -> None:
        self._stored = stored
        self._orientation = orientation
        self._first_frame = first_frame
        # Asked for in the window's thread: such a question is slow, and here is another thread.
        self._stamps = stored.stamps if isinstance(stored, Stamped) else ()
        self._lock = threading.Lock()

    @property
    def slices(self) -> int:
        """How many slices the image has."""
        return self._stored.slices

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """The files whose bytes decide the pixels; empty when that is not known."""
        return self._stored.pixel_files if isinstance(self._stored, InFiles) else ()

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How those files stood when they were read; empty when that is not known."""
        return self._stamps

    @property
    def values_are_codes(self) -> bool:
        """True when read_values gives what read_frame gives."""
        return self._stored.codes_are_exact

    def read_frame(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice as displayed."""
        codes = self._take_first(slice_index)
        if codes is None:
            codes = self._stored.read_codes(slice_index)
        return np.ascontiguousarray(self._orientation.apply(codes))

    def coded_frame(self, slice_index: int) -> CodedFrame | None:
        """Return a compressed slice, decoded as displayed; None when it is not compressed."""
        if not isinstance(self._stored, Coded):
            return None
        coded = self._stored.coded_frame(slice_index)
        if coded is None:
            return None

        def decode(content: bytes) -> NDArray[np.uint16]:
            codes = self._take_first(slice_index)
            if codes is None:
                codes = coded.decode(content)
            return np.ascontiguousarray(self._orientation.apply(codes))

        reading = f"{coded.reading}|{_words(self._orientation)}"
        return replace(coded, reading=reading, decode=decode)

    def read_values(self, slice_index: int) -> NDArray[Any]:
        """Return the exact numbers of one slice as displayed."""
        if self.values_are_codes:
            return self.read_frame(slice_index)
        return np.ascontiguousarray(self._orientation.apply(self._stored.read_numbers(slice_index)))

    def _take_first(self, slice_index: int) -> NDArray[np.uint16] | None:
        with self._lock:
            if self._first_frame is None or self._first_frame[0] != slice_index:
                return None
            codes, self._first_frame = self._first_frame[1], None
            return codes


def _words(orientation: Orientation) -> str:
    return (
        f"transposed={orientation.transposed} rows_reversed={orientation.rows_reversed} "
        f"columns_reversed={orientation.columns_reversed}"
    )
