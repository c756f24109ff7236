"""Lines across a saliency layer, so that classes differ by direction as well as by colour."""

from __future__ import annotations

from math import ceil, log2

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.domain.viewport import Viewport
from viewer.rendering.raster import DeviceRect

LEAST_PERIOD = 7.0
"""Device pixels from line to line across, at least; less than twice as many at most."""
_LINE_SHARE = 0.4
_BETWEEN = 0.3
"""Opacity between the lines, as a share of the layer's."""


def hatched(
    alpha: NDArray[np.uint8],
    viewport: Viewport,
    rect: DeviceRect,
    cell_device_pixels: float,
    *,
    rising: bool,
) -> NDArray[np.uint8]:
    """Keep the opacity on diagonal lines and lower it between them.

    alpha: (rows, columns) of `rect`. cell_device_pixels: width of a saliency cell; lines keep to
    the image when it is moved, and to its cells when it is scaled, so that a large picture looks
    like the screen. rising: lines go up to the right.
    """
    rows, columns = alpha.shape
    period = hatch_period(cell_device_pixels)
    down = np.arange(rows, dtype=np.float32)[:, None] + np.float32(rect.top - viewport.top)
    right = np.arange(columns, dtype=np.float32)[None, :] + np.float32(rect.left - viewport.left)
    along = right + down if rising else right - down
    on_line = np.mod(along, np.float32(period)) < period * _LINE_SHARE
    between = cv2.LUT(alpha, _between_table())
    return np.where(on_line, alpha, between)


def hatch_period(cell_device_pixels: float) -> float:
    """Device pixels from line to line: a cell's width, doubled or halved to be well seen."""
    cell = max(cell_device_pixels, 1e-3)
    return float(cell * 2.0 ** ceil(log2(LEAST_PERIOD / cell)))


def _between_table() -> NDArray[np.uint8]:
    table: NDArray[np.uint8] = np.rint(np.arange(256) * _BETWEEN).astype(np.uint8)
    # What is drawn at all stays to be seen.
    table[1:] = np.maximum(table[1:], 1)
    return table
