"""How plots look in the dark room: quiet axes, tabular figures, no menus."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QFrame, QWidget

from viewer.ui.fonts import text_font
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import LINE, SECONDARY, SMALL_PIXELS

GROUND = "#111316"
_LEFT_AXIS_PX = 56
"""Logical pixels at 100 % text, as what follows."""
_BOTTOM_AXIS_PX = 46


def plot_widget(*, x_title: str, y_title: str, parent: QWidget | None = None) -> pg.PlotWidget:
    """An empty plot with titled axes."""
    view = pg.PlotWidget(parent=parent, background=GROUND)
    view.setFrameShape(QFrame.Shape.NoFrame)
    item = view.getPlotItem()
    item.setMenuEnabled(False)
    item.hideButtons()
    item.getViewBox().disableAutoRange()
    # The marks at the ends of an axis must not be cut at the plot's edge.
    item.layout.setContentsMargins(4, 10, 16, 4)
    for side, title in (("left", y_title), ("bottom", x_title)):
        axis = item.getAxis(side)
        axis.setPen(named_pen(LINE))
        axis.setTextPen(SECONDARY)
        axis.setStyle(tickLength=-4, hideOverlappingLabels=False)
        axis.enableAutoSIPrefix(False)
        axis.setLabel(title, color=SECONDARY)
    follow_text_size(view, lambda: _grow(item))
    return view


def _grow(item: pg.PlotItem) -> None:
    """Take the size of words."""
    for side in ("left", "bottom"):
        axis = item.getAxis(side)
        font = text_font(scaled(SMALL_PIXELS))
        axis.setTickFont(font)
        axis.setLabel(axis.labelText, **{**axis.labelStyle, "font-size": f"{font.pixelSize()}px"})
        axis.label.setFont(font)
    item.getAxis("left").setWidth(scaled(_LEFT_AXIS_PX))
    item.getAxis("bottom").setHeight(scaled(_BOTTOM_AXIS_PX))


def unit_grid() -> pg.PlotCurveItem:
    """Faint lines at every fifth of 0..1, both ways.

    pyqtgraph's own grid would hide the labels at the ends of the axes.
    """
    fifths = np.linspace(0.0, 1.0, 6)
    along = np.tile([0.0, 1.0], fifths.size)
    at = np.repeat(fifths, 2)
    grid = pg.PlotCurveItem(
        np.concatenate([along, at]),
        np.concatenate([at, along]),
        connect="pairs",
        pen=named_pen(LINE, opacity=0.55),
    )
    grid.setZValue(-10)
    return grid


def named_pen(
    colour: str, *, width: float = 1.0, opacity: float = 1.0, dashed: bool = False
) -> QPen:
    """A pen whose width is in screen pixels at every zoom."""
    ink = QColor(colour)
    ink.setAlphaF(opacity)
    pen = QPen(ink, width)
    pen.setCosmetic(True)
    if dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen


def round_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers from low to high, at most so many."""
    # Rounded: 1.0 - 0.7 is a little less or more than six steps of 0.05.
    span = max(round(high - low, 9), 1e-9)
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(
        power * part for part in (1, 2, 5, 10, 20) if round(span / (power * part), 9) <= most - 1
    )
    first = math.ceil(round(low / step, 9))
    last = math.floor(round(high / step, 9))
    return [round(number * step, 9) for number in range(first, last + 1)]
