"""Another model's saliency maps, laid over an image as a network wants it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import InputShapeError
from inference.types import Placement, Prediction


def heat_map_channels(prediction: Prediction, placement: Placement) -> NDArray[np.float32]:
    """Lay a 2D image's saliency maps over another window of the same image.

    placement: of the window they are wanted for, on the image that `prediction` is of.
    Returns (classes, input rows, input columns), 0..1: every cell spread over the pixels it
    stands for and blended linearly into its neighbours; 0 where the model did not look.
    Raises InputShapeError when the two windows are not of one image.
    """
    seen = prediction.placement
    if (seen.image_rows, seen.image_columns, seen.mirrored) != (
        placement.image_rows,
        placement.image_columns,
        placement.mirrored,
    ) or len(prediction.saliency) != 1:
        raise InputShapeError("The heat maps are of another image.")
    maps = prediction.saliency[0]
    size = (seen.input_columns, seen.input_rows)
    channels = np.zeros((len(maps), placement.input_rows, placement.input_columns), np.float32)
    rows, from_rows = _shared(
        placement.row_offset, placement.input_rows, seen.row_offset, seen.input_rows
    )
    columns, from_columns = _shared(
        placement.column_offset, placement.input_columns, seen.column_offset, seen.input_columns
    )
    for channel, cells in zip(channels, maps, strict=True):
        spread = cv2.resize(np.ascontiguousarray(cells), size, interpolation=cv2.INTER_LINEAR)
        channel[rows, columns] = spread[from_rows, from_columns]
    return channels


def _shared(start: int, length: int, other_start: int, other_length: int) -> tuple[slice, slice]:
    """What two stretches of an image have in common, counted from the start of each."""
    first = max(start, other_start)
    end = max(first, min(start + length, other_start + other_length))
    return slice(first - start, end - start), slice(first - other_start, end - other_start)
