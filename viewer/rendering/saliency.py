"""From a saliency map to a translucent layer of a pane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import BENIGN, MALIGNANT, Prediction
from viewer.domain.overlay_settings import LayerStyle
from viewer.domain.viewport import Viewport
from viewer.rendering.hatching import hatched
from viewer.rendering.model_frame import CellGrid, grid_of
from viewer.rendering.raster import DeviceRect, image_rect
from viewer.rendering.same_object import SameObject

_STEPS = (1 << 16) - 1
_ALPHA_AT_THRESHOLD = 0.25
"""Share of the opacity at the threshold: what is drawn at all can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaliencyLayer:
    """One class's saliency on one slice, as a pane shows it."""

    prediction: Prediction
    slice_index: int
    malignant: bool
    viewport: Viewport
    style: LayerStyle
    colour: str
    """#rrggbb."""
    smooth: bool
    hatched: bool = False
    """Malignant with lines that rise to the right, benign with lines that fall."""
    last_slice: int | None = None
    """Of a slab, whose first slice is `slice_index`: the highest saliency of all is drawn."""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for layers that look the same."""
        return (
            SameObject(self.prediction),
            self.slice_index,
            self.last_slice,
            self.malignant,
            self.viewport,
            self.style,
            self.colour,
            self.smooth,
            self.hatched,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaliencyPicture:
    """The part of a layer that is not fully clear, ready to be laid over the pane."""

    rect: DeviceRect
    pixels: NDArray[np.uint8]
    """(rows, columns, 4), premultiplied, blue first: QImage's ARGB32_Premultiplied."""


