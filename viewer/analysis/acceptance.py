"""Whether a reader's mark is on a lesion: the rule is fixed in the protocol, in millimetres."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from viewer.study.answer import Mark
from viewer.study.truth import TruthEntry

SLICE_MM = 1.0
"""Distance of reconstructed tomosynthesis slices, the same with all makers to rounding."""


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest lesion that a mark is on, or how far the nearest one is."""

    lesion_id: str
    """"" where the mark is on none."""
    distance_mm: float | None
    """In the image plane; None without a lesion in the view, or without pixel spacing."""


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """A mark counts when it is near enough to a lesion's centre, in its own image."""

    radius_mm: float

    def __str__(self) -> str:
        """The rule in words."""
        slices = int(self.radius_mm / SLICE_MM)
        return (
            "same breast and image (or view, where the truth names no image); at most "
            f"{self.radius_mm:g} mm from the lesion's centre in the image plane; in a volume at "
            f"most {slices} slices of {SLICE_MM:g} mm from its slice"
        )

    def match(self, mark: Mark, lesions: Iterable[TruthEntry]) -> Match:
        """The nearest lesion within reach; lesions: of the mark's breast, all views."""
        distances = [(_distance_mm(mark, lesion), lesion) for lesion in lesions]
        known = [(mm, lesion) for mm, lesion in distances if mm is not None]
        reached = [
            (mm, lesion)
            for mm, lesion in known
            if mm <= self.radius_mm and self._is_near_slice(mark, lesion)
        ]
        if reached:
            distance, lesion = min(reached, key=lambda found: found[0])
            return Match(lesion.lesion_id, distance)
        return Match("", min((mm for mm, _ in known), default=None))

    def _is_near_slice(self, mark: Mark, lesion: TruthEntry) -> bool:
        if lesion.slice_index is None:
            return True
        return abs(mark.slice_index - lesion.slice_index) * SLICE_MM <= self.radius_mm


def _distance_mm(mark: Mark, lesion: TruthEntry) -> float | None:
    """None where the lesion is not placed in the mark's image, or the spacing is unknown."""
    spacing = spacing_mm(mark)
    if not lesion.lesion_id or lesion.row is None or lesion.column is None or spacing is None:
        return None
    if not _is_same_image(mark, lesion):
        return None
    return math.hypot((mark.row - lesion.row) * spacing, (mark.column - lesion.column) * spacing)


def _is_same_image(mark: Mark, lesion: TruthEntry) -> bool:
    """Pixels of one image say nothing in another; without an image the place is the view's."""
    if lesion.image_id:
        return lesion.image_id == mark.image_id
    return lesion.view.upper() == mark.view.upper()


def spacing_mm(mark: Mark) -> float | None:
    """Millimetres a pixel (they are square), from the mark's coordinates; None where unknown."""
    for millimetres, pixels in ((mark.row_mm, mark.row), (mark.column_mm, mark.column)):
        if millimetres is not None and pixels > 0.0:
            return millimetres / pixels
    return None
