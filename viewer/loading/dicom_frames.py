"""The frames of DICOM files, read and decoded one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID

from viewer.loading.decode_frame import as_cells, decoded_cells, native_cells, require_whole
from viewer.loading.dicom_grey_scale import PixelLayout
from viewer.loading.dicom_header import PlainCopy
from viewer.loading.errors import UnreadableImage
from viewer.loading.file_stamp import FileStamp, all_known
from viewer.loading.frame_index import FrameIndex
from viewer.loading.frame_source import CodedFrame
from viewer.loading.pydicom_process import decode_apart
from viewer.loading.small_picture import small_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomFrames:
    """The frames of one file; StoredFrames. The file is opened for each frame and not kept."""

    path: Path = field(repr=False)
    """The file that was opened."""
    pixel_path: Path = field(repr=False)
    """Where the frames are: the same file, or its inflated copy."""
    copy: PlainCopy | None = field(repr=False)
    """Kept so that the inflated copy stays."""
    transfer_syntax: UID
    layout: PixelLayout
    index: FrameIndex
    order: tuple[int, ...] | None = None
    """Which frame of the file each slice is; None: as they are stored."""
    stamp: FileStamp | None = None
    """How the file stood when its header was read; None when not known."""

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """The file."""
        return (self.path,)

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How the file stood when its header was read."""
        return all_known((self.stamp,))

    @property
    def slices(self) -> int:
        """How many frames there are to show: as a rule those that the file really holds."""
        return len(self.index.frames) if self.order is None else len(self.order)

    @property
    def codes_are_exact(self) -> bool:
        """True for up to 16 bits."""
        return self.layout.dropped_bits == 0

    @property
    def is_compressed(self) -> bool:
        """True when a codec made the pixels: then their unused bits hold nothing else."""
        return self.index.encapsulated

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one frame, (rows, columns)."""
        return self.layout.codes(self.read_cells(slice_index))

    def coded_frame(self, slice_index: int) -> CodedFrame | None:
        """Return one frame as it is compressed; None when it is not."""
        if not self.index.encapsulated:
            return None
        content = self._content(slice_index)
        return CodedFrame(
            content=content, reading=f"{self.transfer_syntax}|{self.layout!r}", decode=self._codes
        )

    def _codes(self, content: bytes) -> NDArray[np.uint16]:
        require_whole(content, self.transfer_syntax)
        return self.layout.codes(decoded_cells(content, self.layout, self.transfer_syntax))

    def read_small_cells(self, slice_index: int) -> NDArray[np.unsignedinteger] | None:
        """Return the cells of one JPEG 2000 frame at about an eighth of its size."""
        if not self.index.encapsulated or self.layout.signed or self.layout.samples > 1:
            return None
        return small_picture(self._content(slice_index))

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the stored values of one frame, with their sign."""
        return self.layout.numbers(self.read_cells(slice_index))

    def with_layout(self, layout: PixelLayout) -> DicomFrames:
        """Return the same frames, read with another number of stored bits."""
        return replace(self, layout=layout)

    def in_order(self, order: Sequence[int]) -> DicomFrames:
        """Return frames of the file, by their index in it, as slices in this order."""
        return replace(self, order=tuple(order))

    def read_cells(self, slice_index: int) -> NDArray[np.unsignedinteger]:
        """Return one frame as it is stored, unused bits included."""
        content = self._content(slice_index)
        syntax = self.transfer_syntax
        if not self.index.encapsulated:
            return native_cells(content, self.layout, syntax)
        require_whole(content, syntax)
        try:
            return decoded_cells(content, self.layout, syntax)
        except UnreadableImage:
            return as_cells(decode_apart(self.path, self._frame(slice_index)), self.layout)

    def _frame(self, slice_index: int) -> int:
        return slice_index if self.order is None else self.order[slice_index]

    def _content(self, slice_index: int) -> bytes:
        return _content(self.pixel_path, self.index, self._frame(slice_index))


def _content(path: Path, index: FrameIndex, frame: int) -> bytes:
    try:
        with path.open("rb") as file:
            return index.read(file, frame)
    except OSError as error:
        raise UnreadableImage(
            "The file cannot be read any more", hint="check the disk or the network"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceFiles:
    """Single frames of files that make up a volume, in the order of slices; StoredFrames."""

    files: tuple[DicomFrames, ...]

    @classmethod
    def of_all(cls, files: Sequence[DicomFrames]) -> SliceFiles:
        """Every frame of these files, one file after the other."""
        return cls(files=tuple(f.in_order([i]) for f in files for i in range(f.slices)))

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """All files."""
        return tuple(dict.fromkeys(path for file in self.files for path in file.pixel_files))

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How all files stood when their headers were read."""
        return all_known(file.stamp for file in self.files)

    @property
    def slices(self) -> int:
        """How many frames."""
        return len(self.files)

    @property
    def codes_are_exact(self) -> bool:
        """True when it is for every file."""
        return all(file.codes_are_exact for file in self.files)

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice, (rows, columns)."""
        return self.files[slice_index].read_codes(0)

    def coded_frame(self, slice_index: int) -> CodedFrame | None:
        """Return one slice as it is compressed; None when it is not."""
        return self.files[slice_index].coded_frame(0)

    @property
    def layout(self) -> PixelLayout:
        """How the first file stores its pixels; volumes are made of files that agree."""
        return self.files[0].layout

    @property
    def is_compressed(self) -> bool:
        """True when it is for the first file."""
        return self.files[0].is_compressed

    def in_order(self, order: Sequence[int]) -> SliceFiles:
        """Return the slices in this order."""
        return SliceFiles(files=tuple(self.files[index] for index in order))

    def with_layout(self, layout: PixelLayout) -> SliceFiles:
        """Return the same slices, read with another number of stored bits."""
        return SliceFiles(files=tuple(file.with_layout(layout) for file in self.files))

    def read_cells(self, slice_index: int) -> NDArray[np.unsignedinteger]:
        """Return one slice as it is stored, unused bits included."""
        return self.files[slice_index].read_cells(0)

    def read_small_cells(self, slice_index: int) -> NDArray[np.unsignedinteger] | None:
        """Return one slice at a fraction of its size, if that is quicker."""
        return self.files[slice_index].read_small_cells(0)

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the stored values of one slice."""
        return self.files[slice_index].read_numbers(0)
