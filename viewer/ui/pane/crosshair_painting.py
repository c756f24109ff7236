"""A fine crosshair with a free middle."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from viewer.ui.pane.ink import SHADOW, TRUTH

GAP = 14
"""Logical pixels from the middle to each arm: a calcification of half a millimetre stays free."""
ARM = 14
"""How long an arm is."""


def paint_crosshair(painter: QPainter, side: int, *, scale: float) -> None:
    """Paint four arms about the middle of a square, light with a dark rim, on whole pixels.

    side: of the square, in the painter's device pixels. scale: device pixels per logical pixel.
    """
    line, rim = max(1, int(scale)), max(1, int(scale))
    start, end = round(GAP * scale), round((GAP + ARM) * scale)
    first = (side - line) // 2
    arms = [
        QRect(across, first, end - start, line)
        for across in ((side - 1) // 2 - end + 1, side // 2 + start)
    ]
    arms += [QRect(arm.y(), arm.x(), arm.height(), arm.width()) for arm in arms]
    for arm in arms:
        painter.fillRect(arm.adjusted(-rim, -rim, rim, rim), SHADOW)
    for arm in arms:
        painter.fillRect(arm, TRUTH)
