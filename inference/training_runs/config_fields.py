"""Fields of configurations: their defaults, and which values they take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """A closed interval."""

    at_least: float
    at_most: float

    def __str__(self) -> str:
        return f"from {self.at_least:g} to {self.at_most:g}"

    def __contains__(self, value: float) -> bool:
        return self.at_least <= value <= self.at_most


def ranged(at_least: float, at_most: float, *, default: Any) -> Any:
    """A field whose number must lie in a range (dataclasses.field is untyped as well)."""
    return field(default=default, metadata={"range": Range(at_least, at_most)})


def ranged_without_default(at_least: float, at_most: float) -> Any:
    """The same for a number that a configuration must state."""
    return field(metadata={"range": Range(at_least, at_most)})
