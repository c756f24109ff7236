"""Keys in a painted list: a row in hand that arrows move and Enter chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QScrollArea, QWidget

from viewer.ui.theme import ACCENT

OWN_FRAME = "drawsKeyboardFrame"
"""Property of a widget that shows by itself where the keyboard is in it."""
_PAGE = 5
_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -_PAGE,
    Qt.Key.Key_PageDown: _PAGE,
}
_CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A row that can be chosen."""

    words: str
    """As a screen reader says it."""
    place: QRectF
    """Where it is drawn, in logical pixels of its widget."""
    is_current: bool = False
    """Where the keyboard starts."""


class RowKeys(QObject):
    """Keeps which row has the keyboard; keys it does not use go on to the window.

    The widget is reached by F6 and Tab, never by a click.
    """

    chosen = Signal(int)
    """The number of the row, from 0, that Enter was pressed on."""

    def __init__(self, widget: QWidget, rows: Callable[[], Sequence[ListRow]]) -> None:
        """rows: what can be chosen now, from above."""
        super().__init__(widget)
        self._widget, self._rows = widget, rows
        self._name = widget.accessibleName()
        self._row: int | None = None
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        widget.setProperty(OWN_FRAME, True)
        widget.installEventFilter(self)

    @property
    def row(self) -> ListRow | None:
        """The row in hand; None while the keyboard is elsewhere."""
        rows = self._rows()
        if self._row is None or not rows:
            return None
        return rows[min(self._row, len(rows) - 1)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take the keys of the list."""
        if event.type() == QEvent.Type.FocusIn:
            starts = (number for number, row in enumerate(self._rows()) if row.is_current)
            self._go_to(next(starts, 0))
        elif event.type() == QEvent.Type.FocusOut:
            self._row = None
            self._widget.setAccessibleName(self._name)
            self._widget.update()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press(event)
        return False

    def draw(self, painter: QPainter) -> None:
        """Frame the row in hand; the painter's unit is a logical pixel."""
        row = self.row
        if row is not None:
            painter.setPen(QPen(QColor(ACCENT), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(row.place.adjusted(1, 1, -1, -1))

    def _press(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        rows, now, key = self._rows(), self._row, Qt.Key(event.key())
        if plain != Qt.KeyboardModifier.NoModifier or now is None or not rows:
            return False
        if key in _STEPS:
            self._go_to(now + _STEPS[key])
        elif key == Qt.Key.Key_Home:
            self._go_to(0)
        elif key == Qt.Key.Key_End:
            self._go_to(len(rows) - 1)
        elif key in _CHOOSING:
            self.chosen.emit(min(now, len(rows) - 1))
        else:
            return False
        return True

    def _go_to(self, row: int) -> None:
        """Take a row in hand, in sight, and let a screen reader say it."""
        rows = self._rows()
        if not rows:
            return
        self._row = min(max(row, 0), len(rows) - 1)
        held = rows[self._row]
        number = f"{self._row + 1} of {len(rows)}"
        self._widget.setAccessibleName(f"{self._name}: {held.words}, {number}")
        self._widget.update()
        above = self._widget.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None and (inside := above.widget()) is not None:
            place = held.place.toAlignedRect()
            middle = self._widget.mapTo(inside, place.center())
            above.ensureVisible(middle.x(), middle.y(), 0, place.height() // 2 + 4)
