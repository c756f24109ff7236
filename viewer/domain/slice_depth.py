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
    """The depth of a slice; None where the distance between slices is unknown.

    None also where the slices that depth counts from are missing: how many they were is told by
    numbers alone, which may run on from another series.

    From its own position where the slices have one, else as if they followed each other evenly.
    """
    spacing = stack.slice_spacing_mm
    if spacing is None or lacks_origin(stack):
        return None
    origin = DepthOrigin.FIRST_SLICE if stack.support_is_first is None else DepthOrigin.SUPPORT
    if stack.places is not None:
        from_first = stack.places.mm[slice_index]
        is_turned = stack.support_is_first is False
        return SliceDepth(
            mm=stack.places.last_mm - from_first if is_turned else from_first, origin=origin
        )
    steps = stack.slices - 1 - slice_index if stack.support_is_first is False else slice_index
    return SliceDepth(mm=steps * spacing, origin=origin)


def lacks_origin(stack: ImageStack) -> bool:
    """Whether slices are missing at the end that depth is counted from."""
    if stack.places is None:
        return False
    if stack.support_is_first is False:
        return stack.places.last_mm > stack.places.mm[-1]
    return stack.places.mm[0] > 0


def slice_at_depth(stack: ImageStack, depth_mm: float) -> int:
    """The slice nearest to a depth, counted from where `slice_depth` counts; at most an end."""
    if stack.places is not None:
        is_turned = stack.support_is_first is False
        return stack.places.nearest(stack.places.last_mm - depth_mm if is_turned else depth_mm)
    steps = int(depth_mm / (stack.slice_spacing_mm or 1.0) + 0.5)
    if stack.support_is_first is False:
        steps = stack.slices - 1 - steps
    return min(max(steps, 0), stack.slices - 1)


def relative_depth(stack: ImageStack, slice_index: int) -> float:
    """Where a slice of several lies, from 0, the volume's first, to 1, its last."""
    if stack.places is not None:
        return stack.places.mm[slice_index] / stack.places.last_mm
    return slice_index / (stack.slices - 1)


def slice_at_relative_depth(stack: ImageStack, relative: float) -> int:
    """The slice nearest to a relative depth."""
    if stack.places is not None:
        return stack.places.nearest(relative * stack.places.last_mm)
    return int(relative * (stack.slices - 1) + 0.5)
