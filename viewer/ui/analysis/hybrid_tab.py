"""The hybrid: a slider that moves every reader's curves, the average, the areas and the sweep."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from viewer.analysis.mixed_scores import MixChoice, MixedScores, mixed_scores
from viewer.analysis.results import HYBRID, Curve, StudyResults
from viewer.analysis.study_table import StudyTable
from viewer.jobs.lambda_sweep import LambdaSweep
from viewer.statistics.ai_scaling import AiScale
from viewer.statistics.hybrid import HybridSweep
from viewer.statistics.hybrid_curves import HybridCurves
from viewer.statistics.refusal import Refusal
from viewer.ui.analysis.curve_plot import DrawnCurve
from viewer.ui.analysis.curves_tab import (
    AVERAGE_WIDTH,
    READER_OPACITY,
    average_curve,
    model_curve,
    pr_plot,
    roc_plot,
    scrolled_down,
    titled,
    two_plots,
)
from viewer.ui.analysis.figure_table import Cell, FigureTable
from viewer.ui.analysis.figures import number, signed
from viewer.ui.analysis.lambda_control import LambdaControl
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.page import Page, hint
from viewer.ui.analysis.side_split import SideSplit
from viewer.ui.analysis.sweep_plot import SweepPlot
from viewer.ui.flow_layout import FlowLayout

_HEADERS = ("Reader", "AUC", "to alone", "AP", "Best λ", "AUC there", "Left out", "Optimism")
_NOW = 4
_TABLE_WIDTH = 664
_MEAN = "Mean"
_AVERAGE = f"{HYBRID}:average"
_WORDS = (
    "Best λ is chosen on these very cases, so its AUC is optimistic; “left out” scores each "
    "patient with the λ chosen without them."
)


class HybridTab(QWidget):
    """y = λ reader + (1 − λ) AI."""

    def __init__(
        self,
        *,
        table: StudyTable,
        results: StudyResults,
        sweeper: LambdaSweep,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._sweeper = sweeper
        self._mixed: MixedScores | None = None
        self._alone: HybridCurves | None = None
        self._swept: HybridSweep | None = None
        self._rows: dict[str, int] = {}
        self.control = LambdaControl(planned=results.options.hybrid_lambda, parent=self)
        self.model, self.base, self.scale = QComboBox(self), QComboBox(self), QComboBox(self)
        self._fill_choices(results)
        self.roc, self.pr, self.sweep = roc_plot(self), pr_plot(self), SweepPlot(self)
        self.areas = FigureTable(_HEADERS, self)
        self._said = hint("", self)
        self._lay_out()
        for box in (self.model, self.base, self.scale):
            box.activated.connect(self.choose)
        self.control.moved.connect(self.show_lambda)
        self.sweep.lambda_dragged.connect(self.control.set)
        sweeper.swept.connect(self._take_sweep)
        self.roc.pointed_at.connect(self._point)
        self.pr.pointed_at.connect(self._point)
        self.areas.row_chosen.connect(self._point_at_reader)
        self.choose()

    @property
    def words(self) -> str:
        """What is said of the choice: refusals, cases left out."""
        return self._said.text()

    @Slot()
    def choose(self) -> None:
        """Mix what is chosen."""
        self.sweep.clear()
        self._swept = None
        choice = MixChoice(
            base=self.base.currentData(),
            model=self.model.currentData(),
            scale=AiScale(self.scale.currentData()),
        )
        mixed = mixed_scores(self._table, choice)
        if isinstance(mixed, Refusal):
            self._mixed = None
            self._say(f"{mixed.reason} {mixed.instead}".strip())
            self.roc.show_curves(())
            self.pr.show_curves(())
            self.areas.show_rows(())
            self.control.setEnabled(False)
            return
        self.control.setEnabled(True)
        self._mixed = mixed
        self._alone = mixed.at(1.0)
        self._say(_left_out_words(mixed))
        self._start_curves(mixed)
        self._start_rows(mixed)
        self.show_lambda(self.control.value)
        self._sweeper.start(mixed)

    @Slot(float)
    def show_lambda(self, weight: float) -> None:
        """Move every curve and figure to a lambda."""
        mixed = self._mixed
        if mixed is None:
            return
        curves = mixed.at(weight)
        for place, reader in enumerate(mixed.readers):
            key = f"{HYBRID}:{reader}"
            auc, ap = number(curves.auc[place]), number(curves.average_precision[place])
            rates, heights = curves.false_positive_rate[place], curves.sensitivity[place]
            self.roc.move_curve(key, rates, heights, f"{reader}: AUC {auc}")
            recall, precision = curves.recall[place], curves.precision[place]
            self.pr.move_curve(key, recall, precision, f"{reader}: AP {ap}")
        mean_auc = number(float(curves.auc.mean()))
        mean_ap = number(float(curves.average_precision.mean()))
        mean_x, mean_y = curves.mean_roc
        self.roc.move_curve(_AVERAGE, mean_x, mean_y, f"Average of readers: AUC {mean_auc}")
        recall, precision = curves.mean_precision_recall
        self.pr.move_curve(_AVERAGE, recall, precision, f"Average of readers: AP {mean_ap}")
        self.sweep.show_lambda(weight)
        self._change_figures(mixed, curves)

    def _change_figures(self, mixed: MixedScores, curves: HybridCurves) -> None:
        alone = self._alone
        if alone is None:
            return
        for place, reader in enumerate(mixed.readers):
            auc, ap = float(curves.auc[place]), float(curves.average_precision[place])
            self._change_row(reader, auc, float(alone.auc[place]), ap)
        self._change_row(
            _MEAN,
            float(curves.auc.mean()),
            float(alone.auc.mean()),
            float(curves.average_precision.mean()),
        )

    def _change_row(self, name: str, auc: float, alone: float, ap: float) -> None:
        row = self.areas.row_of(name)
        if row is None:
            return
        change = auc - alone
        self.areas.change_cell(row, 1, Cell(number(auc), auc))
        self.areas.change_cell(row, 2, Cell(signed(change), change))
        self.areas.change_cell(row, 3, Cell(number(ap), ap))

    def _start_curves(self, mixed: MixedScores) -> None:
        """Make the curves once; the slider moves them."""
        at = mixed.at(self.control.value)
        colour = modality_colour(HYBRID, ())
        references = self._references(mixed)
        for plot, xs, ys, mean in (
            (self.roc, at.false_positive_rate, at.sensitivity, at.mean_roc),
            (self.pr, at.recall, at.precision, at.mean_precision_recall),
        ):
            readers = [
                DrawnCurve(
                    key=f"{HYBRID}:{reader}",
                    x=xs[place],
                    y=ys[place],
                    words=reader,
                    colour=colour,
                    opacity=READER_OPACITY,
                )
                for place, reader in enumerate(mixed.readers)
            ]
            average = DrawnCurve(
                key=_AVERAGE,
                x=mean[0],
                y=mean[1],
                words="Average of readers",
                colour=colour,
                width=AVERAGE_WIDTH,
            )
            plot.show_curves((*references[plot.name], *readers, average))

    def _references(self, mixed: MixedScores) -> Mapping[str, tuple[DrawnCurve, ...]]:
        """The two ends of lambda, by plot: they stay where they are."""
        ai, alone = mixed.at(0.0), mixed.at(1.0)
        model, base = mixed.choice.model, mixed.choice.base
        colour = modality_colour(base, self._table.ratings.modalities)
        auc, ap = float(ai.auc[0]), float(ai.average_precision[0])
        return {
            self.roc.name: (
                model_curve(model, Curve(ai.false_positive_rate[0], ai.sensitivity[0]), auc, "AUC"),
                average_curve(
                    base, Curve(*alone.mean_roc), float(alone.auc.mean()), colour, is_roc=True
                ),
            ),
            self.pr.name: (
                model_curve(model, Curve(ai.recall[0], ai.precision[0]), ap, "AP"),
                average_curve(
                    base,
                    Curve(*alone.mean_precision_recall),
                    float(alone.average_precision.mean()),
                    colour,
                    is_roc=False,
                ),
            ),
        }

    def _start_rows(self, mixed: MixedScores) -> None:
        nothing = Cell("…")
        # The widest figures first, so that the columns need not grow while the slider moves.
        widest = (Cell("0.000"), Cell("+0.000"), Cell("0.000"))
        self.areas.show_rows(
            [
                (Cell(name, is_strong=True), *widest, *(nothing,) * 4)
                for name in (_MEAN, *mixed.readers)
            ]
        )

    @Slot(object, object)
    def _take_sweep(self, choice: MixChoice, swept: HybridSweep | Refusal) -> None:
        mixed = self._mixed
        if mixed is None or choice != mixed.choice or isinstance(swept, Refusal):
            return
        self._swept = swept
        self.sweep.show_sweep(mixed.readers, swept)
        best = swept.best_auc
        columns = (best.weight, best.value, best.left_out, best.optimism)
        for place, reader in enumerate(mixed.readers):
            self._show_best(reader, [float(column[place]) for column in columns])
        self._show_best(_MEAN, [float(column.mean()) for column in columns])
        self.areas.widen()

    def _show_best(self, name: str, values: list[float]) -> None:
        row = self.areas.row_of(name)
        if row is None:
            return
        texts = [number(values[0], 2), number(values[1]), number(values[2]), signed(values[3])]
        for offset, (text, value) in enumerate(zip(texts, values, strict=True)):
            self.areas.change_cell(row, _NOW + offset, Cell(text, value))

    @Slot(str)
    def _point(self, key: str) -> None:
        self.roc.point_at(key)
        self.pr.point_at(key)

    @Slot(str)
    def _point_at_reader(self, name: str) -> None:
        self._point(_AVERAGE if name == _MEAN else f"{HYBRID}:{name}")

    def _say(self, words: str) -> None:
        """What is to be known of the choice; nothing takes no room."""
        self._said.setText(words)
        self._said.setVisible(bool(words))

    def _fill_choices(self, results: StudyResults) -> None:
        for model in self._table.ai:
            self.model.addItem(model, model)
        for modality in self._table.ratings.modalities:
            self.base.addItem(modality_words(modality), modality)
        for scale in AiScale:
            self.scale.addItem(scale.value, scale.value)
        if results.hybrid is not None:
            self.model.setCurrentIndex(self.model.findData(results.hybrid.ai_model))
            self.base.setCurrentIndex(self.base.findData(results.hybrid.base))

    def _lay_out(self) -> None:
        choices = QWidget(self)
        line = FlowLayout(choices, gap=16)
        for words, box in (
            ("Readers", self.base),
            ("mixed with", self.model),
            ("AI scores", self.scale),
        ):
            pair = QWidget(self)
            of_pair = QHBoxLayout(pair)
            of_pair.setContentsMargins(0, 0, 0, 0)
            of_pair.setSpacing(8)
            of_pair.addWidget(QLabel(words, pair))
            of_pair.addWidget(box)
            line.addWidget(pair)
        sweep = titled("AUC over λ; stars: each reader's best", self.sweep, self)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 0, 8, 12)
        column.setSpacing(10)
        column.addWidget(two_plots(self.roc, self.pr, self), 3)
        column.addWidget(sweep, 2)
        right = Page(self)
        right.add_block("Areas at this λ", self.areas, words=_WORDS)
        split = SideSplit(scrolled_down(left, self), right, width=_TABLE_WIDTH, parent=self)
        top = QVBoxLayout()
        top.setContentsMargins(16, 12, 16, 10)
        top.setSpacing(8)
        top.addWidget(choices)
        top.addWidget(self._said)
        top.addWidget(self.control)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(split, 1)


def _left_out_words(mixed: MixedScores) -> str:
    if not mixed.left_out:
        return ""
    return f"{mixed.left_out} cases without the AI or a reader are left out."
