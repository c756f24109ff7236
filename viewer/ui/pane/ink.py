"""Colours and sizes of everything drawn over an image."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor

BACKGROUND: Final = QColor("#000000")
TEXT: Final = QColor("#c8ccd0")
SECONDARY: Final = QColor("#7d848c")
ACCENT: Final = QColor("#5b8fc9")
WARNING: Final = QColor("#d9a441")
ERROR: Final = QColor("#d9605a")
GROUND: Final = QColor(0, 0, 0, 150)
"""Behind words that cannot avoid tissue."""
TRUTH: Final = QColor("#e4e7ea")
"""Known findings are no answer of the AI, so they have a colour of their own."""
READER: Final = QColor("#8fc1f2")
"""Places the reader points at: neither the AI's colours nor those of known findings."""
DRAWN: Final = QColor("#f0e442")
"""What the reader draws: unlike the AI's colours for every eye, by brightness alone."""
SHADOW: Final = QColor(0, 0, 0, 190)

VIEW_SIZE: Final = 22.0
"""Logical pixels, as all sizes here."""
TEXT_SIZE: Final = 12.0
BOX_LABEL_SIZE: Final = 12.0
MESSAGE_SIZE: Final = 15.0
MARGIN: Final = 10.0
BOX_PEN: Final = 1.5
OUTLINE_PEN: Final = 1.5
DRAWN_PEN: Final = 1.5
MARK_RADIUS: Final = 13.0


def faded(colour: QColor, opacity: float) -> QColor:
    """The colour at a share of its opacity."""
    result = QColor(colour)
    result.setAlphaF(colour.alphaF() * opacity)
    return result
