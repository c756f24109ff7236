"""Seeded chance whose draws are the same with every version of numpy."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")

_WORDS = 1 << 64


class Chance:
    """Draws from PCG64, seeded by the SHA-256 of words joined by bars.

    Only the raw 64-bit words of the generator are used: numpy promises those for ever, but not
    what its own shuffle makes of them.
    """

    def __init__(self, *seed_words: str) -> None:
        digest = hashlib.sha256("|".join(seed_words).encode("utf-8")).digest()
        self._bits = np.random.PCG64(int.from_bytes(digest, "big"))

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1, all equally likely."""
        if not 0 < bound <= _WORDS:
            raise ValueError(f"bound must be 1 to 2**64, got {bound}")
        fair = _WORDS - _WORDS % bound
        while True:
            word = int(self._bits.random_raw())
            if word < fair:
                return word % bound

    def one_of(self, items: Sequence[Item]) -> Item:
        """One of the items; raises ValueError when there is none."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The items in an order of which all are equally likely (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """So many different ones of the items, in random order."""
        if not 0 <= count <= len(items):
            raise ValueError(f"cannot draw {count} of {len(items)}")
        moved: dict[int, int] = {}
        chosen = []
        # Fisher and Yates from the front, stopped early; `moved` stands for a copy of the items.
        for place in range(count):
            other = place + self.below(len(items) - place)
            chosen.append(items[moved.get(other, other)])
            moved[other] = moved.get(place, place)
        return chosen
