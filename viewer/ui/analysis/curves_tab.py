"""ROC and PR curves of every reader, their averages, and the AI's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.analysis.results import AI, Curve, Discrimination, ModalityResults, StudyResults
from viewer.ui.analysis.curve_plot import CurvePlot, DrawnCurve
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import interval, number
from viewer.ui.analysis.legend import Legend, LegendEntry
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.page import Page, hint
from viewer.ui.analysis.side_split import SideSplit
from viewer.ui.flow_layout import FlowLayout
from viewer.ui.folding_row import FoldingRow
from viewer.ui.text_size import follow_text_size

READER_OPACITY = 0.5
AVERAGE_WIDTH = 3.0
MODEL_WIDTH = 2.2
_HEADERS = ("Reader", "Modality", "AUC", "CI (DeLong)", "AP")
_TABLE_WIDTH = 520


class CurvesTab(QWidget):
    """Two plots and a table that point at each other."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self.legend = Legend(_entries(results), self)
        self.readers = QCheckBox("Each reader", self)
        self.readers.setChecked(True)
        self.averages = QCheckBox("Average", self)
        self.averages.setChecked(True)
        self.diagonal = QCheckBox("Diagonal average (ROC)", self)
        self.diagonal.setToolTip("Averaged along lines of slope −1 instead of vertically.")
        self.roc = roc_plot(self)
        self.pr = pr_plot(self)
        self.table = FigureTable(_HEADERS, self)
        self._rows: dict[str, int] = {}
        self._lay_out()
        self._fill_table()
        for switch in (self.readers, self.averages, self.diagonal):
            switch.toggled.connect(self.draw)
        self.legend.switched.connect(self.draw)
        self.roc.pointed_at.connect(self._point)
        self.pr.pointed_at.connect(self._point)
        self.table.cellClicked.connect(self._point_at_row)
        self.draw()

    @Slot()
    def draw(self) -> None:
        """Draw what is switched on."""
        roc: list[DrawnCurve] = []
        pr: list[DrawnCurve] = []
        on = self.legend.on
        for name, found in self._results.by_modality.items():
            if name in on:
                roc += self._curves_of(found, is_roc=True)
                pr += self._curves_of(found, is_roc=False)
        for model, found_ai in self._results.ai.items():
            if f"{AI}:{model}" in on:
                roc.append(model_curve(model, found_ai.scores.roc, found_ai.scores.auc, "AUC"))
                pr.append(model_curve(model, found_ai.scores.pr, found_ai.scores.ap, "AP"))
        self.roc.show_curves(roc)
        self.pr.show_curves(pr)

    def _curves_of(self, found: ModalityResults, *, is_roc: bool) -> list[DrawnCurve]:
        curves = []
        colour = modality_colour(found.name, self._results.modalities)
        if self.readers.isChecked():
            for reader, scores in found.readers.items():
                curves.append(_reader_curve(found.name, reader, scores, colour, is_roc=is_roc))
        if self.averages.isChecked():
            average = found.pr_mean
            if is_roc:
                average = found.roc_diagonal if self.diagonal.isChecked() else found.roc_vertical
            value = found.mean_auc if is_roc else found.mean_ap
            curves.append(average_curve(found.name, average, value, colour, is_roc=is_roc))
        return curves

    def _fill_table(self) -> None:
        rows: list[Row] = []
        for name, found in self._results.by_modality.items():
            for reader, scores in found.readers.items():
                self._rows[f"{name}:{reader}"] = len(rows)
                rows.append(_row(reader, modality_words(name), scores))
        for model, found_ai in self._results.ai.items():
            self._rows[f"{AI}:{model}"] = len(rows)
            rows.append(_row(model, modality_words(AI), found_ai.scores))
        self.table.show_rows(rows)

    @Slot(str)
    def _point(self, key: str) -> None:
        """Bring out the same curve in both plots."""
        self.roc.point_at(key)
        self.pr.point_at(key)

    @Slot(int, int)
    def _point_at_row(self, row: int, column: int) -> None:
        del column
        for key, place in self._rows.items():
            if place == row:
                self._point(key)

    def _lay_out(self) -> None:
        plots = two_plots(self.roc, self.pr, self)
        switches = QWidget(self)
        line = FlowLayout(switches, gap=16)
        for switch in (self.readers, self.averages, self.diagonal):
            line.addWidget(switch)
        said = hint("Point at a curve for its name. Wheel: larger; double click: whole.", self)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 14, 8, 12)
        column.setSpacing(10)
        column.addWidget(self.legend)
        column.addWidget(plots, 1)
        column.addWidget(FoldingRow(said, switches, gap=16, parent=self))
        right = Page(self)
        right.add_block(
            "Areas",
            self.table,
            words="A click brings the curve out. On hover: SE and further intervals.",
        )
        plots_area = scrolled_down(left, self)
        self.split = SideSplit(plots_area, right, width=_TABLE_WIDTH, parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.split)


