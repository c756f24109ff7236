"""What goes on below a scrolled part fades out instead of being cut through a row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from viewer.ui.text_size import scaled
from viewer.ui.theme import CHROME

_HEIGHT = 30
"""Logical pixels at 100 % text: more than a row."""
_SOLID = 0.6
"""Of the height, from below, nothing shows through."""


class ScrollFade(QWidget):
    """Lies at the lower edge of a scroll area while there is more below."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area.viewport())
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        area.viewport().installEventFilter(self)
        bar = area.verticalScrollBar()
        bar.valueChanged.connect(self._follow)
        bar.rangeChanged.connect(self._follow)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay at the lower edge."""
        if event.type() == QEvent.Type.Resize:
            self._follow()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Let the ground come up through the words."""
        del event
        ground, clear = QColor(CHROME), QColor(CHROME)
        clear.setAlpha(0)
        fade = QLinearGradient(0, 0, 0, self.height())
        fade.setColorAt(0, clear)
        fade.setColorAt(1 - _SOLID, ground)
        fade.setColorAt(1, ground)
        painter = QPainter(self)
        painter.fillRect(self.rect(), fade)
        painter.end()

    @Slot()
    def _follow(self) -> None:
        bar, room = self._area.verticalScrollBar(), self._area.viewport()
        height = min(scaled(_HEIGHT), room.height())
        self.setGeometry(0, room.height() - height, room.width(), height)
        self.setVisible(bar.value() < bar.maximum())
        self.raise_()
