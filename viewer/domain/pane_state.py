"""How one pane shows its image: presentation, never data."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.domain.slab import NO_SLAB, Slab
from viewer.domain.viewport import FITTED, Framing
from viewer.domain.windowing import Voi


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneState:
    """What a pane shows and how; replaced, never edited."""

    image_id: str | None = None
    slice_index: int = 0
    preset: int = 0
    """Which of the header's windows and LUTs is used while `window` is None."""
    window: Voi | None = None
    """A window the reader dragged; None uses the preset."""
    inverted: bool = False
    flipped_horizontally: bool = False
    flipped_vertically: bool = False
    framing: Framing = FITTED
    slab: Slab = NO_SLAB
    """Of volumes: neighbouring slices shown as one picture."""
