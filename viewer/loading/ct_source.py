"""A CT series as a window classifier wants it: Hounsfield units, head first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewer.domain.image_stack import ImageStack
from viewer.domain.windowing import CODES
from viewer.loading.errors import IncompleteVolume, UnsuitableSeries
from viewer.loading.frame_source import FrameSource


def ct_source(stack: ImageStack, frames: FrameSource) -> HounsfieldSource:
    """Return the series for a model.

    frames: the image's own source, or DecodePool.source(image_id) to share its frames.
    Raises UnsuitableSeries when it is none a model takes, IncompleteVolume when slices are
    missing: what they show could be all there is to find.
    """
    if stack.ct is None:
        raise UnsuitableSeries("This is no CT series")
    if stack.ct.obstacle:
        raise UnsuitableSeries(f"The AI does not take this series: {stack.ct.obstacle}")
    if stack.missing_slices:
        raise IncompleteVolume(
            f"{stack.missing_slices} of {stack.slices + stack.missing_slices} slices are missing, "
            "and the AI scores whole series only",
            hint="send the series again",
        )
    return HounsfieldSource(stack, frames)


class HounsfieldSource:
    """An inference ImageSource over a CT series' frames."""

    def __init__(self, stack: ImageStack, frames: FrameSource) -> None:
        self._stack = stack
        self._frames = frames
        codes = np.arange(CODES, dtype=np.float64)
        self._table = stack.grey_scale.values(codes).astype(np.float32)

    @property
    def slices(self) -> int:
        """How many slices."""
        return self._stack.slices

    @property
    def rows(self) -> int:
        """Rows of every slice."""
        return self._stack.rows

    @property
    def columns(self) -> int:
        """Columns of every slice."""
        return self._stack.columns

    def read_slice(self, slice_index: int) -> NDArray[np.float32]:
        """Return one slice in Hounsfield units, (rows, columns); raises UnreadableImage."""
        values = self._frames.read_values(slice_index)
        # Codes, or the numbers of a volume file, which are Hounsfield units themselves.
        return self._table[values] if values.dtype == np.uint16 else values.astype(np.float32)
