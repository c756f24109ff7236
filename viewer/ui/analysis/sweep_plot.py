"""AUC of every reader's hybrid over lambda, each reader's best lambda, and where the slider is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from viewer.analysis.results import HYBRID
from viewer.statistics.hybrid import HybridSweep
from viewer.ui.analysis.figures import number
from viewer.ui.analysis.modality_look import modality_colour
from viewer.ui.analysis.plot_look import named_pen, plot_widget
from viewer.ui.analysis.plot_tip import PlotTip
from viewer.ui.text_size import scaled
from viewer.ui.theme import TEXT

_STAR = "#e8d27a"
_REACH_PX = 12.0
_ROOM = 0.06


class SweepPlot(QWidget):
    """One line a reader; a star at the best lambda; a line that can be dragged."""

    lambda_dragged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("AUC over lambda")
        self.view = plot_widget(
            x_title="λ (0: AI alone, 1: reader alone)",
            y_title="AUC",
            parent=self,
        )
        item = self.view.getPlotItem()
        item.setMouseEnabled(x=False, y=False)
        self._box = item.getViewBox()
        self._box.setRange(xRange=(-0.01, 1.01), yRange=(0.5, 1.0), padding=0)
        self._lines: list[pg.PlotCurveItem] = []
        self._stars = pg.ScatterPlotItem(
            symbol="star", size=11, pen=named_pen("#3a3420"), brush=QColor(_STAR)
        )
        self._stars.setZValue(50)
        self.line = pg.InfiniteLine(
            pos=0.5,
            angle=90,
            movable=True,
            bounds=(0.0, 1.0),
            pen=named_pen(TEXT, width=1.4),
            hoverPen=named_pen(TEXT, width=2.4),
        )
        self.line.setZValue(60)
        for part in (self._stars, self.line):
            self.view.addItem(part, ignoreBounds=True)
        self._readers: tuple[str, ...] = ()
        self._sweep: HybridSweep | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._tip = PlotTip(self.view)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.line.sigDragged.connect(lambda line: self.lambda_dragged.emit(float(line.value())))
        self.view.scene().sigMouseMoved.connect(self._mouse_moved)

    @property
    def sweep(self) -> HybridSweep | None:
        """What is drawn."""
        return self._sweep

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide and low."""
        return QSize(scaled(640), scaled(230))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Smaller than this nothing can be read."""
        return QSize(scaled(270), scaled(170))

    def show_sweep(self, readers: Sequence[str], swept: HybridSweep) -> None:
        """Draw every reader's line, the mean, and the stars."""
        self.clear()
        self._readers, self._sweep = tuple(readers), swept
        colour = modality_colour(HYBRID, ())
        for row in swept.auc:
            self._add_line(swept, row, named_pen(colour, opacity=0.6))
        mean = np.nanmean(swept.auc, axis=0)
        self._add_line(swept, mean, named_pen(colour, width=3.0))
        best = swept.best_auc
        self._stars.setData(best.weight, best.value)
        low, high = float(np.nanmin(swept.auc)), float(np.nanmax(swept.auc))
        room = max(0.01, _ROOM * (high - low))
        self._box.setRange(yRange=(low - room, high + room), padding=0)

    def clear(self) -> None:
        """Draw nothing but the line."""
        for line in self._lines:
            self.view.removeItem(line)
        self._lines = []
        self._sweep = None
        self._stars.setData([], [])
        self._tip.hide()

    def show_lambda(self, weight: float) -> None:
        """Put the line where the slider is."""
        self.line.setValue(weight)

    def words_at(self, weight: float, auc: float) -> str:
        """What stands at a place: the reader of the nearest line or star; "" when none is near."""
        swept = self._sweep
        if swept is None:
            return ""
        (left, right), (low, high) = self._box.viewRange()
        across = self._box.width() / (right - left)
        up = self._box.height() / (high - low)
        best = swept.best_auc
        to_star = np.hypot((best.weight - weight) * across, (best.value - auc) * up)
        if not np.isnan(to_star).all() and np.nanmin(to_star) < _REACH_PX:
            reader = int(np.nanargmin(to_star))
            return (
                f"{self._readers[reader]}: best λ {number(best.weight[reader], 2)}, AUC "
                f"{number(best.value[reader])}; left out {number(best.left_out[reader])}"
            )
        place = int(np.clip(round(weight * (len(swept.weights) - 1)), 0, len(swept.weights) - 1))
        away = np.abs(swept.auc[:, place] - auc) * up
        if np.isnan(away).all() or np.nanmin(away) >= _REACH_PX:
            return ""
        reader = int(np.nanargmin(away))
        value = swept.auc[reader, place]
        return f"{self._readers[reader]}: AUC {number(value)} at λ {swept.weights[place]:.2f}"

    def _add_line(self, swept: HybridSweep, values: object, pen: object) -> None:
        line = pg.PlotCurveItem(swept.weights, values, pen=pen, antialias=True)
        self.view.addItem(line)
        self._lines.append(line)

    @Slot(object)
    def _mouse_moved(self, place: QPointF) -> None:
        point = self._box.mapSceneToView(place)
        self._tip.say(self.words_at(point.x(), point.y()), self.view.mapFromScene(place))
