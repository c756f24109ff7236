"""What regions hold of the slices on screen, counted once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from viewer.domain.frame import Frame
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_regions import RegionValues, region_values
from viewer.domain.windowing import GreyScale
from viewer.rendering.slab_values import SlabParts, slab_region

_MOST = 64
"""Regions of one slice; a region that is dragged is another one at every place."""

_Region = tuple[MarkShape, tuple[ImagePoint, ...], GreyScale]


class KeptValues:
    """Counts a region's pixels once for a slice, and forgets the slice when nobody else has it."""

    def __init__(self) -> None:
        self._of_frame: WeakKeyDictionary[Frame, dict[_Region, RegionValues | None]] = (
            WeakKeyDictionary()
        )

    def of(
        self, mark: Mark, frame: Frame, grey_scale: GreyScale, slab: SlabParts | None = None
    ) -> RegionValues | None:
        """What a region holds of a slice; None when it holds no pixel but padding.

        slab: what the frame is put together from, where it is a slab; always the same of a frame.
        """
        kept = self._of_frame.setdefault(frame, {})
        region = (mark.shape, mark.points, grey_scale)
        if region not in kept:
            if len(kept) >= _MOST:
                kept.clear()
            kept[region] = (
                region_values(mark, frame, grey_scale)
                if slab is None
                else slab_region(mark, slab, grey_scale)
            )
        return kept[region]


KEPT_VALUES = KeptValues()
"""Of the whole program, as lru_cache would be: it has no state that changes an answer."""
