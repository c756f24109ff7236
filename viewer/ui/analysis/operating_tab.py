"""Operating points: recalls as made, at the average reader's sensitivity, at 90 % sensitivity."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from viewer.analysis.results import (
    AI,
    Consensus,
    Discrimination,
    ModalityResults,
    OperatingPoint,
    StudyResults,
)
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import (
    interval,
    number,
    percent,
    percent_interval,
)
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.page import Page

_HEADERS = (
    "Who",
    "Modality",
    "Rule",
    "Sensitivity",
    "CI (Wilson)",
    "Specificity",
    "CI (Wilson)",
    "Matthews",
    "TP",
    "FN",
    "TN",
    "FP",
)
_AT_90 = (
    "Who",
    "Modality",
    "Rule",
    "Sensitivity",
    "Specificity",
    "CI (bootstrap)",
    "Matthews",
    "CI (bootstrap)",
)

PointOf = Callable[[Discrimination], OperatingPoint | None]


class OperatingTab(Page):
    """One table a rule; readers, then models, then consensus."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self.recalls = FigureTable(_HEADERS, self)
        self.at_mean = FigureTable(_HEADERS, self)
        self.at_90 = FigureTable(_AT_90, self)
        self.consensus = FigureTable(_HEADERS, self)
        self._add("As recalled", self.recalls, self._rows(lambda found: found.at_recall, _wide))
        self._add(
            "At the sensitivity of the average reader",
            self.at_mean,
            self._rows(lambda found: found.at_mean_sensitivity, _wide),
        )
        self._add(
            "At 90 % sensitivity",
            self.at_90,
            self._rows(lambda found: found.at_90_sensitivity, _narrow),
            words="At the attainable sensitivity nearest to 90 %; resamples more than 2.5 points "
            "away are left out.",
        )
        self._add("Consensus of the readers", self.consensus, self._consensus_rows())
        if self.recalls.rowCount() == 0:
            self.add_words(
                "These ratings are neither recalls nor probabilities: no operating point is known."
            )

    def _add(self, title: str, table: FigureTable, rows: list[Row], words: str = "") -> None:
        table.show_rows(rows)
        if rows:
            self.add_block(title, table, words=words)
        else:
            table.hide()

    def _rows(
        self, point_of: PointOf, row: Callable[[str, str, str, OperatingPoint], Row]
    ) -> list[Row]:
        rows: list[Row] = []
        for name, found in self._results.by_modality.items():
            colour = modality_colour(name, self._results.modalities)
            for reader, scores in found.readers.items():
                point = point_of(scores)
                if point is not None:
                    rows.append(row(reader, name, colour, point))
        for model, found_ai in self._results.ai.items():
            point = point_of(found_ai.scores)
            if point is not None:
                rows.append(row(model, AI, modality_colour(AI, ()), point))
        return rows

    def _consensus_rows(self) -> list[Row]:
        rows: list[Row] = []
        for name, found in self._results.by_modality.items():
            rows += _of_consensus(name, found, modality_colour(name, self._results.modalities))
        return rows


def _of_consensus(name: str, found: ModalityResults, colour: str) -> list[Row]:
    consensus: Consensus = found.consensus
    rows: list[Row] = []
    if consensus.majority is not None:
        rows.append(_wide("Majority", name, colour, consensus.majority))
    mean = consensus.mean_score
    if mean is not None and mean.at_recall is not None:
        rows.append(_wide(f"Mean score, AUC {number(mean.auc)}", name, colour, mean.at_recall))
    return rows


def _wide(who: str, modality: str, colour: str, point: OperatingPoint) -> Row:
    return (
        Cell(who, is_strong=True),
        Cell(modality_words(modality), colour=colour),
        _rule(point),
        Cell(percent(point.sensitivity), point.sensitivity, is_strong=True),
        percent_interval(point.sensitivity_ci),
        Cell(percent(point.specificity), point.specificity, is_strong=True),
        percent_interval(point.specificity_ci),
        Cell(number(point.matthews), point.matthews),
        *(
            Cell(f"{count:,}", count)
            for count in (
                point.true_positive,
                point.false_negative,
                point.true_negative,
                point.false_positive,
            )
        ),
    )


def _narrow(who: str, modality: str, colour: str, point: OperatingPoint) -> Row:
    return (
        Cell(who, is_strong=True),
        Cell(modality_words(modality), colour=colour),
        _rule(point),
        Cell(percent(point.sensitivity), point.sensitivity),
        Cell(percent(point.specificity), point.specificity, is_strong=True),
        percent_interval(point.specificity_ci_bootstrap),
        Cell(number(point.matthews), point.matthews, is_strong=True),
        interval(point.matthews_ci_bootstrap),
    )


def _rule(point: OperatingPoint) -> Cell:
    """The rule as short as the heading allows; all of it on hover."""
    words = point.rule.partition(",")[0].replace(">=", "≥")
    return Cell(words, point.threshold, tip=point.rule)
