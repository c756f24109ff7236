"""How the image lay that marks were drawn on, and the same marks on an image laid otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from viewer.domain.geometry import Orientation
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLayout:
    """Size and orientation of an image as displayed: what a mark's rows and columns mean."""

    rows: int
    columns: int
    orientation: Orientation

    @property
    def stored_shape(self) -> tuple[int, int]:
        """(rows, columns) of the pixels as stored."""
        return self.orientation.shape(self.rows, self.columns)


def layout_of(image: ImageStack) -> ImageLayout:
    """How an image is displayed now."""
    return ImageLayout(rows=image.rows, columns=image.columns, orientation=image.orientation)


def laid_anew(mark: Mark, before: ImageLayout, now: ImageLayout) -> Mark:
    """The same mark on the same tissue, for an image that is laid otherwise.

    Raises ValueError when the stored pixels are of another size: then it is another image.
    """
    if before.stored_shape != now.stored_shape:
        raise ValueError(f"an image of {before.stored_shape} is none of {now.stored_shape}")
    if before == now:
        return mark
    points = tuple(_displayed(_stored(point, before), now) for point in mark.points)
    return replace(mark, points=points)


def _stored(point: ImagePoint, layout: ImageLayout) -> ImagePoint:
    row, column = point
    if layout.orientation.rows_reversed:
        row = layout.rows - row
    if layout.orientation.columns_reversed:
        column = layout.columns - column
    return ImagePoint(column, row) if layout.orientation.transposed else ImagePoint(row, column)


def _displayed(point: ImagePoint, layout: ImageLayout) -> ImagePoint:
    row, column = point
    if layout.orientation.transposed:
        row, column = column, row
    if layout.orientation.rows_reversed:
        row = layout.rows - row
    if layout.orientation.columns_reversed:
        column = layout.columns - column
    return ImagePoint(row, column)
