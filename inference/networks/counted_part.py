"""A part of a network and how often one exam image runs it: what costs are counted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from torch import Tensor


class CountedPart(NamedTuple):
    """One call, repeated."""

    run: Callable[[Tensor], object]
    shape: tuple[int, ...]
    """Of its argument."""
    times: int


class Counted(Protocol):
    """A network that says what it runs."""

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What scoring a volume of so many slices runs; a 2D network ignores the number."""
        ...
