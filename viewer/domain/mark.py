"""A mark a reader draws on an image: a measurement, a region, an arrow, words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import NamedTuple

from inference.types import Laterality

LONGEST_TEXT = 500
"""Characters of a mark's words."""
MOST_POINTS = 2000
"""Of a freehand outline."""


class ImagePoint(NamedTuple):
    """A place in a displayed image; whole numbers are pixel edges."""

    row: float
    column: float


class MarkShape(Enum):
    """What a mark is; the value is what the screen says."""

    LENGTH = "length"
    ANGLE = "angle"
    """Three points; the second is the vertex."""
    ELLIPSE = "ellipse"
    """Two opposite corners of the box around it."""
    RECTANGLE = "rectangle"
    ARROW = "arrow"
    """From its tail to its tip."""
    TEXT = "text"
    POINT = "point"
    OUTLINE = "outline"
    """Freehand, closed."""
    PROBE = "probe"

    @property
    def fewest_points(self) -> int:
        """How many points make it whole; an outline may have more."""
        return _FEWEST_POINTS.get(self, 2)

    @property
    def is_region(self) -> bool:
        """True for what encloses an area."""
        return self in (MarkShape.ELLIPSE, MarkShape.RECTANGLE, MarkShape.OUTLINE)

    @property
    def is_spot(self) -> bool:
        """True for what one click sets."""
        return self.fewest_points == 1


_FEWEST_POINTS = {
    MarkShape.ANGLE: 3,
    MarkShape.OUTLINE: 3,
    MarkShape.TEXT: 1,
    MarkShape.POINT: 1,
    MarkShape.PROBE: 1,
}


class MarkClass(Enum):
    """What a reader takes the marked place for; the value is what the screen says."""

    NONE = "none"
    MASS = "mass"
    CALCIFICATION = "calcification"
    DISTORTION = "distortion"
    ASYMMETRY = "asymmetry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark; replaced, never edited."""

    mark_id: str
    image_id: str
    shape: MarkShape
    points: tuple[ImagePoint, ...]
    slice_index: int
    """Where it was drawn."""
    first_slice: int
    last_slice: int
    """It is seen from the first to the last of these, both included."""
    laterality: Laterality | None = None
    view: str = ""
    """The image's, such as RCC."""
    mark_class: MarkClass = MarkClass.NONE
    text: str = ""

    def __post_init__(self) -> None:
        count, fewest = len(self.points), self.shape.fewest_points
        most = MOST_POINTS if self.shape is MarkShape.OUTLINE else fewest
        if not fewest <= count <= most:
            raise ValueError(f"a mark of shape {self.shape.value} has {count} points")
        if not all(isfinite(value) for point in self.points for value in point):
            raise ValueError("a mark's points must be finite")
        if not 0 <= self.first_slice <= self.slice_index <= self.last_slice:
            raise ValueError(
                f"slices {self.first_slice} to {self.last_slice} do not hold {self.slice_index}"
            )
        if len(self.text) > LONGEST_TEXT:
            raise ValueError(f"a mark's text has {len(self.text)} characters")

    def is_on(self, slice_index: int) -> bool:
        """Whether a slice shows it."""
        return self.first_slice <= slice_index <= self.last_slice

    def slices_from(self, slice_index: int) -> int:
        """How many slices away it begins or ends; 0 on its own."""
        return max(self.first_slice - slice_index, slice_index - self.last_slice, 0)
