"""Words as this computer can show them: what no font has is said instead of drawn as boxes."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from PySide6.QtGui import QTextLayout

from viewer.ui.fonts import text_font

_PIXELS = 13


@lru_cache(maxsize=512)
def shown_text(text: str) -> str:
    """The text, each run of characters that no font of the system has replaced by how many.

    The shipped typeface is Latin, Greek and Cyrillic; for others Qt takes a font of the system.
    """
    if text.isascii():
        return text
    parts = []
    for has_font, run in groupby(text, key=lambda c: c.isspace() or _has_font(c)):
        letters = "".join(run)
        parts.append(letters if has_font else f"[{len(letters)} characters without a font]")
    return "".join(parts)


@lru_cache(maxsize=4096)
def _has_font(character: str) -> bool:
    layout = QTextLayout(character, text_font(_PIXELS))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    # Glyph 0 is the box that a font draws for what it does not have.
    return all(glyph != 0 for run in layout.glyphRuns() for glyph in run.glyphIndexes())
