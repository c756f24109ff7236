"""What a CT series is: its plane, how radiologists view it, the usual windows.

Directions are those of DICOM: x to the patient's left, y to the back, z to the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from viewer.domain.geometry import Orientation
from viewer.domain.windowing import Window

Direction = tuple[float, float, float]

_NEARLY_ALONG = 0.9
"""Cosine to an axis up to which a slice is of that plane; gantries tilt by up to 25 degrees."""


class Plane(Enum):
    """How slices lie in the patient; the value is what the screen says."""

    AXIAL = "Axial"
    CORONAL = "Coronal"
    SAGITTAL = "Sagittal"
    OBLIQUE = "Oblique"
    UNKNOWN = "Unknown plane"


@dataclass(frozen=True, slots=True, kw_only=True)
class CtFacts:
    """What is known of a CT image besides what every image has."""

    plane: Plane
    is_localizer: bool = False
    """A scout view, from which slices were planned."""
    edges: tuple[str, str, str, str] | None = None
    """What the displayed image shows towards left, right, top, bottom, such as R, L, A, P."""
    obstacle: str = ""
    """Why no model is given the series; empty when it may be."""

    @property
    def title(self) -> str:
        """What stands where a mammogram's view stands."""
        return "Localizer" if self.is_localizer else self.plane.value


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidPlane:
    """How slices are laid and in which order they are scrolled."""

    plane: Plane
    orientation: Orientation
    edges: tuple[str, str, str, str]
    depth: Direction
    """The direction in which one scrolls: to the feet, to the back, or to the left."""


# For each dominant axis of the normal: the plane, where columns and rows of the displayed image
# increase to, and where one scrolls to.
_VIEWED = {
    0: (Plane.SAGITTAL, (0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
    1: (Plane.CORONAL, (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    2: (Plane.AXIAL, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}
_LETTERS = (("R", "L"), ("A", "P"), ("F", "H"))


def laid_plane(columns_to: Direction, rows_to: Direction) -> LaidPlane | None:
    """How to view slices whose columns and rows increase in these directions.

    The patient's right is on the left, the front on top; of coronal and sagittal slices the head
    is on top. None when the directions are no plane: not of length 1, or not at right angles.
    """
    across, down = np.array(columns_to), np.array(rows_to)
    lengths = np.linalg.norm(across), np.linalg.norm(down)
    if not np.allclose(lengths, 1.0, atol=0.02) or abs(float(across @ down)) > 0.02:
        return None
    normal = np.cross(across, down)
    axis = int(np.argmax(np.abs(normal)))
    plane, wanted_columns, wanted_rows, scrolled = _VIEWED[axis]
    transposed = abs(float(across @ wanted_rows)) > abs(float(across @ wanted_columns))
    if transposed:
        across, down = down, across
    columns_reversed = float(across @ wanted_columns) < 0
    rows_reversed = float(down @ wanted_rows) < 0
    across, down = (-across if columns_reversed else across), (-down if rows_reversed else down)
    depth = normal if float(normal @ scrolled) > 0 else -normal
    return LaidPlane(
        plane=plane if abs(normal[axis]) >= _NEARLY_ALONG else Plane.OBLIQUE,
        orientation=Orientation(
            transposed=transposed, rows_reversed=rows_reversed, columns_reversed=columns_reversed
        ),
        edges=(_letter(-across), _letter(across), _letter(-down), _letter(down)),
        depth=(float(depth[0]), float(depth[1]), float(depth[2])),
    )


def _letter(direction: NDArray[np.float64]) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return _LETTERS[axis][int(direction[axis] > 0)]


LUNG = Window(center=-600, width=1500, explanation="lung")
SOFT_TISSUE = Window(center=40, width=400, explanation="soft tissue")
BONE = Window(center=400, width=1800, explanation="bone")
BRAIN = Window(center=40, width=80, explanation="brain")
EMBOLISM = Window(center=100, width=700, explanation="pulmonary vessels")
LIVER = Window(center=60, width=160, explanation="liver")


def usual_windows(body_part: str) -> tuple[Window, ...]:
    """Windows in Hounsfield units, the first for a start; a head begins with the brain.

    body_part: DICOM Body Part Examined, upper case.
    """
    if body_part in ("HEAD", "BRAIN", "SKULL"):
        return (BRAIN, SOFT_TISSUE, BONE, LUNG, EMBOLISM, LIVER)
    return (LUNG, SOFT_TISSUE, BONE, BRAIN, EMBOLISM, LIVER)
