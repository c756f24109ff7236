"""A slab: neighbouring slices of a volume shown as one picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from viewer.domain.image_stack import ImageStack

THICKNESSES = (3.0, 5.0, 10.0, 20.0)
"""Millimetres, or slices where their distance is unknown; thinner than these is one slice."""


class SlabMode(Enum):
    """How the slices of a slab become one value; the value is what the screen says."""

    MEAN = "mean"
    MAXIMUM = "maximum"
    """The brightest: small dense things stand out."""
    MINIMUM = "minimum"
    """The darkest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """What a reader wants: how thick, and how slices are put together."""

    thickness: float = 0.0
    """One of THICKNESSES; 0 shows the slice alone."""
    mode: SlabMode = SlabMode.MEAN

    def __post_init__(self) -> None:
        if self.thickness < 0:
            raise ValueError(f"a slab cannot be {self.thickness:g} thick")


NO_SLAB = Slab()


def thicknesses_of(stack: ImageStack) -> tuple[float, ...]:
    """The thicknesses that put two or more slices of a stack together."""
    return tuple(thickness for thickness in THICKNESSES if _count(thickness, stack) > 1)


def slab_slices(slab: Slab, slice_index: int, stack: ImageStack) -> range:
    """The slices shown, about `slice_index`; fewer where the volume ends.

    The number of slices is the one whose thickness is nearest to the wanted one, at least 1. Of an
    even number one more lies behind (towards the last slice). Where slices are missing, those that
    lie within that thickness.
    """
    spacing = stack.slice_spacing_mm or 1.0
    count = _count(slab.thickness, stack)
    before = (count - 1) // 2
    if stack.places is not None:
        start_mm = stack.places.mm[slice_index] - (before + 0.5) * spacing
        near = stack.places.between(start_mm, start_mm + count * spacing)
        return range(min(near.start, slice_index), max(near.stop, slice_index + 1))
    first = slice_index - before
    return range(max(0, first), min(stack.slices, first + count))


def _count(thickness: float, stack: ImageStack) -> int:
    return max(1, int(thickness / (stack.slice_spacing_mm or 1.0) + 0.5))


def is_slab(slab: Slab, slice_index: int, stack: ImageStack) -> bool:
    """Whether more than one slice is put together."""
    return slab.thickness > 0 and len(slab_slices(slab, slice_index, stack)) > 1


def slab_words(slab: Slab, slice_index: int, stack: ImageStack) -> str:
    """Such as "slab mean 5.0 mm, slices 30-34": the thickness that is shown, not the wanted one."""
    shown = slab_slices(slab, slice_index, stack)
    numbers = f"slices {shown.start + 1}-{shown.stop}"
    spacing = stack.slice_spacing_mm
    if spacing is None:
        return f"slab {slab.mode.value} of {len(shown)} slices, spacing unknown, {numbers}"
    thickness = len(shown) * spacing
    missing = 0
    if stack.places is not None:
        places = stack.places.mm[shown.start : shown.stop]
        thickness = places[-1] - places[0] + spacing
        # Elsewhere a wide step is how the slices lie.
        if stack.missing_slices:
            steps = (after - before for before, after in pairwise(places))
            missing = sum(max(0, round(step / spacing) - 1) for step in steps)
    gap = f", {missing} missing" if missing else ""
    return f"slab {slab.mode.value} {thickness:.1f} mm, {numbers}{gap}"
