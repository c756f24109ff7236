"""How far a breast reaches in its image, and how a pane shows one corner of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viewer.domain.image_stack import ImageStack
from viewer.domain.viewport import Framing, spacing_of

TissueBox = tuple[float, float, float, float]
"""top, left, bottom, right in image pixels."""
_MARGIN_MM = 2.0
_LARGEST_MARGIN = 0.04
"""Of the breast: less than half of what neighbouring quadrants share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastReach:
    """In millimetres: rows from the image's middle row, depth from its chest wall edge."""

    top_mm: float
    bottom_mm: float
    near_mm: float
    far_mm: float

    @property
    def height_mm(self) -> float:
        """From the uppermost to the lowest tissue."""
        return self.bottom_mm - self.top_mm

    @property
    def depth_mm(self) -> float:
        """From the chest wall to the farthest skin."""
        return self.far_mm - self.near_mm


def reach_of(image: ImageStack, box: TissueBox) -> BreastReach:
    """Return how far the tissue in a box of an image reaches."""
    top, left, bottom, right = box
    row_mm, column_mm = spacing_of(image)
    near, far = left, right
    if not image.chest_wall_is_left:
        near, far = image.columns - right, image.columns - left
    middle = image.rows / 2
    return BreastReach(
        top_mm=(top - middle) * row_mm,
        bottom_mm=(bottom - middle) * row_mm,
        near_mm=near * column_mm,
        far_mm=far * column_mm,
    )


def united(reaches: Iterable[BreastReach]) -> BreastReach:
    """Return what holds all of them, so that right and left are framed as mirror images.

    Raises ValueError when there is none.
    """
    every = tuple(reaches)
    return BreastReach(
        top_mm=min(reach.top_mm for reach in every),
        bottom_mm=max(reach.bottom_mm for reach in every),
        near_mm=min(reach.near_mm for reach in every),
        far_mm=max(reach.far_mm for reach in every),
    )


def corner_framing(
    reach: BreastReach, number: int, scale: float, pane_size: tuple[int, int]
) -> Framing:
    """Frame quadrant 1 to 4 of a breast (as in `Quadrant.number`) at device pixels per mm.

    The quadrant's outer sides lie at the pane's: what is left over shows more of the breast, not
    of the air. Where the whole depth fits, the chest wall stays at the pane's edge.
    """
    width, height = pane_size[0] / scale, pane_size[1] / scale
    at_nipple, lower = number in (2, 3), number in (3, 4)
    chest = reach.near_mm + width / 2
    far = reach.far_mm + _margin(reach.depth_mm)
    if at_nipple and far - reach.near_mm > width:
        chest = far - width / 2
    margin = _margin(reach.height_mm)
    top, bottom = reach.top_mm - margin, reach.bottom_mm + margin
    vertical = (top + bottom) / 2
    if bottom - top > height:
        vertical = bottom - height / 2 if lower else top + height / 2
    return Framing(scale=scale, chest_mm=chest, vertical_mm=vertical)


def unseen_mm(reach: BreastReach, scale: float, pane_size: tuple[int, int]) -> float:
    """How wide a strip of the breast is in none of its four corners; 0: there is none."""
    depth = reach.depth_mm + _margin(reach.depth_mm)
    height = reach.height_mm + 2 * _margin(reach.height_mm)
    return max(0.0, depth - 2 * pane_size[0] / scale, height - 2 * pane_size[1] / scale)


def _margin(length_mm: float) -> float:
    return min(_MARGIN_MM, _LARGEST_MARGIN * length_mm)
