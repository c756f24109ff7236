"""Shows a test pattern pixel by pixel."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from viewer.domain.display_function import DisplayFunction
from viewer.domain.grey_depth import GreyDepth
from viewer.rendering.display_pattern import display_pattern, measuring_patch
from viewer.rendering.grey_drawing import ScreenGrey
from viewer.rendering.grey_table import Pixels, packed
from viewer.ui.backing import FORMATS, painted_depth


class PatternView(QWidget):
    """The whole pattern, or the patch of one driving level while that is measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(320, 240)
        self.setAccessibleName("Test pattern")
        self._display: DisplayFunction | None = None
        self._level: int | None = None
        self._made_for: object = None
        self._pixels: Pixels = np.zeros((1, 1), np.int32)

    @property
    def level(self) -> int | None:
        """The driving level of the patch; None while the pattern is shown."""
        return self._level

    def use(self, display: DisplayFunction | None) -> None:
        """Draw for a calibrated screen, or for one that is not."""
        self._display = display
        self.update()

    def show_level(self, level: int | None) -> None:
        """Show a patch to measure; None: the pattern again."""
        self._level = level
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint one pattern pixel on one device pixel."""
        del event
        # Asked at each painting: only now is it certain what the window keeps of grey.
        depth = painted_depth(self)
        pixels = self._drawn(depth)
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, pixels.strides[0], FORMATS[depth])
        painter = QPainter(self)
        try:
            ratio = self.devicePixelRatioF()
            painter.scale(1.0 / ratio, 1.0 / ratio)
            painter.drawImage(0, 0, image)
        finally:
            painter.end()

    def _drawn(self, depth: GreyDepth) -> Pixels:
        ratio = self.devicePixelRatioF()
        width = max(1, round(self.width() * ratio))
        height = max(1, round(self.height() * ratio))
        screen = ScreenGrey(display=self._display, depth=depth)
        wanted = width, height, self._level, screen
        if wanted != self._made_for:
            self._made_for = wanted
            levels = (
                display_pattern(width, height, screen)
                if self._level is None
                else measuring_patch(width, height, self._level, screen)
            )
            self._pixels = packed(levels, depth)
        return self._pixels
