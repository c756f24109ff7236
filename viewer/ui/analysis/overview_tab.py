"""Overview: what was read, how well, and the primary comparison in words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from viewer.analysis.results import AI, Discrimination, Interval, ModalityResults, StudyResults
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import interval, number, percent
from viewer.ui.analysis.forest_plot import ForestPlot
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.overview_words import hybrid_words, primary_words, refusal_words
from viewer.ui.analysis.page import Page, sentence

_MODALITIES = (
    "Modality",
    "Readers",
    "Mean AUC",
    "SD",
    "CI, readers and patients",
    "Mean AP",
    "SD",
    "Sensitivity",
    "Specificity",
)
_MODELS = ("Model", "AUC", "CI (DeLong)", "CI (bootstrap)", "AP", "Sensitivity", "Specificity")


class OverviewTab(Page):
    """The first page: everything else is detail."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.primary = sentence(primary_words(results), self)
        self.modalities = FigureTable(_MODALITIES, self)
        self.modalities.show_rows(
            [_modality_row(results, found) for found in results.by_modality.values()]
        )
        self.add_block("Primary comparison", self.primary)
        self.hybrid = sentence(hybrid_words(results), self)
        if self.hybrid.text():
            self.add_block("Hybrid", self.hybrid)
        else:
            self.hybrid.hide()
        self.add_block(
            "Modalities",
            self.modalities,
            words="SD over readers. Sensitivity and specificity at the readers' recalls.",
        )
        self.models = FigureTable(_MODELS, self)
        self.models.show_rows(
            [_model_row(name, found.scores) for name, found in results.ai.items()]
        )
        if results.ai:
            self.add_block("AI alone", self.models)
        else:
            self.models.hide()
        self.forest = ForestPlot(results, self)
        self.add_block(
            "AUC of each reader",
            self.forest,
            words=f"With {100 * (1 - results.options.alpha):g} % intervals (DeLong).",
        )
        self._add_notes(results)

    def _add_notes(self, results: StudyResults) -> None:
        if not results.notes and not results.refusals:
            return
        self.add_block("To be known")
        for note in results.notes:
            self.add_words(note)
        for refusal in results.refusals:
            self.add_words(refusal_words(refusal), is_warning=True)


def mean_interval(results: StudyResults, modality: ModalityResults) -> Interval | None:
    """The interval of a mean AUC: bootstrap of readers and patients."""
    del results
    return modality.mean_auc_ci_bootstrap


def _modality_row(results: StudyResults, found: ModalityResults) -> Row:
    colour = modality_colour(found.name, results.modalities)
    return (
        Cell(modality_words(found.name), is_strong=True, colour=colour),
        Cell(str(len(found.readers)), len(found.readers)),
        Cell(number(found.mean_auc), found.mean_auc, is_strong=True),
        Cell(number(found.sd_auc), found.sd_auc),
        interval(mean_interval(results, found)),
        Cell(number(found.mean_ap), found.mean_ap),
        Cell(number(found.sd_ap), found.sd_ap),
        Cell(percent(found.mean_sensitivity), found.mean_sensitivity),
        Cell(percent(found.mean_specificity), found.mean_specificity),
    )


def _model_row(model: str, scores: Discrimination) -> Row:
    point = scores.at_recall
    return (
        Cell(model, is_strong=True, colour=modality_colour(AI, ())),
        Cell(number(scores.auc), scores.auc, is_strong=True),
        interval(scores.ci_delong),
        interval(scores.ci_bootstrap),
        Cell(number(scores.ap), scores.ap),
        percent(point.sensitivity if point else None),
        percent(point.specificity if point else None),
    )
