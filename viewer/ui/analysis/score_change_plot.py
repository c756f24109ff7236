"""How far readers moved with the AI: change of the score against the AI's score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from viewer.analysis.study_table import StudyTable
from viewer.ui.analysis.legend import Legend, LegendEntry
from viewer.ui.analysis.plot_look import named_pen, plot_widget
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import SECONDARY

_DISEASED = "#e69f00"
_NORMAL = "#56b4e9"
_ALL = "All readers"
_HEIGHT = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChanges:
    """All readings that have both scores and the AI's; each array is (reading,)."""

    model: str
    readers: tuple[str, ...]
    reader: NDArray[np.intp]
    """Index into readers."""
    ai: NDArray[np.float64]
    change: NDArray[np.float64]
    """Second minus first score."""
    diseased: NDArray[np.bool_]


def score_changes(table: StudyTable, first: str, second: str) -> ScoreChanges | None:
    """What each reading came to; None without an AI or where scores are no probabilities."""
    ratings = table.ratings
    if not table.ai or not table.is_probability:
        return None
    if not {first, second} <= set(ratings.modalities):
        return None
    model = next(iter(table.ai))
    before = ratings.scores[ratings.modalities.index(first)]
    after = ratings.scores[ratings.modalities.index(second)]
    change = after - before
    ai = np.broadcast_to(table.ai[model], change.shape)
    known = ~(np.isnan(change) | np.isnan(ai))
    reader = np.broadcast_to(np.arange(len(ratings.readers))[:, None], change.shape)
    diseased = np.broadcast_to(ratings.truth, change.shape)
    return ScoreChanges(
        model=model,
        readers=ratings.readers,
        reader=reader[known],
        ai=ai[known],
        change=change[known],
        diseased=diseased[known],
    )


class ScoreChangePlot(QWidget):
    """Diseased and normal cases in two colours and two shapes; one reader or all."""

    def __init__(self, changes: ScoreChanges, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._changes = changes
        self.reader = QComboBox(self)
        self.reader.addItems([_ALL, *changes.readers])
        self.legend = Legend(
            (
                LegendEntry(key="diseased", words="▲ diseased", colour=_DISEASED),
                LegendEntry(key="normal", words="● normal", colour=_NORMAL),
            ),
            self,
        )
        self.view = plot_widget(
            x_title=f"Score of the AI ({changes.model})",
            y_title="Change of the reader's score",
            parent=self,
        )
        follow_text_size(self.view, lambda: self.view.setFixedHeight(scaled(_HEIGHT)))
        self.view.getPlotItem().setMouseEnabled(x=False, y=False)
        self._box = self.view.getPlotItem().getViewBox()
        reach = float(np.abs(changes.change).max(initial=0.1)) * 1.08
        self._box.setRange(xRange=(-0.02, 1.02), yRange=(-reach, reach), padding=0)
        self.view.addItem(pg.InfiniteLine(pos=0.0, angle=0, pen=named_pen(SECONDARY)))
        self._signs = {
            "normal": _signs("o", _NORMAL, 5),
            "diseased": _signs("t1", _DISEASED, 8),
        }
        for signs in self._signs.values():
            self.view.addItem(signs)
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Change of the score against the AI's score")
        self.reader.activated.connect(self.draw)
        self.legend.switched.connect(self.draw)
        self.draw()

    @property
    def readings(self) -> int:
        """How many signs are drawn."""
        return sum(len(signs.data) for signs in self._signs.values())

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as the page."""
        return QSize(scaled(700), scaled(_HEIGHT + 44))

    @Slot()
    def draw(self) -> None:
        """Draw the chosen reader's readings."""
        changes = self._changes
        place = self.reader.currentIndex() - 1
        chosen = np.ones(changes.change.shape, np.bool_) if place < 0 else changes.reader == place
        for key, signs in self._signs.items():
            shown = chosen & (changes.diseased == (key == "diseased"))
            shown = shown & (key in self.legend.on)
            signs.setData(changes.ai[shown], changes.change[shown])

    def _lay_out(self) -> None:
        chosen = QWidget(self)
        choice = QHBoxLayout(chosen)
        choice.setContentsMargins(0, 0, 16, 0)
        choice.addWidget(QLabel("Reader", self))
        choice.addWidget(self.reader)
        choice.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(chosen)
        row.addWidget(self.legend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.view)


def _signs(symbol: str, colour: str, size: int) -> pg.ScatterPlotItem:
    ink = QColor(colour)
    ink.setAlphaF(0.75)
    return pg.ScatterPlotItem(symbol=symbol, size=size, pen=None, brush=ink)
