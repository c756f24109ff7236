"""An image as a network wants it: displayed orientation, air 0, brighter is denser."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.types import ModelInput
from viewer.domain.image_stack import ImageStack
from viewer.domain.windowing import CODES, GreyScale
from viewer.loading.errors import IncompleteVolume, UnknownSide, UnsuitablePixels, UnsuitableSeries
from viewer.loading.frame_source import FrameSource


def model_input(stack: ImageStack, frames: FrameSource) -> ModelInput:
    """Return the image for a network.

    frames: the image's own source, or DecodePool.source(image_id) to share its frames.
    Raises UnknownSide when the side or the projection is not known: it would have to be guessed.
    Raises IncompleteVolume when slices are missing: what they show could be all there is to find.
    Raises UnsuitablePixels for raw or combined images. Raises UnsuitableSeries for CT.
    """
    if stack.missing_slices:
        raise IncompleteVolume(
            f"{stack.missing_words}, and the AI scores whole volumes only",
            hint="send the volume again",
        )
    if stack.unlike_mammogram is not None:
        raise UnsuitablePixels(
            f"The AI is not given {stack.unlike_mammogram}", hint="send the image For Presentation"
        )
    if stack.ct is not None:
        raise UnsuitableSeries("Mammography models are not given CT")
    if stack.view.laterality is None or stack.view.position is None:
        raise UnknownSide(
            "The AI needs to know which breast and view this is", hint="assign the view first"
        )
    return ModelInput(
        source=ModelSource(stack, frames),
        laterality=stack.view.laterality,
        crop_rule=stack.view.crop_rule,
        outside_training_views=not stack.view.is_standard,
    )


class ModelSource:
    """An inference ImageSource over an image's frames."""

    def __init__(self, stack: ImageStack, frames: FrameSource) -> None:
        self._stack = stack
        self._frames = frames
        self._table = _density_table(stack.grey_scale)

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

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, (rows, columns), uint16 or float32; raises UnreadableImage."""
        values = self._frames.read_values(slice_index)
        if values.dtype == np.uint16:
            return values if self._table is None else self._table[values]
        return values.astype(np.float32, copy=False)


def _density_table(grey_scale: GreyScale) -> NDArray[np.uint16] | None:
    """Return what a network gets for each code, (65536,); None: the codes as they are."""
    if grey_scale.padding is None and not grey_scale.low_codes_are_bright:
        return None
    codes = np.arange(CODES, dtype=np.int64)
    if grey_scale.low_codes_are_bright:
        codes = np.maximum(grey_scale.largest_code - codes, 0)
    if grey_scale.padding is not None:
        first, last = grey_scale.padding
        codes[first : last + 1] = 0
    return codes.astype(np.uint16)
