"""What the mouse means on a pane: drags by button, clicks, the wheel."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from PySide6.QtCore import Qt

from viewer.domain.gestures import DragAction

WHEEL_NOTCH = 120
"""Eighths of a degree that Qt reports for one notch."""
ZOOM_PER_NOTCH = 1.15
_ZOOM_PER_PIXEL = 0.006
_PIXELS_PER_SLICE = 6.0


DEFAULT_DRAGS: Mapping[Qt.MouseButton, DragAction] = {
    Qt.MouseButton.LeftButton: DragAction.WINDOW,
    Qt.MouseButton.MiddleButton: DragAction.PAN,
    Qt.MouseButton.RightButton: DragAction.ZOOM,
}


class Accumulator:
    """Turns fine movements into whole steps without losing the remainder."""

    def __init__(self, *, per_step: float) -> None:
        self._per_step = per_step
        self._rest = 0.0

    def add(self, amount: float) -> int:
        """Add a movement and take out the whole steps it completes."""
        if amount * self._rest < 0:
            self._rest = 0.0
        self._rest += amount
        steps = int(self._rest / self._per_step)
        self._rest -= steps * self._per_step
        return steps


def wheel_steps() -> Accumulator:
    """Collects wheel movement into slices; touchpads send many small ones."""
    return Accumulator(per_step=WHEEL_NOTCH)


def drag_steps() -> Accumulator:
    """Collects a drag into slices."""
    return Accumulator(per_step=_PIXELS_PER_SLICE)


def zoom_of_wheel(angle: float) -> float:
    """The zoom factor of a wheel movement; away from the reader enlarges."""
    return float(ZOOM_PER_NOTCH ** (angle / WHEEL_NOTCH))


def zoom_of_drag(logical_dy: float) -> float:
    """The zoom factor of a vertical drag; upwards enlarges."""
    return exp(-logical_dy * _ZOOM_PER_PIXEL)
