"""Which modalities are drawn: a sign, a name and a switch for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from viewer.ui.flow_layout import FlowLayout
from viewer.ui.text_size import follow_text_size, text_factor

_SIGN = QSize(22, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One switch."""

    key: str
    words: str
    colour: str
    is_dashed: bool = False
    is_on: bool = True


class Legend(QWidget):
    """Switches, in further lines where the room ends."""

    switched = Signal()

    def __init__(self, entries: Sequence[LegendEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        layout = FlowLayout(self)
        for entry in entries:
            button = QToolButton(self)
            button.setObjectName("legend")
            button.setCheckable(True)
            button.setChecked(entry.is_on)
            button.setText(entry.words)
            button.setToolTip(f"Show or hide: {entry.words}")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.toggled.connect(lambda _=False: self.switched.emit())
            self._buttons[entry.key] = button
            layout.addWidget(button)
        self._entries = tuple(entries)
        follow_text_size(self, self._grow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def on(self) -> frozenset[str]:
        """The keys that are switched on."""
        return frozenset(key for key, button in self._buttons.items() if button.isChecked())

    def switch(self, key: str, is_on: bool) -> None:
        """Switch one on or off."""
        self._buttons[key].setChecked(is_on)

    def _grow(self) -> None:
        """Take the size of words."""
        for entry in self._entries:
            button = self._buttons[entry.key]
            button.setIcon(_sign(entry))
            button.setIconSize(_SIGN * text_factor())


def _sign(entry: LegendEntry) -> QIcon:
    size = _SIGN * text_factor()
    picture = QPixmap(size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(entry.colour), 2.4 * text_factor())
    if entry.is_dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    middle = size.height() // 2
    painter.drawLine(1, middle, size.width() - 1, middle)
    painter.end()
    return QIcon(picture)
