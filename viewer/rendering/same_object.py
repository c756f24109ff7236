"""Comparison by identity, for caches of things that are too large to compare."""

from __future__ import annotations


class SameObject:
    """Equal to another wrapper of the same object; keeps it alive, so its address stays its own."""

    __slots__ = ("_held",)

    def __init__(self, held: object) -> None:
        self._held = held

    @property
    def held(self) -> object:
        """The object itself."""
        return self._held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameObject) and self._held is other._held

    def __hash__(self) -> int:
        return id(self._held)
