"""How the window draws grey: the maximum mode and the loupe."""

from __future__ import annotations

from dataclasses import dataclass, field

LOUPE_ZOOMS = (1, 2, 3, 4)
SMALLEST_LOUPE, LARGEST_LOUPE = 160, 640


@dataclass(frozen=True, slots=True, kw_only=True)
class Loupe:
    """A square that shows the full-resolution pixels around the pointer."""

    shown: bool = False
    zoom: int = 2
    """Screen pixels per image pixel."""
    side: int = 320
    """Length of a side in logical pixels."""

    def __post_init__(self) -> None:
        if self.zoom not in LOUPE_ZOOMS:
            raise ValueError(f"a loupe's zoom must be one of {LOUPE_ZOOMS}, got {self.zoom}")
        if not SMALLEST_LOUPE <= self.side <= LARGEST_LOUPE:
            raise ValueError(
                f"a loupe's side must be {SMALLEST_LOUPE}..{LARGEST_LOUPE}, got {self.side}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyView:
    """Switches of the window about how grey is drawn."""

    maximum: bool = False
    """Each screen pixel shows the brightest image pixel under it: calcifications never fade."""
    loupe: Loupe = field(default_factory=Loupe)
