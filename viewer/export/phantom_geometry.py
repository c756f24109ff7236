"""How a phantom's image planes stand in the patient (LPS: left, posterior, head are positive)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from inference.training.breast import View, rotate
from inference.training.imaging import ImagedView
from inference.types import Laterality

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneGeometry:
    """Directions of an image in the patient; unit vectors in LPS coordinates."""

    along_row: Vector
    """Towards higher columns."""
    along_column: Vector
    """Towards higher rows."""
    along_slices: Vector
    """Towards higher slices."""
    origin_mm: Vector
    """Centre of the first pixel of the first slice; the nipple's level is the zero point."""
    patient_orientation: tuple[str, str]

    def slice_origin(self, slice_index: int, slice_mm: float) -> Vector:
        """Return the centre of a slice's first pixel in millimetres."""
        depth = slice_index * slice_mm
        first, second, third = (
            origin + depth * step
            for origin, step in zip(self.origin_mm, self.along_slices, strict=True)
        )
        return first, second, third


def plane_geometry(imaged: ImagedView) -> PlaneGeometry:
    """Return how a view's images stand: CC seen with the axilla at the top, MLO with the head.

    Left breasts look towards higher columns, right ones towards lower.
    """
    view = imaged.view
    is_left = view.breast.laterality is Laterality.LEFT
    lateral = 1.0 if is_left else -1.0
    lateral_up, lateral_in = rotate(view.view, 1.0, 0.0)
    superior_up, superior_in = rotate(view.view, 0.0, 1.0)
    along_column = (-lateral * lateral_up, 0.0, -superior_up)
    along_slices = (lateral * lateral_in, 0.0, superior_in)
    along_row = (0.0, -1.0 if is_left else 1.0, 0.0)
    nipple_row = view.grid.row_of(view.nipple_row_mm)
    back = (-nipple_row * view.grid.pixel_mm, -view.thickness_mm / 2)
    chest_wall = view.chest_to_nipple_mm
    if not is_left:
        chest_wall -= (view.grid.columns - 1) * view.grid.pixel_mm
    origin = tuple(
        column * back[0] + deep * back[1]
        for column, deep in zip(along_column, along_slices, strict=True)
    )
    if view.view is View.CC:
        orientation = ("A", "R") if is_left else ("P", "L")
    else:
        orientation = ("A", "F") if is_left else ("P", "F")
    if not math.isclose(sum(part * part for part in along_column), 1.0):
        raise ValueError("the image's column direction is no unit vector")
    return PlaneGeometry(
        along_row=along_row,
        along_column=along_column,
        along_slices=along_slices,
        origin_mm=(origin[0], chest_wall, origin[2]),
        patient_orientation=orientation,
    )
