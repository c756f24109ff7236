"""What a tool in the reader's hand is told of the mouse on a pane."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, Qt


class PaneHand(Protocol):
    """Sees the mouse before the pane; all points are device pixels of the pane."""

    def press(self, button: Qt.MouseButton, point: QPointF) -> bool:
        """A button went down; whether this press is the tool's: the pane lets go of it then."""

    def drag(self, point: QPointF) -> None:
        """The pointer moved during a press of the tool."""

    def release(self, point: QPointF) -> None:
        """A press of the tool ended."""

    def hover(self, point: QPointF) -> None:
        """The pointer moved with no button down."""

    def leave(self) -> None:
        """The pointer left the pane."""

    def menu(self, point: QPointF, place: QPoint) -> bool:
        """A right click; whether the tool has a menu for it. place: in global coordinates."""
