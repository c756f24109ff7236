"""A button that says where the reader is; its words end in dots when they find no room."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)


class TitleButton(QToolButton):
    """Wishes room for all its words; what is left out is in its tooltip."""

    def __init__(self, *, tip: str, parent: QWidget | None = None) -> None:
        """tip: what the button is for, as rich text."""
        super().__init__(parent)
        self._tip = tip
        self._words = ""
        self._say_tip()

    @property
    def words(self) -> str:
        """All it says, however much of it finds room."""
        return self._words

    @property
    def is_elided(self) -> bool:
        """Whether it has less room than its words need."""
        return self.width() < self.sizeHint().width()

    def say(self, words: str) -> None:
        """Say other words."""
        self._words = words
        self.setText(_without_mnemonics(words))
        self._say_tip()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Tell in the tooltip what the words do not."""
        super().resizeEvent(event)
        self._say_tip()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint as many words as find room."""
        del event
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        if self.is_elided:
            metrics = self.fontMetrics()
            around = self.sizeHint().width() - metrics.horizontalAdvance(self._words)
            room = max(0, self.width() - around)
            elided = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, room)
            option.text = _without_mnemonics(elided)
        painter = QStylePainter(self)
        try:
            painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        finally:
            painter.end()

    def _say_tip(self) -> None:
        cut = f"<br>{escape(self._words)}" if self.is_elided else ""
        self.setToolTip(self._tip + cut)


def _without_mnemonics(words: str) -> str:
    """Words whose ampersands are shown as they are."""
    return words.replace("&", "&&")
