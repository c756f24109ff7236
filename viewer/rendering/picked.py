"""A picked point in its own view, and the arc it may lie on in the other projection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from viewer.domain.image_stack import ImageStack
from viewer.domain.picked_point import PickedPoint
from viewer.rendering.breast_shape import BreastShape

ShapeOf = Callable[[ImageStack], BreastShape | None]
_STEPS = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedDrawing:
    """Lines in image pixels, (row, column)."""

    cross: tuple[float, float] | None = None
    arcs: tuple[tuple[tuple[float, float], ...], ...] = ()
    """The parts of the arc that lie in the breast's box."""
    words: str = ""
    """For the corner text: what the arc is, or why there is none."""


def picked_drawing(
    picked: PickedPoint, source: ImageStack, shown: ImageStack, shape_of: ShapeOf
) -> PickedDrawing | None:
    """What a pane that shows `shown` draws of a point picked in `source`; None: nothing.

    In the ipsilateral other projection: the points as far from the nipple as the picked one is in
    its own view. An approximation: both compressions move tissue, and the nipple is estimated as
    the skin farthest from the chest wall.
    """
    if shown.image_id == source.image_id:
        return PickedDrawing(cross=(picked.row, picked.column), words="picked point")
    if not _is_other_projection(source, shown):
        return None
    if any(image.view.shows_a_part or image.partial_view for image in (source, shown)):
        return PickedDrawing(words="no arc: an image shows a part of the breast")
    if source.spacing is None or shown.spacing is None:
        return PickedDrawing(words="no arc: millimetres per pixel unknown")
    own, other = shape_of(source), shape_of(shown)
    if own is None or own.nipple is None:
        return PickedDrawing(words="no arc: nipple not found in the picked view")
    if other is None or other.nipple is None:
        return PickedDrawing(words="no arc: nipple not found in this view")
    radius_mm = hypot(
        (picked.row - own.nipple[0]) * source.spacing.row_mm,
        (picked.column - own.nipple[1]) * source.spacing.column_mm,
    )
    arcs = arc_parts(other, other.nipple, radius_mm, shown)
    words = f"approximate arc, {radius_mm:.0f} mm from the nipple"
    return PickedDrawing(arcs=arcs, words=words if arcs else f"{words}, outside this image")


def arc_parts(
    shape: BreastShape, nipple: tuple[float, float], radius_mm: float, image: ImageStack
) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The circle about the nipple, where it lies in the breast's box; open lines."""
    if image.spacing is None:
        return ()
    rows, columns = radius_mm / image.spacing.row_mm, radius_mm / image.spacing.column_mm
    away = 1.0 if image.chest_wall_is_left else -1.0
    parts: list[list[tuple[float, float]]] = [[]]
    # Begun at the air beyond the nipple, so that no part is cut in two.
    for step in range(_STEPS + 1):
        angle = 2 * pi * step / _STEPS
        row = nipple[0] + rows * sin(angle)
        column = nipple[1] + away * columns * cos(angle)
        if shape.top <= row <= shape.bottom and shape.left <= column <= shape.right:
            parts[-1].append((row, column))
        elif parts[-1]:
            parts.append([])
    return tuple(tuple(part) for part in parts if len(part) > 1)


def _is_other_projection(source: ImageStack, shown: ImageStack) -> bool:
    one, other = source.view, shown.view
    if one.position is None or other.position is None or one.laterality is None:
        return False
    return (
        one.laterality is other.laterality and one.position.is_lateral != other.position.is_lateral
    )
