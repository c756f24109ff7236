"""Truth masks laid on the image they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.errors import InferenceError
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.types import Placement
from viewer.domain.exam import TruthMask
from viewer.domain.image_stack import ImageStack
from viewer.loading.errors import UnreadableFile
from viewer.loading.frame_source import FrameSource, StoredFrames
from viewer.loading.model_source import model_input
from viewer.loading.read_raster import read_raster
from viewer.loading.read_volume import read_volume
from viewer.loading.sniff import FileKind, kind_of_file

PREPARED_ROWS = 2944
PREPARED_COLUMNS = 1920
"""The published 2D sample gives its masks in the window that GMIC is given, facing right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidMask:
    """A truth mask as it lies on the displayed image."""

    image: ImageStack
    _stored: StoredFrames = field(repr=False)
    _placement: Placement | None = None
    """Set when the mask lies in the network's window instead of the image."""

    @property
    def slices(self) -> int:
        """How many slices."""
        return self.image.slices

    def read_slice(self, slice_index: int) -> NDArray[np.bool_]:
        """Return where the finding is, (rows, columns) as displayed; raises UnreadableImage."""
        marked: NDArray[np.bool_] = self._stored.read_numbers(slice_index) > 0
        if self._placement is None:
            return np.ascontiguousarray(self.image.orientation.apply(marked))
        return _out_of_window(marked, self._placement)


def lay_mask(mask: TruthMask, image: ImageStack, frames: FrameSource) -> LaidMask:
    """Open a mask: one of the image's own size as stored, or in the published prepared window.

    frames: the image's, to find where the window lies.
    Raises UnreadableFile when the mask fits neither, UnknownSide when the window cannot be placed,
    and UnreadableImage.
    """
    kind = kind_of_file(mask.path)
    read = read_raster if kind in (FileKind.PNG, FileKind.TIFF) else read_volume
    stored = read(mask.path, kind)
    shape = (stored.stack.rows, stored.stack.columns)
    if stored.stack.slices == image.slices and shape == (image.stored_rows, image.stored_columns):
        return LaidMask(image=image, _stored=stored.frames)
    if image.slices == stored.stack.slices == 1 and shape == (PREPARED_ROWS, PREPARED_COLUMNS):
        placement = _window_of(image, frames)
        return LaidMask(image=image, _stored=stored.frames, _placement=placement)
    raise UnreadableFile(
        f"a truth mask of {shape[0]} x {shape[1]} pixels that does not fit its image"
    )


def _window_of(image: ImageStack, frames: FrameSource) -> Placement:
    try:
        return prepare(
            model_input(image, frames),
            input_rows=PREPARED_ROWS,
            input_columns=PREPARED_COLUMNS,
            progress=SilentProgress(),
        ).placement
    except InferenceError as error:
        raise UnreadableFile("a truth mask whose place on the image cannot be found") from error


def _out_of_window(marked: NDArray[np.bool_], placement: Placement) -> NDArray[np.bool_]:
    """Map a mask from the network's window to displayed pixels."""
    laid = np.zeros((placement.image_rows, placement.image_columns), np.bool_)
    top, left = max(0, placement.row_offset), max(0, placement.column_offset)
    bottom = min(placement.image_rows, placement.row_offset + placement.input_rows)
    right = min(placement.image_columns, placement.column_offset + placement.input_columns)
    if top < bottom and left < right:
        laid[top:bottom, left:right] = marked[
            top - placement.row_offset : bottom - placement.row_offset,
            left - placement.column_offset : right - placement.column_offset,
        ]
    return np.ascontiguousarray(laid[:, ::-1]) if placement.mirrored else laid
