"""From a frame to the grey pixels of a pane."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil, floor
from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viewer.domain.frame import Frame
from viewer.domain.viewport import Viewport
from viewer.rendering.extremes import Extreme, extreme_level_for
from viewer.rendering.pyramid import Level, level_for, pyramid_level

_LANCZOS_LOBES = 3
_CRISPNESS = 0.06
"""Lanczos loses contrast of the finest detail; so much of each neighbour is taken off again.

A one-pixel calcification between four device pixels then keeps a tenth of it at half size.
"""
_CRISP_BELOW, _FULLY_CRISP_BELOW = 0.75, 0.5
"""Scales between which this sets in: a less shrunk image loses nothing that matters."""


Shown = TypeVar("Shown", np.uint8, np.int32)
"""What a table gives for a code: a level of grey, or a whole pixel of a window."""


class Quality(Enum):
    """How carefully a frame is shrunk."""

    MOVING = "moving"
    """From the mean pyramid by cubic interpolation, while scrolling and dragging: a few ms."""
    STILL = "still"
    """Antialiased from full resolution, for a picture that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRect:
    """Whole device pixels left..right, top..bottom (end excluded)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to draw."""
        return self.left >= self.right or self.top >= self.bottom


def image_rect(
    viewport: Viewport, top: float, left: float, bottom: float, right: float
) -> DeviceRect:
    """The pane's device pixels whose centres lie in a rectangle of image pixel edges."""
    x0, y0 = viewport.to_device(top, left)
    x1, y1 = viewport.to_device(bottom, right)
    x0, x1 = min(x0, x1), max(x0, x1)
    y0, y1 = min(y0, y1), max(y0, y1)
    return DeviceRect(
        left=max(0, ceil(x0 - 0.5)),
        top=max(0, ceil(y0 - 0.5)),
        right=min(viewport.pane_width, ceil(x1 - 0.5)),
        bottom=min(viewport.pane_height, ceil(y1 - 0.5)),
    )


def whole_image_rect(viewport: Viewport) -> DeviceRect:
    """The pane's device pixels that the image covers; all zero where it covers none."""
    rect = image_rect(viewport, 0, 0, viewport.image_rows, viewport.image_columns)
    return DeviceRect(left=0, top=0, right=0, bottom=0) if rect.is_empty else rect


def render_grey(
    frame: Frame,
    viewport: Viewport,
    table: NDArray[np.uint8],
    *,
    quality: Quality,
    extreme: Extreme | None = None,
) -> NDArray[np.uint8]:
    """Draw a frame as a pane shows it; black outside the image.

    table: display grey of every code, (65536,).
    extreme: shrink by this instead of the mean, in either quality.
    Returns (pane_height, pane_width) uint8. Safe in any thread; the heavy parts release the GIL.
    """
    pane = np.zeros((viewport.pane_height, viewport.pane_width), np.uint8)
    rect = whole_image_rect(viewport)
    pane[rect.top : rect.bottom, rect.left : rect.right] = render_image(
        frame, viewport, table, quality=quality, extreme=extreme
    )
    return pane


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledCodes:
    """The codes under each device pixel that an image covers, before a window gives them grey.

    They stay the same while the window is dragged.
    """

    whole: DeviceRect
    """What the image covers: the pixels of `whole_image_rect`."""
    drawn: DeviceRect
    """The part of it with codes of its own."""
    codes: NDArray[np.uint16]
    """Of the drawn part."""
    padding: NDArray[np.bool_] | None
    """Of the drawn part: what is black whatever its code; None where codes alone tell."""
    outside_code: int | None
    """Of the rest; None where that is padding."""


def render_image(
    frame: Frame,
    viewport: Viewport,
    table: NDArray[Shown],
    *,
    quality: Quality,
    extreme: Extreme | None = None,
) -> NDArray[Shown]:
    """Draw the part of a pane that the image covers: the pixels of `whole_image_rect`.

    table: what is shown for every code, (65536,), levels of grey or whole pixels of a window.
    Otherwise as `render_grey`.
    """
    return looked_up(sampled_codes(frame, viewport, quality=quality, extreme=extreme), table)


def sampled_codes(
    frame: Frame, viewport: Viewport, *, quality: Quality, extreme: Extreme | None = None
) -> SampledCodes:
    """Resample a frame to the device pixels it covers; the slow part of drawing it."""
    whole = whole_image_rect(viewport)
    drawn = _drawn_rect(frame, viewport, whole)
    padding = None
    if whole.is_empty or drawn.is_empty:
        drawn = DeviceRect(left=whole.left, top=whole.top, right=whole.left, bottom=whole.top)
        codes = np.empty((0, 0), np.uint16)
    else:
        codes = _codes(frame, viewport, drawn, quality=quality, extreme=extreme)
        if frame.padding is not None:
            marks = pyramid_level(frame.padding, 0)
            padding = _sampled(marks, viewport, drawn, cv2.INTER_NEAREST) != 0
    outside_is_padding = frame.padding is not None and frame.padding.air_code != 0
    return SampledCodes(
        whole=whole,
        drawn=drawn,
        codes=codes,
        padding=padding,
        outside_code=None if outside_is_padding else frame.air_code,
    )


