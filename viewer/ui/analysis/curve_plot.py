"""A plot of many curves in 0..1: thin readers, thick averages; the mouse names a curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Signal, Slot
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from viewer.ui.analysis.plot_look import named_pen, plot_widget, unit_grid
from viewer.ui.analysis.plot_tip import PlotTip
from viewer.ui.text_size import scaled
from viewer.ui.theme import LINE, TEXT

_REACH_PX = 9.0
"""How near the mouse must be to a curve to name it."""
_MARGIN = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCurve:
    """A curve and how it is drawn; x and y are (point,) in 0..1."""

    key: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    words: str
    """What the mouse is told."""
    colour: str
    width: float = 1.0
    opacity: float = 1.0
    is_dashed: bool = False


class CurvePlot(QWidget):
    """Draws curves; a curve's data can be moved without making it anew."""

    pointed_at = Signal(str)
    """The key of the curve under the mouse; "" when there is none."""

    def __init__(
        self,
        *,
        x_title: str,
        y_title: str,
        name: str,
        has_diagonal: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.setAccessibleName(name)
        self._curves: dict[str, DrawnCurve] = {}
        self._items: dict[str, pg.PlotCurveItem] = {}
        self._pointed = ""
        self.view = plot_widget(x_title=x_title, y_title=y_title, parent=self)
        self._box = self.view.getPlotItem().getViewBox()
        self._box.setLimits(xMin=-0.05, xMax=1.05, yMin=-0.05, yMax=1.05, minXRange=0.05)
        self._reset()
        self.view.addItem(unit_grid())
        if has_diagonal:
            self.view.addItem(
                pg.PlotCurveItem([0.0, 1.0], [0.0, 1.0], pen=named_pen(LINE, dashed=True))
            )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._tip = PlotTip(self.view)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.view.scene().sigMouseMoved.connect(self._mouse_moved)
        self.view.viewport().installEventFilter(self)

    @property
    def curves(self) -> Mapping[str, DrawnCurve]:
        """What is drawn, by key."""
        return self._curves

    @property
    def said(self) -> str:
        """What stands beside the mouse."""
        return self._tip.text() if self._tip.isVisibleTo(self) else ""

    @property
    def pointed(self) -> str:
        """The key of the curve that is named; "" when there is none."""
        return self._pointed

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the axes and a readable curve."""
        return QSize(scaled(420), scaled(260))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Smaller than this nothing can be read."""
        return QSize(scaled(270), scaled(220))

    def show_curves(self, curves: Sequence[DrawnCurve]) -> None:
        """Draw these curves and no others."""
        wanted = {curve.key: curve for curve in curves}
        for key in [key for key in self._items if key not in wanted]:
            self.view.removeItem(self._items.pop(key))
        self._curves = wanted
        for order, curve in enumerate(wanted.values()):
            item = self._items.get(curve.key)
            if item is None:
                item = pg.PlotCurveItem(antialias=True)
                self._items[curve.key] = item
                self.view.addItem(item)
            item.setZValue(order)
            item.setPen(_pen(curve))
            item.setData(curve.x, curve.y)
        if self._pointed not in wanted:
            self.point_at("")

    def move_curve(
        self, key: str, x: NDArray[np.float64], y: NDArray[np.float64], words: str
    ) -> None:
        """Give a curve other points and words; its look stays."""
        self._curves[key] = replace(self._curves[key], x=x, y=y, words=words)
        self._items[key].setData(x, y)
        if key == self._pointed:
            self._tip.setText(words)
            self._tip.adjustSize()

    def point_at(self, key: str) -> None:
        """Bring a curve out; "" puts all back."""
        if key not in self._items:
            key = ""
        if key == self._pointed:
            return
        if self._pointed in self._items:
            order = list(self._curves).index(self._pointed)
            self._items[self._pointed].setPen(_pen(self._curves[self._pointed]))
            self._items[self._pointed].setZValue(order)
        self._pointed = key
        if key:
            self._items[key].setPen(_pen(self._curves[key], brought_out=True))
            self._items[key].setZValue(90)
        else:
            self._tip.hide()

    def curve_near(self, x: float, y: float) -> str:
        """The key of the curve nearest to a place in 0..1, if it is near on screen; else ""."""
        width_px, height_px = self._box.width(), self._box.height()
        (left, right), (low, high) = self._box.viewRange()
        scale = np.array([width_px / (right - left), height_px / (high - low)])
        nearest, reach = "", _REACH_PX
        for key, curve in self._curves.items():
            distance = _distance_to(
                curve.x * scale[0], curve.y * scale[1], x * scale[0], y * scale[1]
            )
            # Of two as near, the one drawn last is on top.
            if distance <= reach:
                nearest, reach = key, distance
        return nearest

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Forget what is pointed at when the mouse leaves; a double click shows the whole plot."""
        if event.type() == QEvent.Type.Leave:
            self._tell("")
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self._reset()
        return super().eventFilter(watched, event)

    @Slot(object)
    def _mouse_moved(self, place: QPointF) -> None:
        point = self._box.mapSceneToView(place)
        key = self.curve_near(point.x(), point.y())
        self._tell(key)
        words = self._curves[key].words if key else ""
        self._tip.say(words, self.view.mapFromScene(place))

    def _tell(self, key: str) -> None:
        if key != self._pointed:
            self.point_at(key)
            self.pointed_at.emit(key)

    def _reset(self) -> None:
        self._box.setRange(
            xRange=(-_MARGIN, 1 + _MARGIN), yRange=(-_MARGIN, 1 + _MARGIN), padding=0
        )


def _pen(curve: DrawnCurve, *, brought_out: bool = False) -> QPen:
    if brought_out:
        return named_pen(TEXT, width=max(2.0, curve.width), dashed=curve.is_dashed)
    return named_pen(curve.colour, width=curve.width, opacity=curve.opacity, dashed=curve.is_dashed)


def _distance_to(xs: NDArray[np.float64], ys: NDArray[np.float64], x: float, y: float) -> float:
    """The distance of a place from a line through points, in the points' units."""
    if len(xs) < 2:
        return float("inf")
    dx, dy = np.diff(xs), np.diff(ys)
    length = dx * dx + dy * dy
    along = np.divide(
        (x - xs[:-1]) * dx + (y - ys[:-1]) * dy, length, out=np.zeros_like(dx), where=length > 0
    )
    along = np.clip(along, 0.0, 1.0)
    return float(np.hypot(xs[:-1] + along * dx - x, ys[:-1] + along * dy - y).min())