def roc_plot(parent: QWidget) -> CurvePlot:
    """An empty ROC plot."""
    return CurvePlot(
        x_title="False positive rate (1 − specificity)",
        y_title="Sensitivity",
        name="ROC curves",
        has_diagonal=True,
        parent=parent,
    )


def pr_plot(parent: QWidget) -> CurvePlot:
    """An empty PR plot."""
    return CurvePlot(
        x_title="Recall (sensitivity)", y_title="Precision", name="PR curves", parent=parent
    )


def two_plots(roc: CurvePlot, pr: CurvePlot, parent: QWidget) -> FoldingRow:
    """Both kinds of curves side by side, or one below the other where words need the width."""
    return FoldingRow(
        titled("ROC", roc, parent),
        titled("Precision and recall", pr, parent),
        gap=10,
        line_gap=10,
        shared=True,
        parent=parent,
    )


def titled(title: str, plot: QWidget, parent: QWidget) -> QWidget:
    """A plot under its title."""
    holder = QWidget(parent)
    label = QLabel(title, holder)
    label.setObjectName("heading")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(label)
    column.addWidget(plot, 1)
    return holder


def scrolled_down(block: QWidget, parent: QWidget) -> QScrollArea:
    """A block as high as the room there is; one that needs more scrolls."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(block)
    area.setMinimumWidth(block.minimumSizeHint().width())
    follow_text_size(area, lambda: area.setMinimumWidth(block.minimumSizeHint().width()))
    return area


def average_curve(
    modality: str, curve: Curve, value: float, colour: str, *, is_roc: bool
) -> DrawnCurve:
    """The average reader's curve: thick."""
    measure = "AUC" if is_roc else "AP"
    return DrawnCurve(
        key=f"{modality}:average",
        x=curve.x,
        y=curve.y,
        words=f"{modality_words(modality)}, average of readers: mean {measure} {number(value)}",
        colour=colour,
        width=AVERAGE_WIDTH,
    )


def model_curve(model: str, curve: Curve, value: float, measure: str) -> DrawnCurve:
    """A model's curve: dashed."""
    return DrawnCurve(
        key=f"{AI}:{model}",
        x=curve.x,
        y=curve.y,
        words=f"{modality_words(AI)} {model}: {measure} {number(value)}",
        colour=modality_colour(AI, ()),
        width=MODEL_WIDTH,
        is_dashed=True,
    )


def _reader_curve(
    modality: str, reader: str, scores: Discrimination, colour: str, *, is_roc: bool
) -> DrawnCurve:
    curve = scores.roc if is_roc else scores.pr
    measure = f"AUC {number(scores.auc)}" if is_roc else f"AP {number(scores.ap)}"
    return DrawnCurve(
        key=f"{modality}:{reader}",
        x=curve.x,
        y=curve.y,
        words=f"{reader}, {modality_words(modality)}: {measure}",
        colour=colour,
        opacity=READER_OPACITY,
    )


def _entries(results: StudyResults) -> Sequence[LegendEntry]:
    entries = [
        LegendEntry(
            key=name,
            words=modality_words(name),
            colour=modality_colour(name, results.modalities),
        )
        for name in results.by_modality
    ]
    chosen = None if results.hybrid is None else results.hybrid.ai_model
    for place, model in enumerate(results.ai):
        entries.append(
            LegendEntry(
                key=f"{AI}:{model}",
                words=model,
                colour=modality_colour(AI, ()),
                is_dashed=True,
                is_on=model == chosen or (chosen is None and place == 0),
            )
        )
    return entries


def _row(name: str, modality: str, scores: Discrimination) -> Row:
    more = (
        f"SE {number(scores.se_delong, 4)}; bootstrap {interval(scores.ci_bootstrap)}; "
        f"logit {interval(scores.ci_logit)}"
    )
    return (
        Cell(name, is_strong=True),
        modality,
        Cell(number(scores.auc), scores.auc, is_strong=True, tip=more),
        Cell(interval(scores.ci_delong), tip=more),
        Cell(number(scores.ap), scores.ap),
    )
