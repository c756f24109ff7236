"""Where the slices of a volume lie, from their own positions."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicePlaces:
    """Of every slice how far it lies from the volume's first, also where slices are missing.

    mm: ascending; the first one is above 0 where slices before it are missing.
    last_mm: of the volume's last slice, whether it is there or missing.
    Raises ValueError where these do not ascend.
    """

    mm: tuple[float, ...]
    last_mm: float

    def __post_init__(self) -> None:
        ascending = all(before < after for before, after in pairwise(self.mm))
        if not self.mm or not ascending or self.mm[0] < 0 or self.last_mm < self.mm[-1]:
            raise ValueError(f"places must ascend from 0 to {self.last_mm}, got {self.mm}")

    def nearest(self, mm: float) -> int:
        """The slice that lies nearest to a place; of two as near the later one."""
        after = bisect_left(self.mm, mm)
        if after == len(self.mm):
            return after - 1
        if after > 0 and mm - self.mm[after - 1] < self.mm[after] - mm:
            return after - 1
        return after

    def between(self, first_mm: float, end_mm: float) -> range:
        """The slices from a place up to, and without, another."""
        return range(bisect_left(self.mm, first_mm), bisect_left(self.mm, end_mm))
