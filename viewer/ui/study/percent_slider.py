"""A slider of 0 to 100 per cent that is empty until the reader places it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from viewer.study.answer import PomSource
from viewer.ui.fonts import text_font
from viewer.ui.study.field import Field
from viewer.ui.study.typed_number import TypedNumber
from viewer.ui.text_size import text_factor
from viewer.ui.theme import ACCENT, DISABLED, SECONDARY, TEXT

_HEIGHT = 30
_MARGIN = 9.0
_ABOVE = 8.0
_GROOVE = 4.0
_GROOVE_COLOUR = QColor("#3f464e")
_HANDLE = 6.5
_FINE = 0.1
_STEP = 1.0
_COARSE = 10.0
_FIRST_STEP_FROM = 0.0
_ARROWS = {Qt.Key.Key_Left: -1.0, Qt.Key.Key_Right: 1.0}
_FINE_DRAG = 0.1
"""With Shift a drag moves the handle a tenth as far."""


class PercentSlider(Field):
    """Mouse: click or drag, with Shift finely. Keys: digits, left and right by 1, with Shift by
    0.1, with Ctrl by 10; Backspace takes a typed digit back.

    Without a value there is no handle: nothing is answered. `ticks` are values marked below.
    """

    placed = Signal(float, object)
    """Per cent, and the PomSource."""

    def __init__(self, *, name: str, ticks: Sequence[float] = ()) -> None:
        super().__init__(name=name, height=_HEIGHT)
        self._percent: float | None = None
        self._others: tuple[tuple[float, QColor], ...] = ()
        self._ticks = tuple(ticks)
        self._typed = TypedNumber()
        self._drag_x: float | None = None
        self._drag_percent = 0.0

    @property
    def percent(self) -> float | None:
        """What is shown; None while nothing was placed."""
        return self._percent

    def show_percent(self, percent: float | None) -> None:
        """Show a value."""
        if percent == self._percent:
            return
        self._percent = percent
        said = "not answered" if percent is None else f"{percent:.1f} per cent"
        self.setAccessibleDescription(said)
        self.update()

    def show_others(self, others: Sequence[tuple[float, str]]) -> None:
        """Show further values as thin lines: (per cent, colour)."""
        self._others = tuple((percent, QColor(colour)) for percent, colour in others)
        self.update()

    def percent_at(self, x: float) -> float:
        """The value under a logical x, to a tenth."""
        track = self._track()
        share = (x - track.left()) / max(track.width(), 1.0)
        return round(min(max(share * 100.0, 0.0), 100.0), 1)

    def x_of(self, percent: float) -> float:
        """Where a value stands, logical x."""
        track = self._track()
        return track.left() + percent / 100.0 * track.width()

    def use_key(self, event: QKeyEvent) -> bool:
        """Arrows and digits."""
        if Qt.Key(event.key()) in _ARROWS:
            self._step(_ARROWS[Qt.Key(event.key())], event.modifiers())
            return True
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if event.key() == Qt.Key.Key_Backspace and self._typed.text:
            self._place_typed(self._typed.delete())
            return True
        text = event.text()
        if len(text) == 1 and (text in ",." or (text.isascii() and text.isdigit())):
            self._place_typed(self._typed.type(text))
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Place the value, or take hold of it."""
        if event.button() != Qt.MouseButton.LeftButton or not self.isEnabled():
            return
        x = event.position().x()
        on_handle = self._percent is not None and abs(self.x_of(self._percent) - x) <= _handle()
        if not on_handle:
            self._place(self.percent_at(x), PomSource.SLIDER)
        self._drag_x = x
        self._drag_percent = self._percent if self._percent is not None else self.percent_at(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the value."""
        if self._drag_x is None:
            return
        x = event.position().x()
        factor = _FINE_DRAG if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._drag_percent += factor * (x - self._drag_x) * 100.0 / max(self._track().width(), 1.0)
        self._drag_percent = min(max(self._drag_percent, 0.0), 100.0)
        self._drag_x = x
        self._place(round(self._drag_percent, 1), PomSource.SLIDER)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go of it."""
        del event
        self._drag_x = None

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The next digit begins a new number."""
        self._typed.clear()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw groove, ticks, other values and the handle."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = self._track()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROOVE_COLOUR)
        painter.drawRoundedRect(track, 2, 2)
        self._draw_ticks(painter, track)
        if self._percent is not None:
            self._draw_value(painter, track, self._percent)
        for percent, colour in self._others:
            x = self.x_of(percent)
            reach = 6 * text_factor()
            line = QRectF(x - 1, track.top() - reach, 2, track.height() + 2 * reach)
            painter.fillRect(line, colour)
        self.draw_focus(painter)
        painter.end()

    def _draw_ticks(self, painter: QPainter, track: QRectF) -> None:
        factor = text_factor()
        painter.setFont(text_font(9 * factor))
        for tick in self._ticks:
            x = self.x_of(tick)
            line = QRectF(x - 0.5, track.bottom() + 2 * factor, 1, 3 * factor)
            painter.fillRect(line, QColor(SECONDARY))
            box = QRectF(x - 15 * factor, track.bottom() + 4 * factor, 30 * factor, 11 * factor)
            painter.setPen(QColor(SECONDARY))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{tick:g}")

    def _draw_value(self, painter: QPainter, track: QRectF, percent: float) -> None:
        x = self.x_of(percent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ACCENT if self.isEnabled() else DISABLED))
        painter.drawRoundedRect(QRectF(track.topLeft(), QPointF(x, track.bottom())), 2, 2)
        painter.setBrush(QColor(TEXT if self.isEnabled() else SECONDARY))
        painter.drawEllipse(QPointF(x, track.center().y()), _handle(), _handle())

    def _track(self) -> QRectF:
        factor = text_factor()
        margin = _MARGIN * factor
        return QRectF(margin, _ABOVE * factor, self.width() - 2 * margin, _GROOVE * factor)

    def _step(self, direction: float, modifiers: Qt.KeyboardModifier) -> None:
        self._typed.clear()
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            size = _FINE
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            size = _COARSE
        else:
            size = _STEP
        begin = _FIRST_STEP_FROM if self._percent is None else self._percent
        self._place(round(begin + direction * size, 1), PomSource.KEYBOARD)

    def _place_typed(self, percent: float | None) -> None:
        if percent is not None:
            self._place(percent, PomSource.KEYBOARD)

    def _place(self, percent: float, source: PomSource) -> None:
        self.placed.emit(min(max(percent, 0.0), 100.0), source)


def _handle() -> float:
    """Radius of what is dragged, in logical pixels."""
    return _HANDLE * text_factor()
