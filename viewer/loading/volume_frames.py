"""The slices of a volume file as unsigned 16-bit codes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.domain.windowing import CODES, GreyScale
from viewer.loading.file_stamp import FileStamp
from viewer.loading.volume_file import VolumeFile


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScale:
    """How the numbers of a volume become unsigned 16-bit codes: (number - offset) / step."""

    offset: float
    step: float
    exact: bool
    """True when the codes are the numbers themselves."""
    not_numbers: int = 0
    """How many values are NaN or infinite; they get code 0."""

    def codes(self, numbers: NDArray[Any]) -> NDArray[np.uint16]:
        """Return the code of every number."""
        if self.exact:
            return numbers.astype(np.uint16, copy=False)
        scaled = (numbers.astype(np.float64) - self.offset) / self.step
        scaled = np.nan_to_num(scaled, nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(np.rint(scaled), 0, CODES - 1).astype(np.uint16)

    def grey_scale(self) -> GreyScale:
        """Return what the codes mean."""
        return GreyScale(slope=self.step, intercept=self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFrames:
    """The slices of a volume file; StoredFrames."""

    file: VolumeFile
    scale: CodeScale

    @property
    def slices(self) -> int:
        """How many slices."""
        return self.file.header.slices

    @property
    def pixel_files(self) -> tuple[Path, ...]:
        """The file; none when its pixels may lie in another one beside it."""
        return self.file.pixel_files

    @property
    def stamps(self) -> tuple[FileStamp, ...]:
        """How the file stood when its header was read."""
        return self.file.stamps

    @property
    def codes_are_exact(self) -> bool:
        """True for unsigned volumes."""
        return self.scale.exact

    def read_codes(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice, (rows, columns)."""
        return self.scale.codes(self.file.read(slice_index))

    def read_numbers(self, slice_index: int) -> NDArray[Any]:
        """Return the numbers of one slice as the file has them."""
        return self.file.read(slice_index)
