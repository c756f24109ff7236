"""Icons from one set (Material Design Icons), in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache

import qtawesome
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from viewer.ui.theme import DISABLED, TEXT


@lru_cache(maxsize=128)
def icon(name: str, colour: str = TEXT) -> QIcon:
    """An icon by its name in the set, such as "mdi6.folder-open-outline"."""
    glyph: QIcon = qtawesome.icon(
        name, color=colour, color_disabled=DISABLED, color_active=colour, scale_factor=1.05
    )
    return QIcon(_KeptPictures(glyph))


class _KeptPictures(QIconEngine):
    """Draws an icon once for each size and mode: a bar that comes paints all of its icons."""

    def __init__(self, glyph: QIcon) -> None:
        super().__init__()
        self._glyph = glyph
        self._kept: dict[tuple[int, int, QIcon.Mode, QIcon.State], QPixmap] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw straight from the typeface."""
        self._glyph.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The picture kept; size in device pixels."""
        key = (size.width(), size.height(), mode, state)
        if key not in self._kept:
            self._kept[key] = self._glyph.pixmap(size, 1.0, mode, state)
        return self._kept[key]
