"""The four quarters of a breast, for a look at all of it enlarged."""

from __future__ import annotations

from dataclasses import dataclass

COUNT = 4
_SAID_FROM_MM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrant:
    """Which quarter panes show, in the order they are read."""

    number: int
    """1 to 4: upper at the chest wall, upper at the nipple, lower at the nipple, lower at the
    chest wall."""
    image_ids: frozenset[str]
    """The images that show it: the one the reader steps through, and those linked to it."""
    unseen_mm: float = 0.0
    """How wide a strip of the breast lies between the quadrants, in none of them."""

    def __post_init__(self) -> None:
        if not 1 <= self.number <= COUNT:
            raise ValueError(f"quadrants are 1 to {COUNT}, got {self.number}")

    @property
    def words(self) -> str:
        """Such as "quadrant 2 of 4", and what no quadrant shows where panes are small."""
        words = f"quadrant {self.number} of {COUNT}"
        if self.unseen_mm < _SAID_FROM_MM:
            return words
        return f"{words}, {self.unseen_mm:.0f} mm between quadrants not shown"
