"""A frame over the pane that would take what is being dragged."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from viewer.ui.pane.ink import ACCENT, faded

_WIDTH = 3.0


class DropMark(QWidget):
    """Covers its pane while something is dragged over it; the mouse goes through."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, pane: QWidget) -> None:
        """Cover a pane."""
        self.setGeometry(pane.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the frame, and a faint ground."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), faded(ACCENT, 0.12))
        painter.setPen(QPen(ACCENT, _WIDTH))
        inset = _WIDTH / 2
        painter.drawRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))
        painter.end()
