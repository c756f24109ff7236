"""Frames, viewports and predictions for tests of drawing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import make_prediction
from numpy.typing import NDArray

from inference.types import Placement, Prediction
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.viewport import Viewport

IDENTITY_TABLE = (np.arange(1 << 16) >> 8).astype(np.uint8)
"""Code 256 * g is shown as grey g."""


def uncropped(codes: NDArray[np.uint16]) -> Frame:
    """A frame that keeps the whole slice."""
    rows, columns = codes.shape
    return Frame(rows=rows, columns=columns, top=0, left=0, pixels=codes, air_code=0)


def make_viewport(
    rows: int,
    columns: int,
    *,
    scale: float = 1.0,
    scale_row: float | None = None,
    left: float = 0.0,
    top: float = 0.0,
    pane: tuple[int, int] = (100, 80),
    flips: tuple[bool, bool] = (False, False),
) -> Viewport:
    """A viewport of an image; `pane` is (width, height), `flips` (across, down)."""
    return Viewport(
        pane_width=pane[0],
        pane_height=pane[1],
        image_rows=rows,
        image_columns=columns,
        scale_row=scale if scale_row is None else scale_row,
        scale_column=scale,
        left=left,
        top=top,
        flipped_horizontally=flips[0],
        flipped_vertically=flips[1],
    )


def prediction_with(
    image: ImageStack, saliency: NDArray[np.float32], placement: Placement
) -> Prediction:
    """A prediction with this saliency (slices, class, rows, columns) at this place."""
    return replace(make_prediction(image), saliency=saliency, placement=placement)
