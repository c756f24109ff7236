"""An image's frames for the AI: shared with the screen while its exam is open."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import ExamClosed
from viewer.loading.frame_source import FrameSource


class OpenFrames:
    """A FrameSource that goes on when the reader hangs another exam meanwhile."""

    def __init__(self, *, image_id: str, own: FrameSource, pool: DecodePool) -> None:
        """own: the image's source in its files. pool: what decodes for the screen."""
        self._image_id = image_id
        self._own = own
        self._pool = pool

    @property
    def slices(self) -> int:
        """How many slices the image has."""
        return self._own.slices

    @property
    def own(self) -> FrameSource:
        """The image's source in its files."""
        return self._own

    def read_frame(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice, (rows, columns)."""
        try:
            return self._shared().read_frame(slice_index)
        except ExamClosed:
            return self._own.read_frame(slice_index)

    def read_values(self, slice_index: int) -> NDArray[Any]:
        """Return the exact numbers of one slice, (rows, columns)."""
        try:
            return self._shared().read_values(slice_index)
        except ExamClosed:
            return self._own.read_values(slice_index)

    def _shared(self) -> FrameSource:
        """The pool while the image is open, so that nothing is decoded twice."""
        try:
            return self._pool.source(self._image_id)
        except KeyError:
            return self._own
