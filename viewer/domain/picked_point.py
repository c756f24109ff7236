"""A place that a reader picks to find it again elsewhere; gone with the next pick."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedPoint:
    """A place in one image, in image pixels (whole = pixel edge)."""

    image_id: str
    slice_index: int
    row: float
    column: float
    offered: tuple[int, ...] = field(default=())
    """Slices of the volume of this view that were offered for the place so far."""