def render_saliency(layer: SaliencyLayer) -> SaliencyPicture | None:
    """Draw a layer at pane resolution; None when no cell reaches the threshold.

    Opacity grows with saliency, from a quarter of the layer's opacity at its threshold up to the
    whole at 1. Pixels below the threshold, and those the network did not see, are fully clear.
    """
    found = _salient_cells(layer)
    if found is None:
        return None
    codes, first_row, first_column = found
    grid = grid_of(layer.prediction)
    rect = _rect_of(layer, grid, codes, first_row, first_column)
    if rect.is_empty:
        return None
    levels = cv2.warpAffine(
        codes,
        _device_to_cell(layer.viewport, grid, rect, first_row, first_column),
        (rect.right - rect.left, rect.bottom - rect.top),
        flags=(cv2.INTER_LINEAR if layer.smooth else cv2.INTER_NEAREST) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    alpha = cv2.LUT(levels, alpha_table(layer.style.opacity, layer.style.threshold))
    if layer.hatched:
        cell = layer.viewport.scale_column * grid.placement.input_columns / grid.columns
        alpha = hatched(alpha, layer.viewport, rect, cell, rising=layer.malignant)
    coloured = _premultiplied(layer.colour)[alpha]
    pixels = coloured.view(np.uint8).reshape(*alpha.shape, 4)
    return SaliencyPicture(rect=rect, pixels=pixels)


def composed(pictures: tuple[SaliencyPicture, ...], width: int, height: int) -> NDArray[np.uint8]:
    """Lay pictures over each other in order: one premultiplied (height, width, 4) layer."""
    pane = np.zeros((height, width, 4), np.uint8)
    for picture in pictures:
        rect = picture.rect
        below = pane[rect.top : rect.bottom, rect.left : rect.right]
        kept = 255 - picture.pixels[..., 3:].astype(np.uint16)
        below[:] = picture.pixels + ((below * kept + 127) // 255).astype(np.uint8)
    return pane


@lru_cache(maxsize=64)
def alpha_table(opacity: float, threshold: float) -> NDArray[np.uint8]:
    """Alpha (0..255) of every saliency in steps of 1/65535; 0 below the threshold."""
    saliency = np.arange(_STEPS + 1) / _STEPS
    rise = (saliency - threshold) / max(1.0 - threshold, 1e-6)
    alpha = opacity * (_ALPHA_AT_THRESHOLD + (1.0 - _ALPHA_AT_THRESHOLD) * np.clip(rise, 0.0, 1.0))
    alpha[np.arange(_STEPS + 1) < np.rint(threshold * _STEPS)] = 0.0
    table: NDArray[np.uint8] = np.rint(alpha * 255.0).astype(np.uint8)
    table.setflags(write=False)
    return table


def _salient_cells(layer: SaliencyLayer) -> tuple[NDArray[np.uint16], int, int] | None:
    """The bounding box of the cells to draw with one cell around it, and where it begins."""
    saliency = layer.prediction.saliency
    if not 0 <= layer.slice_index < saliency.shape[0]:
        return None
    class_index = MALIGNANT if layer.malignant else BENIGN
    cells = saliency[layer.slice_index, class_index]
    if layer.last_slice is not None:
        cells = saliency[layer.slice_index : layer.last_slice + 1, class_index].max(axis=0)
    salient = (cells >= layer.style.threshold) & (cells > 0)
    if layer.style.opacity <= 0 or not salient.any():
        return None
    rows, columns = np.flatnonzero(salient.any(axis=1)), np.flatnonzero(salient.any(axis=0))
    first_row, last_row = max(0, rows[0] - 1), min(cells.shape[0], rows[-1] + 2)
    first_column, last_column = max(0, columns[0] - 1), min(cells.shape[1], columns[-1] + 2)
    part = (slice(first_row, last_row), slice(first_column, last_column))
    codes = np.rint(np.clip(cells[part], 0.0, 1.0) * _STEPS).astype(np.uint16)
    if not layer.smooth:
        codes[~salient[part]] = 0
    return codes, int(first_row), int(first_column)


def _rect_of(
    layer: SaliencyLayer,
    grid: CellGrid,
    codes: NDArray[np.uint16],
    first_row: int,
    first_column: int,
) -> DeviceRect:
    """The device pixels of those cells that the network saw and the image has."""
    row_a, column_a = grid.edge_in_image(first_row, first_column)
    row_b, column_b = grid.edge_in_image(first_row + codes.shape[0], first_column + codes.shape[1])
    top, left, bottom, right = grid.window_in_image
    return image_rect(
        layer.viewport,
        max(top, row_a),
        max(left, min(column_a, column_b)),
        min(bottom, row_b),
        min(right, max(column_a, column_b)),
    )


def _device_to_cell(
    viewport: Viewport, grid: CellGrid, rect: DeviceRect, first_row: int, first_column: int
) -> NDArray[np.float64]:
    """The affine map from pixels of `rect` to cell centres, counted from the first cell."""
    place = grid.placement
    row, column = viewport.to_image(rect.left + 0.5, rect.top + 0.5)
    if place.mirrored:
        column = place.image_columns - column
    rows_per_pixel = grid.rows / place.input_rows
    columns_per_pixel = grid.columns / place.input_columns
    leftwards = place.mirrored != viewport.flipped_horizontally
    return np.array(
        [
            [
                (-1 if leftwards else 1) * columns_per_pixel / viewport.scale_column,
                0.0,
                (column - place.column_offset) * columns_per_pixel - 0.5 - first_column,
            ],
            [
                0.0,
                (-1 if viewport.flipped_vertically else 1) * rows_per_pixel / viewport.scale_row,
                (row - place.row_offset) * rows_per_pixel - 0.5 - first_row,
            ],
        ]
    )


@lru_cache(maxsize=16)
def _premultiplied(colour: str) -> NDArray[np.uint32]:
    """The colour at every alpha, as 0xAARRGGBB premultiplied."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    alpha = np.arange(256, dtype=np.uint32)
    channels = [(alpha * part + 127) // 255 for part in (red, green, blue)]
    packed = (alpha << 24) | (channels[0] << 16) | (channels[1] << 8) | channels[2]
    return packed.astype("<u4")
