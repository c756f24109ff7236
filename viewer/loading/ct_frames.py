"""The slices of a CT series, from one file each or many in one, with one meaning of codes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.domain.windowing import CODES, GreyScale
from viewer.loading.dicom_frames import DicomFrames
from viewer.loading.file_stamp import FileStamp, all_known
from viewer.loading.frame_source import Coded, CodedFrame, InFiles, Stamped, StoredFrames


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CtFrame:
    """One slice: a frame of a file."""

    frames: DicomFrames
    index: int
    """Of the frame in its file."""
    table: NDArray[np.uint16] | None = None
    """The series' code for each of the slice's own, where its rescaling is another one."""

    def codes(self) -> NDArray[np.uint16]:
        """Return the slice in the series' codes, (rows, columns)."""
        own = self.frames.read_codes(self.index)
        return own if self.table is None else self.table[own]


@dataclass(frozen=True, slots=True, kw_only=True)
class CtFrames:
    """The slices of a series in viewing order; StoredFrames."""

    order: tuple[CtFrame, ...]

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """All files, in the order of their first slices."""
        return tuple(dict.fromkeys(p for frame in self.order for p in frame.frames.pixel_files))

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How each slice's file stood when its header was read."""
        return all_known(frame.frames.stamp for frame in self.order)

    @property
    def slices(self) -> int:
        """How many slices."""
        return len(self.order)

    @property
    def codes_are_exact(self) -> bool:
        """True: models take Hounsfield units, which the codes stand for."""
        return True

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice, (rows, columns)."""
        return self.order[slice_index].codes()

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the same: no numbers are more exact."""
        return self.read_codes(slice_index)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversedFrames:
    """The slices of a volume file from the last to the first; StoredFrames."""

    stored: StoredFrames

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """Those of the volume."""
        return self.stored.pixel_files if isinstance(self.stored, InFiles) else ()

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """As the volume's."""
        return self.stored.stamps if isinstance(self.stored, Stamped) else ()

    @property
    def slices(self) -> int:
        """How many slices."""
        return self.stored.slices

    @property
    def codes_are_exact(self) -> bool:
        """As the volume's."""
        return self.stored.codes_are_exact

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice, (rows, columns)."""
        return self.stored.read_codes(self.slices - 1 - slice_index)

    def coded_frame(self, slice_index: int) -> CodedFrame | None:
        """Return one slice as it is compressed; None when it is not."""
        if not isinstance(self.stored, Coded):
            return None
        return self.stored.coded_frame(self.slices - 1 - slice_index)

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the numbers of one slice."""
        return self.stored.read_numbers(self.slices - 1 - slice_index)


def recoding(own: GreyScale, series: GreyScale) -> NDArray[np.uint16] | None:
    """The series' code for each code of a slice, (65536,); None when they mean the same."""
    if (own.slope, own.intercept) == (series.slope, series.intercept):
        return None
    values = own.values(np.arange(CODES, dtype=np.float64))
    codes = np.rint((values - series.intercept) / series.slope)
    return np.clip(codes, 0, CODES - 1).astype(np.uint16)
