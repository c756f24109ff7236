"""What marks measure on an image: lengths, areas, angles, each saying how it was derived."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot

from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_regions import area_of
from viewer.domain.viewport import spacing_of

UNKNOWN_SPACING = "pixel spacing unknown"
IN_WIDTHS = "pixel spacing unknown, pixels not square: counted in pixel widths"
_SHORTEST_ARM_MM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A value with its unit; never millimetres of an image whose spacing is unknown."""

    value: float
    unit: str
    """mm, mm², px, px² or °."""
    derivation: str = ""
    """Where the spacing comes from; empty for angles of square pixels."""

    @property
    def words(self) -> str:
        """Such as 23.4 mm, 112 mm², 812 px or 43.5°."""
        decimals = 0 if self.unit.startswith("px") or self.value >= 1000 else 1
        blank = "" if self.unit == "°" else " "
        return f"{self.value:.{decimals}f}{blank}{self.unit}"


def distance(image: ImageStack, start: ImagePoint, end: ImagePoint) -> Measure:
    """From place to place, in millimetres, or in pixels when the spacing is unknown.

    Pixels that are not square are counted in their widths, so that every direction counts alike.
    """
    down, across = end.row - start.row, end.column - start.column
    spacing = image.spacing
    if spacing is None:
        length = hypot(down * image.pixel_aspect, across)
        return Measure(value=length, unit="px", derivation=_without_spacing(image))
    length = hypot(down * spacing.row_mm, across * spacing.column_mm)
    return Measure(value=length, unit="mm", derivation=spacing.derivation)


def area(image: ImageStack, mark: Mark) -> Measure:
    """Of a region, in square millimetres, or in square pixels when the spacing is unknown."""
    spacing = image.spacing
    if spacing is None:
        value = area_of(mark, image.pixel_aspect, 1.0)
        return Measure(value=value, unit="px²", derivation=_without_spacing(image))
    value = area_of(mark, spacing.row_mm, spacing.column_mm)
    return Measure(value=value, unit="mm²", derivation=spacing.derivation)


def angle(image: ImageStack, mark: Mark) -> Measure | None:
    """At the second point, 0 to 180 degrees; None while an arm has no length.

    Without a spacing the pixels are taken for square, unless their proportion is known.
    """
    row_mm, column_mm = spacing_of(image)
    first, vertex, second = mark.points
    arms = [
        ((end.row - vertex.row) * row_mm, (end.column - vertex.column) * column_mm)
        for end in (first, second)
    ]
    if min(hypot(*arm) for arm in arms) < _SHORTEST_ARM_MM:
        return None
    (down, across), (other_down, other_across) = arms
    beside = abs(down * other_across - across * other_down)
    along = down * other_down + across * other_across
    derivation = ""
    if image.spacing is None:
        square = image.pixel_aspect == 1.0
        derivation = "pixels taken for square" if square else "by the pixels' aspect ratio"
    return Measure(value=degrees(atan2(beside, along)), unit="°", derivation=derivation)


def _without_spacing(image: ImageStack) -> str:
    return UNKNOWN_SPACING if image.pixel_aspect == 1.0 else IN_WIDTHS


def from_chest_wall(image: ImageStack, point: ImagePoint) -> Measure | None:
    """How far a place lies from the chest wall's edge; None where there is none, as in CT."""
    if image.ct is not None or image.view.laterality is None:
        return None
    wall = 0.0 if image.chest_wall_is_left else float(image.columns)
    return distance(image, ImagePoint(point.row, wall), point)


def measure(image: ImageStack, mark: Mark) -> Measure | None:
    """What a mark measures; None for those that measure nothing."""
    if mark.shape is MarkShape.LENGTH:
        return distance(image, *mark.points)
    if mark.shape is MarkShape.ANGLE:
        return angle(image, mark)
    return area(image, mark) if mark.shape.is_region else None
