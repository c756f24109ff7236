"""A page of the analysis window: headed blocks one below the other, scrolled as a whole."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

_MARGIN = 20
_GAP = 10
_BLOCK_GAP = 22


class Page(QScrollArea):
    """Blocks are added from the top; wide tables scroll by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget(self)
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(_MARGIN, _MARGIN - 4, _MARGIN, _MARGIN)
        self._column.setSpacing(_GAP)
        self._column.addStretch(1)
        self.setWidget(self._inside)

    def add(self, block: QWidget | QLayout) -> None:
        """Put something below what is there."""
        place = self._column.count() - 1
        if isinstance(block, QWidget):
            self._column.insertWidget(place, block)
        else:
            self._column.insertLayout(place, block)

    def add_block(self, title: str, *blocks: QWidget | QLayout, words: str = "") -> None:
        """Put a headed block below what is there."""
        if self._column.count() > 1:
            self._column.insertSpacing(self._column.count() - 1, _BLOCK_GAP - 2 * _GAP + 6)
        self.add(heading(title, self._inside))
        if words:
            self.add(hint(words, self._inside))
        for block in blocks:
            self.add(block)

    def add_words(self, text: str, *, is_warning: bool = False) -> None:
        """Put a sentence below what is there."""
        label = hint(text, self._inside)
        if is_warning:
            label.setObjectName("warning")
        self.add(label)


def heading(text: str, parent: QWidget | None = None) -> QLabel:
    """The title of a block."""
    label = QLabel(text, parent)
    label.setObjectName("heading")
    return label


def hint(text: str, parent: QWidget | None = None) -> QLabel:
    """Secondary words that wrap and can be copied."""
    label = QLabel(text, parent)
    label.setObjectName("hint")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def sentence(text: str, parent: QWidget | None = None) -> QLabel:
    """A result in words, that wraps and can be copied."""
    label = hint(text, parent)
    label.setObjectName("sentence")
    return label
