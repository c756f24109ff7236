"""Where an image lies in a pane: pure arithmetic between image pixels and device pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from viewer.domain.image_stack import ImageStack

NOMINAL_SPACING_MM = 0.1
"""Used to lay out an image of unknown spacing beside others; never for a length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How a reader framed an image, in millimetres so that it survives a change of kind or size.

    scale: device pixels per millimetre; None fits the image as the hanging does.
    chest_mm: from the chest wall edge to the pane's centre; vertical_mm: from the image's middle
    row down to the pane's centre. Both are ignored while scale is None.
    """

    scale: float | None = None
    chest_mm: float = 0.0
    vertical_mm: float = 0.0


FITTED = Framing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """Maps pixel edges of a displayed image to device pixels of a pane.

    Pixel (row, column) covers row..row+1 and column..column+1. flipped_*: the user's flips, on
    top of the anatomical orientation.
    """

    pane_width: int
    pane_height: int
    image_rows: int
    image_columns: int
    scale_row: float
    scale_column: float
    """Device pixels per image pixel."""
    left: float
    top: float
    """Device position of the upper-left corner of the image as drawn."""
    flipped_horizontally: bool = False
    flipped_vertically: bool = False

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel; 1.0 is 1:1."""
        return self.scale_column

    def to_device(self, row: float, column: float) -> tuple[float, float]:
        """Map image pixel edges (row, column) to device (x, y)."""
        drawn_row = self.image_rows - row if self.flipped_vertically else row
        drawn_column = self.image_columns - column if self.flipped_horizontally else column
        return self.left + drawn_column * self.scale_column, self.top + drawn_row * self.scale_row

    def to_image(self, device_x: float, device_y: float) -> tuple[float, float]:
        """Map device (x, y) to image pixel edges (row, column); may lie outside the image."""
        row = (device_y - self.top) / self.scale_row
        column = (device_x - self.left) / self.scale_column
        if self.flipped_vertically:
            row = self.image_rows - row
        if self.flipped_horizontally:
            column = self.image_columns - column
        return row, column


def spacing_of(image: ImageStack) -> tuple[float, float]:
    """Millimetres per (row, column) for layout; nominal, but in proportion, where unknown."""
    if image.spacing is None:
        return NOMINAL_SPACING_MM * image.pixel_aspect, NOMINAL_SPACING_MM
    return image.spacing.row_mm, image.spacing.column_mm


def fitting_scale(image: ImageStack, pane_width: int, pane_height: int) -> float:
    """Device pixels per millimetre at which the whole image just fits the pane."""
    row_mm, column_mm = spacing_of(image)
    return min(
        max(pane_width, 1) / (image.columns * column_mm),
        max(pane_height, 1) / (image.rows * row_mm),
    )


def common_scale(shown: Iterable[tuple[ImageStack, int, int]]) -> float | None:
    """The largest scale at which every (image, pane width, pane height) fits: the same size."""
    scales = [fitting_scale(image, width, height) for image, width, height in shown]
    return min(scales) if scales else None


def actual_pixels_scale(image: ImageStack) -> float:
    """Device pixels per millimetre at which one image pixel is one device pixel."""
    return 1.0 / spacing_of(image)[1]


def viewport_for(
    image: ImageStack,
    framing: Framing,
    *,
    fit_scale: float,
    pane_width: int,
    pane_height: int,
    flipped_horizontally: bool = False,
    flipped_vertically: bool = False,
) -> Viewport:
    """Place an image in a pane.

    Fitted: the chest wall touches the pane's edge on its side (right breasts: the right edge, so
    that a pair's chest walls meet), vertically centred; CT is centred both ways. Framed: the
    point of `framing` lies at the pane's centre.
    """
    row_mm, column_mm = spacing_of(image)
    scale = framing.scale if framing.scale is not None else fit_scale
    scale_row, scale_column = scale * row_mm, scale * column_mm
    width, height = image.columns * scale_column, image.rows * scale_row
    chest_left = image.chest_wall_is_left != flipped_horizontally
    if framing.scale is None:
        if image.ct is not None:
            left = (pane_width - width) / 2
        else:
            left = 0.0 if chest_left else pane_width - width
        top = (pane_height - height) / 2
    else:
        chest = framing.chest_mm * scale
        left = pane_width / 2 - chest if chest_left else pane_width / 2 + chest - width
        down = framing.vertical_mm * scale * (-1 if flipped_vertically else 1)
        top = pane_height / 2 - height / 2 - down
    return Viewport(
        pane_width=pane_width,
        pane_height=pane_height,
        image_rows=image.rows,
        image_columns=image.columns,
        scale_row=scale_row,
        scale_column=scale_column,
        left=left,
        top=top,
        flipped_horizontally=flipped_horizontally,
        flipped_vertically=flipped_vertically,
    )


def framing_of(image: ImageStack, viewport: Viewport) -> Framing:
    """The framing that reproduces a viewport of this image."""
    row_mm, column_mm = spacing_of(image)
    row, column = viewport.to_image(viewport.pane_width / 2, viewport.pane_height / 2)
    from_chest = column if image.chest_wall_is_left else image.columns - column
    return Framing(
        scale=viewport.scale_column / column_mm,
        chest_mm=from_chest * column_mm,
        vertical_mm=(row - image.rows / 2) * row_mm,
    )


def zoomed(viewport: Viewport, factor: float, device_x: float, device_y: float) -> Viewport:
    """Scale by a factor about a device point, which keeps showing the same image point."""
    return replace(
        viewport,
        scale_row=viewport.scale_row * factor,
        scale_column=viewport.scale_column * factor,
        left=device_x - (device_x - viewport.left) * factor,
        top=device_y - (device_y - viewport.top) * factor,
    )


def panned(viewport: Viewport, device_dx: float, device_dy: float) -> Viewport:
    """Shift by device pixels."""
    return replace(viewport, left=viewport.left + device_dx, top=viewport.top + device_dy)


def on_whole_pixels(viewport: Viewport) -> Viewport:
    """Move the image's corner to a whole device pixel, so that 1:1 is exact and pans are crisp."""
    return replace(viewport, left=float(round(viewport.left)), top=float(round(viewport.top)))
