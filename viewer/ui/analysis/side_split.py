"""Plots at the left, figures at the right, with a line between them that can be moved."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from viewer.ui.text_size import follow_text_size, scaled

_LARGEST_SHARE = 0.53


class SideSplit(QSplitter):
    """The figures have the width their words need, until somebody moves the line."""

    def __init__(
        self, plots: QWidget, figures: QWidget, *, width: int, parent: QWidget | None = None
    ) -> None:
        """width: of the figures, in logical pixels at 100 % text."""
        super().__init__(parent)
        self._width = width
        self._was_moved = False
        self.addWidget(plots)
        self.addWidget(figures)
        self.setStretchFactor(0, 1)
        self.splitterMoved.connect(self._keep)
        follow_text_size(self, self._share)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the new width."""
        super().resizeEvent(event)
        self._share()

    @Slot()
    def _keep(self) -> None:
        self._was_moved = True

    def _share(self) -> None:
        if self._was_moved:
            return
        figures = min(scaled(self._width), round(self.width() * _LARGEST_SHARE))
        self.setSizes([self.width() - figures, figures])
