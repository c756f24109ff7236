"""A place a reader points at, as panes show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMark:
    """A numbered place on one slice, in pixels of the displayed image (whole = pixel edge)."""

    mark_id: str
    number: int
    image_id: str
    slice_index: int
    row: float
    column: float
    words: str = ""
    """Beside the number, such as "mass 80 %"."""
    selected: bool = False
