"""How deep a slice lies, in millimetres, and from where that is counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from viewer.domain.image_stack import ImageStack


class DepthOrigin(Enum):
    """What a depth is counted from; the value is what the screen says."""

    FIRST_SLICE = "from first slice"
    SUPPORT = "from support side"
    """From the slice nearest to the breast support, as the planes' positions tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceDepth:
    """A depth and its origin."""

    mm: float
    origin: DepthOrigin

    @property
    def words(self) -> str:
        """Such as "33.0 mm from support side"."""
        return f"{self.short_words} {self.origin.value}"

    @property
    def short_words(self) -> str:
        """Such as "33.0 mm", for where the origin is said elsewhere."""
        return f"{self.mm:.1f} mm"


def slice_depth(stack: ImageStack, slice_index: int) -> SliceDepth | None:
    """The depth of a slice; None where the distance between slices is unknown."""
    spacing = stack.slice_spacing_mm
    if spacing is None:
        return None
    if stack.support_is_first is None:
        return SliceDepth(mm=slice_index * spacing, origin=DepthOrigin.FIRST_SLICE)
    steps = slice_index if stack.support_is_first else stack.slices - 1 - slice_index
    return SliceDepth(mm=steps * spacing, origin=DepthOrigin.SUPPORT)
