"""How many levels of grey a picture for a screen has."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

GreyLevels = NDArray[np.uint8] | NDArray[np.uint16]
"""Driving levels: uint8 of 256 levels, uint16 (0..1023) of 1,024."""


class GreyDepth(Enum):
    """Bits of grey, from black 0 to white."""

    EIGHT_BITS = 8
    TEN_BITS = 10

    @property
    def levels(self) -> int:
        """How many there are."""
        return 1 << self.value

    @property
    def white(self) -> int:
        """The highest."""
        return self.levels - 1

    def nearest(self, levels: NDArray[np.float64]) -> GreyLevels:
        """Round levels of this depth, 0..white, to whole ones."""
        whole = np.floor(levels + 0.5)
        if self is GreyDepth.EIGHT_BITS:
            return whole.astype(np.uint8)
        return whole.astype(np.uint16)
