"""What the mouse does on a pane, as far as the reader may choose it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DragAction(Enum):
    """What dragging with a button does; the value is what menus call it."""

    NONE = "nothing"
    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    SCROLL = "scroll"


class WheelAction(Enum):
    """What the wheel does; with Ctrl it does the other. The value is what menus call it."""

    SCROLL = "scroll"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gestures:
    """The reader's choice of gestures; the left button's is the tool."""

    right_drag: DragAction = DragAction.ZOOM
    middle_drag: DragAction = DragAction.PAN
    wheel: WheelAction = WheelAction.SCROLL
