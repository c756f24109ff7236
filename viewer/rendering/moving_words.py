"""What a pane says of moving through its volume: slab, cine, slices seen, quadrant."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.rendering.captions import Badge, CornerLine


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingWords:
    """Lines that stay when corner text is off, since they say what is on screen."""

    slab: str = ""
    slab_missing: int = 0
    """How many slices of the slab are not part of the picture."""
    slab_slices: int = 0
    cine: str = ""
    all_seen: bool = False
    quadrant: str = ""
    picked: str = ""
    """Of a point picked here or in the other projection."""

    @property
    def lines(self) -> tuple[CornerLine, ...]:
        """Corner text above slice, zoom and window."""
        seen = "\N{CHECK MARK} all slices seen" if self.all_seen else ""
        return tuple(
            CornerLine(text, kept=text if text == self.slab else None)
            for text in (self.picked, self.quadrant, self.cine, self.slab, seen)
            if text
        )

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Warnings."""
        if not self.slab_missing:
            return ()
        return (
            Badge(f"slab incomplete: {self.slab_missing} of {self.slab_slices} slices not read"),
        )


NOT_MOVING = MovingWords()
