"""The words beside the mouse in a plot: always within it, never under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

_GAP = 14


class PlotTip(QLabel):
    """A label over a plot."""

    def __init__(self, plot: QWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setObjectName("plotTip")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def say(self, words: str, at: QPoint) -> None:
        """Say something beside a place of the plot; "" says nothing."""
        self.setText(words)
        self.setVisible(bool(words))
        if not words:
            return
        self.adjustSize()
        room = self._plot.rect()
        left = at.x() + _GAP
        if left + self.width() > room.right():
            left = at.x() - _GAP - self.width()
        top = at.y() - _GAP - self.height()
        if top < room.top():
            top = at.y() + _GAP
        self.move(max(room.left(), left), top)
        self.raise_()