def _codes(
    frame: Frame,
    viewport: Viewport,
    drawn: DeviceRect,
    *,
    quality: Quality,
    extreme: Extreme | None,
) -> NDArray[np.uint16]:
    if extreme is not None and needs_still(viewport):
        return _of_extremes(frame, viewport, drawn, extreme)
    if quality is Quality.STILL and needs_still(viewport):
        return _antialiased(frame, viewport, drawn)
    return _from_pyramid(frame, viewport, drawn)


def looked_up(sampled: SampledCodes, table: NDArray[Shown]) -> NDArray[Shown]:
    """Turn sampled codes into what a table shows for them; the pixels of `sampled.whole`."""
    whole, drawn = sampled.whole, sampled.drawn
    if whole.is_empty:
        return np.empty((0, 0), table.dtype)
    image = np.empty((whole.bottom - whole.top, whole.right - whole.left), table.dtype)
    code = sampled.outside_code
    outside = _black(table) if code is None else cast("Shown", table[code])
    if drawn.is_empty:
        image[:] = outside
        return image
    top, bottom = drawn.top - whole.top, drawn.bottom - whole.top
    left, right = drawn.left - whole.left, drawn.right - whole.left
    for air in (image[:top], image[bottom:], image[top:bottom, :left], image[top:bottom, right:]):
        air[:] = outside
    # Looked up into its place: fresh memory costs more than the lookup.
    cv2.LUT(sampled.codes, table, dst=image[top:bottom, left:right])
    if sampled.padding is not None:
        np.copyto(image[top:bottom, left:right], _black(table), where=sampled.padding)
    return image


def _black(table: NDArray[Shown]) -> Shown:
    """What a table shows of padding, which nothing is darker than."""
    return cast("Shown", table.min())


def needs_still(viewport: Viewport) -> bool:
    """True when the two qualities differ: only a shrunk image is antialiased."""
    return min(viewport.scale_row, viewport.scale_column) < 1.0


def _drawn_rect(frame: Frame, viewport: Viewport, whole: DeviceRect) -> DeviceRect:
    """Where the kept pixels lie, grown by what a filter smears into the air around them."""
    height, width = frame.pixels.shape
    if height == 0 or width == 0:
        return DeviceRect(left=0, top=0, right=0, bottom=0)
    reach_rows = (_LANCZOS_LOBES + 1) * max(1.0, 1.0 / viewport.scale_row)
    reach_columns = (_LANCZOS_LOBES + 1) * max(1.0, 1.0 / viewport.scale_column)
    kept = image_rect(
        viewport,
        frame.top - reach_rows,
        frame.left - reach_columns,
        frame.top + height + reach_rows,
        frame.left + width + reach_columns,
    )
    return DeviceRect(
        left=max(kept.left, whole.left),
        top=max(kept.top, whole.top),
        right=min(kept.right, whole.right),
        bottom=min(kept.bottom, whole.bottom),
    )


def _from_pyramid(frame: Frame, viewport: Viewport, drawn: DeviceRect) -> NDArray[np.uint16]:
    """Interpolation in the pyramid level nearest above the shown size.

    Cubic where the image is shrunk: linear interpolation halves a small calcification once more.
    """
    level = pyramid_level(frame, level_for(max(viewport.scale_row, viewport.scale_column)))
    kernel = cv2.INTER_CUBIC if needs_still(viewport) else cv2.INTER_LINEAR
    return _sampled(level, viewport, drawn, kernel)


def _of_extremes(
    frame: Frame, viewport: Viewport, drawn: DeviceRect, extreme: Extreme
) -> NDArray[np.uint16]:
    """The nearest cell of a pyramid of extremes."""
    scale = max(viewport.scale_row, viewport.scale_column)
    level = extreme_level_for(frame, scale, extreme)
    return _sampled(level, viewport, drawn, cv2.INTER_NEAREST)


