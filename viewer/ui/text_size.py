"""How large words are: the application's font carries the reader's choice."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from viewer.ui.fonts import FAMILY

BASE_PIXELS = 13
"""Logical pixels of plain text at 100 %."""
_WINDOW_EDGE = 40
_CHANGES = (
    QEvent.Type.StyleChange,
    QEvent.Type.FontChange,
    QEvent.Type.ApplicationFontChange,
)
_SIZES = re.compile(r"((?:font-size|min-height|min-width): )(\d\d+)px")
_GROWING = re.compile(r"(\d+)tx\b")
"""A length of signs that stand beside words, such as check boxes: pixels at 100 % text."""


def text_factor() -> float:
    """1.0 at 100 %; 1.0 too before the program's own typeface is in use."""
    font = QApplication.font()
    if font.family() != FAMILY or font.pixelSize() <= 0:
        return 1.0
    return font.pixelSize() / BASE_PIXELS


def scaled(logical_pixels: float) -> int:
    """A length that grows with the words, in logical pixels."""
    return round(logical_pixels * text_factor())


def is_size(percent: int) -> bool:
    """Whether words are so large already; true too before the program's typeface is in use."""
    font = QApplication.font()
    return font.family() != FAMILY or font.pixelSize() == font_pixels(percent)


def font_pixels(percent: int) -> int:
    """Logical pixels of plain text at a size in percent."""
    return round(BASE_PIXELS * percent / 100)


def scaled_sheet(style_sheet: str, percent: int) -> str:
    """A style sheet whose words and their room are so large; lines and corners stay as they are."""

    def grown(found: re.Match[str]) -> str:
        return f"{found[1]}{round(int(found[2]) * percent / 100)}px"

    signs = _GROWING.sub(lambda f: f"{round(int(f[1]) * percent / 100)}px", style_sheet)
    return _SIZES.sub(grown, signs)


def follow_text_size(widget: QWidget, grow: Callable[[], None]) -> None:
    """Let a widget take its size now, and anew whenever the size of words changes."""
    _Follower(widget, grow)


def no_wider(widget: QWidget, width: int) -> None:
    """Let a widget be no wider than so many logical pixels at 100 % text, grown with the words."""
    follow_text_size(widget, lambda: widget.setMaximumWidth(scaled(width)))


def size_dialog(dialog: QDialog, width: int, height: int) -> None:
    """Give a dialog its first size at 100 % text, grown with the words, within its window."""
    width, height = scaled(width), scaled(height)
    parent = dialog.parentWidget()
    if parent is not None:
        window = parent.window()
        width = min(width, window.width() - _WINDOW_EDGE)
        height = min(height, window.height() - _WINDOW_EDGE)
    dialog.resize(width, height)


class _Follower(QObject):
    """Sees the widget's changes of style and font."""

    def __init__(self, widget: QWidget, grow: Callable[[], None]) -> None:
        super().__init__(widget)
        self._grow = grow
        self._factor = text_factor()
        widget.installEventFilter(self)
        grow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Grow once for each change."""
        if event.type() in _CHANGES and text_factor() != self._factor:
            self._factor = text_factor()
            self._grow()
        return False
