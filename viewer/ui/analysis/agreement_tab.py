"""Agreement of readers with each other, and with themselves in planted repeats."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from viewer.analysis.results import Agreement, IntraReader, StudyResults
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import interval, number, signed
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.page import Page

_BETWEEN = (
    "Modality",
    "Fleiss κ, recall",
    "Mean Cohen κ, recall",
    "Pairs from … to …",
    "Weighted κ, BI-RADS",
    "Krippendorff α, BI-RADS",
    "ICC(2,1), scores",
)
_WITHIN = (
    "Reader",
    "Modality",
    "Repeats",
    "Mean difference",
    "Limits of agreement",
    "κ, recall",
)


class AgreementTab(Page):
    """Two tables; what was not asked shows a dash."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.between = FigureTable(_BETWEEN, self)
        self.between.show_rows([_between_row(found, results) for found in results.agreement])
        if results.agreement:
            self.add_block(
                "Between readers",
                self.between,
                words="1 is full agreement, 0 what chance gives. κ of rare findings is low even "
                "where readers mostly agree.",
            )
        else:
            self.between.hide()
            self.add_words("Agreement needs two readers or more of the same cases.")
        self.within = FigureTable(_WITHIN, self)
        self.within.show_rows([_within_row(found) for found in results.intra_reader])
        if results.intra_reader:
            self.add_block(
                "Within readers: planted repeats",
                self.within,
                words="Second minus first score of the same case.",
            )
        else:
            self.within.hide()
            self.add_words("No case was read twice by the same reader in the same modality.")


def _between_row(found: Agreement, results: StudyResults) -> Row:
    colour = modality_colour(found.modality, results.modalities)
    return (
        Cell(modality_words(found.modality), is_strong=True, colour=colour),
        number(found.fleiss_kappa_recall),
        number(found.mean_cohen_kappa_recall),
        interval(found.cohen_kappa_range),
        number(found.weighted_kappa_birads),
        number(found.alpha_birads),
        number(found.icc_scores),
    )


def _within_row(found: IntraReader) -> Row:
    return (
        Cell(found.reader, is_strong=True),
        modality_words(found.modality),
        Cell(str(found.repeats), found.repeats),
        Cell(signed(found.mean_difference), found.mean_difference),
        interval(found.limits_of_agreement),
        Cell(number(found.kappa_recall), found.kappa_recall),
    )