def _sampled(
    level: Level, viewport: Viewport, drawn: DeviceRect, kernel: int
) -> NDArray[np.uint16]:
    """The codes of a level under each device pixel's centre."""
    row_first, row_step = _cell_axis(viewport, drawn.top, level.reduction, level.top, rows=True)
    column_first, column_step = _cell_axis(
        viewport, drawn.left, level.reduction, level.left, rows=False
    )
    to_cell = np.array([[column_step, 0.0, column_first], [0.0, row_step, row_first]])
    codes: NDArray[np.uint16] = cv2.warpAffine(
        level.cells,
        to_cell,
        (drawn.right - drawn.left, drawn.bottom - drawn.top),
        flags=kernel | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return codes


def _cell_axis(
    viewport: Viewport, first_device: int, reduction: int, origin: int, *, rows: bool
) -> tuple[float, float]:
    """Cell coordinate (centres at whole numbers) of the first device pixel, and the step."""
    row, column = viewport.to_image(first_device + 0.5, first_device + 0.5)
    scale = viewport.scale_row if rows else viewport.scale_column
    flipped = viewport.flipped_vertically if rows else viewport.flipped_horizontally
    edge = row if rows else column
    return edge / reduction - origin - 0.5, (-1.0 if flipped else 1.0) / (scale * reduction)


def _antialiased(frame: Frame, viewport: Viewport, drawn: DeviceRect) -> NDArray[np.uint16]:
    """Lanczos over all full-resolution pixels under each device pixel, made crisp."""
    row_share, column_share = _crispness(viewport.scale_row), _crispness(viewport.scale_column)
    if row_share == column_share == 0.0:
        return _lanczos(frame, viewport, drawn)
    # One pixel more on each side: a neighbour beyond the pane is a neighbour too.
    wider = DeviceRect(
        left=drawn.left - 1, top=drawn.top - 1, right=drawn.right + 1, bottom=drawn.bottom + 1
    )
    crisp = cv2.sepFilter2D(
        _lanczos(frame, viewport, wider), -1, _taking(column_share), _taking(row_share)
    )
    return np.ascontiguousarray(crisp[1:-1, 1:-1])


def _crispness(scale: float) -> float:
    """Share of each neighbour that is taken off at a scale."""
    setting_in = (_CRISP_BELOW - scale) / (_CRISP_BELOW - _FULLY_CRISP_BELOW)
    return _CRISPNESS * min(max(setting_in, 0.0), 1.0)


def _taking(share: float) -> NDArray[np.float32]:
    """A kernel that takes a share of both neighbours off and keeps flat grey as it is."""
    return np.array([-share, 1.0 + 2.0 * share, -share], np.float32)


def _lanczos(frame: Frame, viewport: Viewport, drawn: DeviceRect) -> NDArray[np.uint16]:
    row_a, column_a = viewport.to_image(drawn.left, drawn.top)
    row_b, column_b = viewport.to_image(drawn.right, drawn.bottom)
    row_a, row_b = min(row_a, row_b), max(row_a, row_b)
    column_a, column_b = min(column_a, column_b), max(column_a, column_b)
    reach_rows = ceil(_LANCZOS_LOBES * max(1.0, 1.0 / viewport.scale_row)) + 1
    reach_columns = ceil(_LANCZOS_LOBES * max(1.0, 1.0 / viewport.scale_column)) + 1
    top, left = floor(row_a) - reach_rows, floor(column_a) - reach_columns
    codes = _region(frame, top, left, ceil(row_b) + reach_rows, ceil(column_b) + reach_columns)
    rows, columns = codes.shape
    source = Image.frombuffer("I;16", (columns, rows), codes, "raw", "I;16", 0, 1)
    shrunk = source.resize(
        (drawn.right - drawn.left, drawn.bottom - drawn.top),
        Image.Resampling.LANCZOS,
        box=(column_a - left, row_a - top, column_b - left, row_b - top),
    )
    laid = np.asarray(shrunk)
    if viewport.flipped_vertically:
        laid = laid[::-1]
    if viewport.flipped_horizontally:
        laid = laid[:, ::-1]
    return np.ascontiguousarray(laid)


def _region(frame: Frame, top: int, left: int, bottom: int, right: int) -> NDArray[np.uint16]:
    """Copy rows top..bottom, columns left..right of a slice; its edges repeat beyond it."""
    inside_top, inside_bottom = max(0, top), min(frame.rows, bottom)
    inside_left, inside_right = max(0, left), min(frame.columns, right)
    codes = np.full(
        (inside_bottom - inside_top, inside_right - inside_left), frame.air_code, np.uint16
    )
    height, width = frame.pixels.shape
    row_a, row_b = max(inside_top, frame.top), min(inside_bottom, frame.top + height)
    column_a, column_b = max(inside_left, frame.left), min(inside_right, frame.left + width)
    if row_a < row_b and column_a < column_b:
        codes[
            row_a - inside_top : row_b - inside_top,
            column_a - inside_left : column_b - inside_left,
        ] = frame.pixels[
            row_a - frame.top : row_b - frame.top, column_a - frame.left : column_b - frame.left
        ]
    return np.asarray(
        cv2.copyMakeBorder(
            codes,
            inside_top - top,
            bottom - inside_bottom,
            inside_left - left,
            right - inside_right,
            cv2.BORDER_REPLICATE,
        )
    )
