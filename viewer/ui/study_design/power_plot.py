"""Power against the number of cases, one line for each number of readers."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from viewer.statistics.sizing import PilotComponents, power_table
from viewer.ui.analysis.plot_look import named_pen, plot_widget
from viewer.ui.fonts import text_font
from viewer.ui.text_size import follow_text_size, scaled, text_factor
from viewer.ui.theme import SECONDARY, SMALL_PIXELS

_READERS = (3, 5, 8, 12, 20)
_POINTS = 120
_LABEL_GAP = 0.07
_LABEL_ROOM = 0.12
"""Of the axis, at 100 % text."""
_HIGHEST = 1.0
_PLANNED = "#e69f00"
_SHADES = ("#2f5674", "#3d729b", "#4f92c4", "#6fb1e0", "#a3d0f0")
"""Darker to lighter: fewer to more readers."""


class PowerPlot(QWidget):
    """Lines for a few numbers of readers and for the planned one; the wanted power as a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Power against cases")
        self.view = plot_widget(x_title="Cases (breasts)", y_title="Power", parent=self)
        self.view.getPlotItem().setMouseEnabled(x=False, y=False)
        self._box = self.view.getPlotItem().getViewBox()
        self._parts: list[object] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._most = 0.0
        follow_text_size(self, self._grow)

    @property
    def lines(self) -> int:
        """How many lines of power are drawn."""
        return sum(isinstance(part, pg.PlotCurveItem) for part in self._parts)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide."""
        return QSize(scaled(720), scaled(320))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Smaller than this nothing can be read."""
        return QSize(scaled(300), scaled(240))

    def clear(self) -> None:
        """Draw nothing."""
        for part in self._parts:
            self.view.removeItem(part)
        self._parts = []

    def show_power(
        self,
        pilot: PilotComponents,
        *,
        effect: float,
        alpha: float,
        readers: int,
        cases: int,
        wanted: float,
    ) -> None:
        """Draw the lines around a plan."""
        self.clear()
        most = max(4 * cases, 2 * pilot.cases, 200)
        counts = np.linspace(max(4, most // 100), most, _POINTS)
        drawn = sorted({*_READERS, readers} - {n for n in (readers,) if n < 3})
        power = power_table(pilot, effect=effect, readers=drawn, cases=counts, alpha=alpha)
        self._most = float(most)
        self._grow()
        self._add(pg.InfiniteLine(pos=wanted, angle=0, pen=named_pen(SECONDARY, dashed=True)))
        heights = _apart([float(line[-1]) for line in power])
        for shade, (number, line) in enumerate(zip(drawn, power, strict=True)):
            is_plan = number == readers
            colour = _PLANNED if is_plan else _SHADES[min(shade, len(_SHADES) - 1)]
            pen = named_pen(colour, width=2.6 if is_plan else 1.4)
            self._add(pg.PlotCurveItem(counts, line, pen=pen, antialias=True))
            self._label(f"{number} readers", most, heights[shade], colour)
        if readers >= 3:
            at = power_table(pilot, effect=effect, readers=[readers], cases=[cases], alpha=alpha)
            self._add(
                pg.ScatterPlotItem(
                    [cases],
                    [float(at[0, 0])],
                    size=10,
                    pen=named_pen("#16181b"),
                    brush=QColor(_PLANNED),
                )
            )

    def _grow(self) -> None:
        """Take the size of words: the lines end where their labels begin."""
        room = 1 + _LABEL_ROOM * text_factor()
        self._box.setRange(xRange=(0, max(1.0, self._most) * room), yRange=(0, 1.03), padding=0)
        for part in self._parts:
            if isinstance(part, pg.TextItem):
                part.setFont(text_font(scaled(SMALL_PIXELS)))

    def _label(self, words: str, x: float, y: float, colour: str) -> None:
        label = pg.TextItem(words, color=colour, anchor=(0, 0.5))
        label.setFont(text_font(scaled(SMALL_PIXELS)))
        label.setPos(x, y)
        self._add(label)

    def _add(self, part: object) -> None:
        self.view.addItem(part, ignoreBounds=True)
        self._parts.append(part)


def _apart(heights: list[float]) -> list[float]:
    """Heights of labels, lowest first, moved so that none covers another."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + _LABEL_GAP) if placed else height)
    too_high = placed[-1] - _HIGHEST if placed else 0.0
    if too_high > 0:
        placed[-1] = _HIGHEST
        for place in range(len(placed) - 2, -1, -1):
            placed[place] = min(placed[place], placed[place + 1] - _LABEL_GAP)
    return placed
