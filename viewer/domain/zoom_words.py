"""The zoom of an image in words."""

from __future__ import annotations

_SAME = 1e-6


def zoom_words(zoom: float) -> str:
    """Such as "zoom 1:1" or "zoom 0.62"; what is not 1:1 never reads as if it were.

    zoom: screen pixels per image pixel.
    """
    if abs(zoom - 1.0) < _SAME:
        return "zoom 1:1"
    decimals = 2
    while decimals < 6 and round(zoom, decimals) == 1.0:
        decimals += 1
    return f"zoom {zoom:.{decimals}f}"
