"""A row of segments of which one can be chosen; none is at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from viewer.ui.fonts import text_font
from viewer.ui.study.field import Field
from viewer.ui.text_size import scaled
from viewer.ui.theme import ACCENT, DISABLED, HOVER, LINE, SECONDARY, SMALL_PIXELS, TEXT

_HEIGHT = 26
_GAP = 3.0
_CHOSEN = QColor("#24384d")


class ChoiceRow(Field):
    """Mouse: a click chooses. Keys: left and right, or the key of a choice."""

    chosen = Signal(int)
    """The index of a choice."""

    def __init__(
        self,
        *,
        name: str,
        choices: Sequence[str],
        keys: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """keys: choices by letter or digit; the same key again goes on to the next of them."""
        super().__init__(name=name, height=_HEIGHT)
        self._choices = tuple(choices)
        self._keys = dict(keys or {})
        self._index: int | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words of the segments."""
        return self._choices

    @property
    def index(self) -> int | None:
        """What is chosen; None while nothing is."""
        return self._index

    def show_index(self, index: int | None) -> None:
        """Show a choice."""
        if index == self._index:
            return
        self._index = index
        said = "not answered" if index is None else self._choices[index]
        self.setAccessibleDescription(said)
        self.update()

    def place_of(self, index: int) -> QRectF:
        """Where a choice is drawn."""
        count = len(self._choices)
        width = (self.width() - 2 - (count - 1) * _GAP) / count
        return QRectF(1 + index * (width + _GAP), 2, width, self.height() - 4)

    def use_key(self, event: QKeyEvent) -> bool:
        """Arrows step, letters and digits choose."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if event.key() == Qt.Key.Key_Right else -1)
            return True
        indices = self._keys.get(event.text().upper())
        if not indices:
            return False
        places = list(indices)
        following = places.index(self._index) + 1 if self._index in places else 0
        self.chosen.emit(places[following % len(places)])
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose what is under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton or not self.isEnabled():
            return
        for index in range(len(self._choices)):
            if self.place_of(index).contains(event.position()):
                self.chosen.emit(index)
                return

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the segments."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, words in enumerate(self._choices):
            self._draw(painter, self.place_of(index), words, is_chosen=index == self._index)
        self.draw_focus(painter)
        painter.end()

    def _draw(self, painter: QPainter, place: QRectF, words: str, *, is_chosen: bool) -> None:
        enabled = self.isEnabled()
        painter.setPen(QPen(QColor(ACCENT if is_chosen and enabled else LINE), 1))
        painter.setBrush(_CHOSEN if is_chosen else QColor(HOVER) if enabled else QColor("#1a1d20"))
        painter.drawRoundedRect(place, 3, 3)
        weight = QFont.Weight.DemiBold if is_chosen else QFont.Weight.Normal
        painter.setFont(text_font(scaled(SMALL_PIXELS), weight))
        if is_chosen:
            painter.setPen(QColor(TEXT if enabled else SECONDARY))
        else:
            painter.setPen(QColor(TEXT if enabled else DISABLED))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _step(self, by: int) -> None:
        last = len(self._choices) - 1
        begin = (-1 if by > 0 else last + 1) if self._index is None else self._index
        self.chosen.emit(min(max(begin + by, 0), last))
