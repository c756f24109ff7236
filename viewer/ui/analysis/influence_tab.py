"""What the AI changed: decisions for better and for worse, and how far scores moved."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from viewer.analysis.results import StudyResults, SwitchCounts
from viewer.analysis.study_table import StudyTable
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import NONE, count, p_value, signed
from viewer.ui.analysis.modality_look import modality_words
from viewer.ui.analysis.page import Page, sentence
from viewer.ui.analysis.score_change_plot import ScoreChangePlot, score_changes

_HEADERS = (
    "Reader",
    "Found",
    "Lost",
    "p",
    "Let go",
    "Recalled",
    "p",
    "Lost, AI wrong too",
    "Δ score, diseased",
    "Δ score, normal",
)
_BETTER = "#56b4e9"
_WORSE = "#e69f00"
_ALL = "All readers"
_WORDS = (
    "Diseased: found = missed before, recalled after; lost = recalled before, missed after. "
    "Normal: let go = recalled before, not after; recalled = the reverse. p: McNemar. “Lost, AI "
    "wrong too”: right answers given up where the AI was wrong (automation bias)."
)


class InfluenceTab(Page):
    """A sentence and a table for each pair of modalities."""

    def __init__(
        self, results: StudyResults, table: StudyTable, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._table = table
        self.tables: list[FigureTable] = []
        self.plots: list[ScoreChangePlot] = []
        pairs = dict.fromkeys((found.first, found.second) for found in results.switches)
        for first, second in pairs:
            rows = [f for f in results.switches if (f.first, f.second) == (first, second)]
            self._add_pair(first, second, rows)
        if not pairs:
            self.add_words(
                "One modality was read: there is nothing the AI could have changed. The hybrid "
                "is computed, not read; see the page Hybrid."
            )

    def _add_pair(self, first: str, second: str, found: list[SwitchCounts]) -> None:
        table = FigureTable(_HEADERS, self)
        ordered = sorted(found, key=lambda counts: bool(counts.reader))
        table.show_rows([_row(counts) for counts in ordered])
        self.tables.append(table)
        title = f"{modality_words(first)} → {modality_words(second)}"
        words = [sentence(switch_words(counts), self) for counts in ordered if not counts.reader]
        self.add_block(title, *words, table, words=_WORDS)
        changes = score_changes(self._table, first, second)
        if changes is not None:
            plot = ScoreChangePlot(changes, self)
            self.plots.append(plot)
            self.add_block(
                f"Change of the score against the AI's score, {title}",
                plot,
                words="One sign a reading. Above the line: more suspicious afterwards.",
            )


def switch_words(counts: SwitchCounts) -> str:
    """All readers together, in a sentence."""
    diseased = count(counts.positives_gained, "diseased case")
    lost = counts.positives_lost + counts.negatives_lost
    bias = (
        ""
        if counts.lost_with_wrong_ai is None or not lost
        else f" Of what was lost, {counts.lost_with_wrong_ai} where the AI was wrong, too."
    )
    return (
        f"{diseased} found and {counts.positives_lost} lost; "
        f"{count(counts.negatives_gained, 'normal case')} let go and "
        f"{counts.negatives_lost} recalled in addition.{bias}"
    )


def _changed(sign: str, number_of: int, colour: str) -> Cell:
    """Decisions that changed; none has no sign and no colour."""
    if not number_of:
        return Cell("0", 0)
    return Cell(f"{sign}{number_of}", number_of, colour=colour)


def _row(counts: SwitchCounts) -> Row:
    return (
        Cell(counts.reader or _ALL, is_strong=True),
        _changed("+", counts.positives_gained, _BETTER),
        _changed("−", counts.positives_lost, _WORSE),
        Cell(p_value(counts.p_sensitivity), counts.p_sensitivity),
        _changed("+", counts.negatives_gained, _BETTER),
        _changed("−", counts.negatives_lost, _WORSE),
        Cell(p_value(counts.p_specificity), counts.p_specificity),
        NONE
        if counts.lost_with_wrong_ai is None
        else Cell(str(counts.lost_with_wrong_ai), counts.lost_with_wrong_ai),
        Cell(signed(counts.mean_score_change_positives), counts.mean_score_change_positives),
        Cell(signed(counts.mean_score_change_negatives), counts.mean_score_change_negatives),
    )
