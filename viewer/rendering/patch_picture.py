"""Small pictures of parts of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.types import Box
from viewer.domain.frame import Frame
from viewer.domain.viewport import Viewport
from viewer.rendering.raster import Quality, render_grey


def render_patch(
    frame: Frame, box: Box, table: NDArray[np.uint8], *, width: int, height: int
) -> NDArray[np.uint8]:
    """Draw a box of an image as large as it fits, centred on black: (height, width) uint8."""
    scale = min(width / box.width, height / box.height)
    viewport = Viewport(
        pane_width=max(1, round(box.width * scale)),
        pane_height=max(1, round(box.height * scale)),
        image_rows=frame.rows,
        image_columns=frame.columns,
        scale_row=scale,
        scale_column=scale,
        left=-box.left * scale,
        top=-box.top * scale,
    )
    drawn = render_grey(frame, viewport, table, quality=Quality.STILL)
    picture = np.zeros((height, width), np.uint8)
    top, left = (height - drawn.shape[0]) // 2, (width - drawn.shape[1]) // 2
    picture[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return picture


def render_thumbnail(
    frame: Frame, table: NDArray[np.uint8], *, width: int, height: int
) -> NDArray[np.uint8]:
    """Draw a whole slice as large as it fits, centred on black: (height, width) uint8."""
    whole = Box(top=0, left=0, height=frame.rows, width=frame.columns)
    return render_patch(frame, whole, table, width=width, height=height)
