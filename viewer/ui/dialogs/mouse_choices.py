"""Lets the reader choose what the mouse does on an image."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from PySide6.QtWidgets import QComboBox, QWidget

from viewer.domain.gestures import DragAction, Gestures, WheelAction

ChoiceT = TypeVar("ChoiceT", bound=Enum)

_DRAGS = {
    DragAction.ZOOM: "Zooms",
    DragAction.WINDOW: "Changes the window",
    DragAction.PAN: "Moves the image",
    DragAction.SCROLL: "Scrolls slices",
    DragAction.NONE: "Nothing",
}
_WHEELS = {
    WheelAction.SCROLL: "Scrolls slices; with Ctrl it zooms",
    WheelAction.ZOOM: "Zooms; with Ctrl it scrolls slices",
}


class MouseChoices:
    """Three lists of actions; the left button is the tool's and not among them."""

    def __init__(self, gestures: Gestures, parent: QWidget) -> None:
        self.right_drag = _choice("Right drag", list(_DRAGS.values()), parent)
        self.middle_drag = _choice("Middle drag", list(_DRAGS.values()), parent)
        self.wheel = _choice("Wheel", list(_WHEELS.values()), parent)
        self.right_drag.setCurrentText(_DRAGS[gestures.right_drag])
        self.middle_drag.setCurrentText(_DRAGS[gestures.middle_drag])
        self.wheel.setCurrentText(_WHEELS[gestures.wheel])

    @property
    def gestures(self) -> Gestures:
        """What is chosen."""
        return Gestures(
            right_drag=_chosen(self.right_drag, _DRAGS),
            middle_drag=_chosen(self.middle_drag, _DRAGS),
            wheel=_chosen(self.wheel, _WHEELS),
        )


def _choice(name: str, words: list[str], parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.addItems(words)
    return box


def _chosen(box: QComboBox, choices: dict[ChoiceT, str]) -> ChoiceT:
    return list(choices)[box.currentIndex()]
