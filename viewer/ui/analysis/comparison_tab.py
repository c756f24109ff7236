"""Modalities compared: MRMC by Obuchowski and Rockette, each reader, AI against readers."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from viewer.analysis.gain import endpoint_words, gain, gain_of_reader
from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcPair, MrmcTest
from viewer.analysis.results import HYBRID, StudyResults
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import NONE, between, number, p_value, signed
from viewer.ui.analysis.modality_look import modality_words
from viewer.ui.analysis.overview_words import (
    COMPARISON_REFUSALS,
    pair_words,
    refusal_words,
)
from viewer.ui.analysis.page import Page, sentence
from viewer.ui.flow_layout import FlowLayout

_TESTS = ("Difference", "Random", "Estimate", "SE", "CI", "Statistic", "df", "p")
_SINGLES = ("Modality", "Mean", "SE", "CI", "df")
_COMPONENTS = ("Component", "Value")
_U_STATISTICS = ("Modalities", "Readers", "AUC", "AUC", "Estimate", "SE", "CI", "df", "p")
_NO_MODALITY = "NO_MOD"
"""iMRMC's word where a row is of one modality."""
_READERS = ("Reader", "Difference", "Estimate", "SE", "CI", "z", "p")
_MODELS = ("Model", "Readers", "AI", "Mean reader", "Difference", "SE", "CI", "t", "df", "p")
_COMPONENT_NAMES = (
    ("ms_t", "MS(T)"),
    ("ms_r", "MS(R)"),
    ("ms_tr", "MS(TR)"),
    ("var", "Var(error)"),
    ("cov1", "Cov1"),
    ("cov2", "Cov2"),
    ("cov3", "Cov3"),
    ("var_r", "Var(R)"),
    ("var_tr", "Var(TR)"),
)


class ComparisonTab(Page):
    """Choose endpoint and covariances; refusals stand where the figures would."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self._analyses = _analyses(results)
        self.choice = QComboBox(self)
        for analysis in self._analyses:
            self.choice.addItem(_title(analysis))
        self.words = sentence("", self)
        self.tests = FigureTable(_TESTS, self)
        self.singles = FigureTable(_SINGLES, self)
        self.merits = FigureTable(("Reader",), self)
        self.components = FigureTable(_COMPONENTS, self)
        if self._analyses:
            self._lay_out_mrmc()
        else:
            for unused in (self.choice, self.words, self.tests, self.singles, self.merits):
                unused.hide()
            self.components.hide()
        self._add_refusals()
        self._add_u_statistics()
        self._add_readers()
        self._add_models()
        self.choice.currentIndexChanged.connect(self.show_analysis)
        self.show_analysis()

    @Slot()
    def show_analysis(self) -> None:
        """Show the analysis that is chosen."""
        place = self.choice.currentIndex()
        if not 0 <= place < len(self._analyses):
            return
        analysis = self._analyses[place]
        confidence = 1 - self._results.options.alpha
        self.words.setText(
            "\n".join(pair_words(analysis, pair, confidence) for pair in analysis.pairs)
            or "One modality: nothing to compare."
        )
        self.tests.setVisible(bool(analysis.pairs))
        self.tests.show_rows([row for pair in analysis.pairs for row in _test_rows(gain(pair))])
        self.singles.show_rows(_single_rows(analysis))
        self.merits.show_columns(("Reader", *map(modality_words, analysis.modalities)))
        self.merits.show_rows(_merit_rows(analysis))
        self.components.show_rows(
            [
                (name, Cell(number(getattr(analysis.components, field), 8)))
                for field, name in _COMPONENT_NAMES
            ]
        )

    def _lay_out_mrmc(self) -> None:
        chooser = QWidget(self)
        choice = FlowLayout(chooser, gap=8)
        choice.addWidget(QLabel("Endpoint and covariances", self))
        choice.addWidget(self.choice)
        self.add_block("Modalities compared", chooser, self.words, self.tests)
        tables = QWidget(self)
        flow = FlowLayout(tables, gap=24, at_top=True)
        for title, table in (
            ("Each modality by itself", self.singles),
            ("Each reader", self.merits),
            ("Components", self.components),
        ):
            label = QLabel(title, self)
            label.setObjectName("heading")
            holder = QWidget(tables)
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(label)
            column.addWidget(table)
            flow.addWidget(holder)
        self.add(tables)

    def _add_refusals(self) -> None:
        refusals = [r for r in self._results.refusals if r.key in COMPARISON_REFUSALS]
        if refusals:
            self.add_block("What does not hold")
        for refusal in refusals:
            self.add_words(refusal_words(refusal), is_warning=True)

    def _add_u_statistics(self) -> None:
        found = self._results.u_statistics
        rows = [] if found is None else [_u_row(row) for row in found.u_statistics]
        self.u_statistics = FigureTable(_U_STATISTICS, self)
        self.u_statistics.show_rows(rows)
        if rows:
            self.add_block(
                "U-statistics (iMRMC)",
                self.u_statistics,
                words="Unbiased variances; they hold when not every reader read every case. "
                "Degrees of freedom and intervals: BDG.",
            )
        else:
            self.u_statistics.hide()

    def _add_readers(self) -> None:
        self.readers = FigureTable(_READERS, self)
        self.readers.show_rows(
            [
                (
                    Cell(found.reader, is_strong=True),
                    _pair(found.a, found.b),
                    Cell(signed(found.difference), found.difference, is_strong=True),
                    Cell(number(found.se, 4), found.se),
                    between(found.ci_low, found.ci_high),
                    Cell(number(found.z, 2), found.z),
                    Cell(p_value(found.p), found.p),
                )
                for found in map(gain_of_reader, self._results.reader_differences)
            ]
        )
        if self._results.reader_differences:
            self.add_block(
                "Each reader's own difference of AUC",
                self.readers,
                words="DeLong, paired. Not corrected for the number of readers.",
            )
        else:
            self.readers.hide()

    def _add_models(self) -> None:
        self.models = FigureTable(_MODELS, self)
        self.models.show_rows(
            [
                (
                    Cell(found.model, is_strong=True),
                    modality_words(found.modality),
                    number(found.ai),
                    number(found.reader_mean),
                    Cell(signed(found.difference), found.difference, is_strong=True),
                    number(found.se, 4),
                    between(found.ci_low, found.ci_high),
                    number(found.t, 2),
                    number(found.df, 1),
                    Cell(p_value(found.p), found.p),
                )
                for found in self._results.ai_against_readers
            ]
        )
        if self._results.ai_against_readers:
            self.add_block(
                "AI alone against the readers",
                self.models,
                words="AUC; readers and cases random, one modality without readers.",
            )
        else:
            self.models.hide()


def _analyses(results: StudyResults) -> tuple[MrmcAnalysis, ...]:
    """As read; then the hybrid against what it was mixed from, which is computed."""
    hybrid = None if results.hybrid is None else results.hybrid.mrmc
    return results.mrmc if hybrid is None else (*results.mrmc, hybrid)


def _title(analysis: MrmcAnalysis) -> str:
    endpoint = endpoint_words(analysis.endpoint)
    method = {"delong": "DeLong", "jackknife": "jackknife"}.get(analysis.method, analysis.method)
    computed = ", hybrid (computed)" if HYBRID in analysis.modalities else ""
    return f"{endpoint[0].upper()}{endpoint[1:]}, {method}{computed}"


def _pair(a: str, b: str) -> str:
    return f"{modality_words(a)} − {modality_words(b)}"


def _test_rows(pair: MrmcPair) -> list[Row]:
    kinds: tuple[tuple[str, MrmcTest | None], ...] = (
        ("readers and cases", pair.rrrc),
        ("cases", pair.frrc),
        ("readers", pair.rrfc),
    )
    return [_test_row(pair, words, test) for words, test in kinds]


def _test_row(pair: MrmcPair, random: str, test: MrmcTest | None) -> Row:
    first = Cell(_pair(pair.a, pair.b), is_strong=True)
    if test is None:
        why = Cell(NONE, tip="Needs three readers or more.")
        return (first, random, signed(pair.difference), *(why,) * 5)
    statistic = "χ²" if test.df2 is None else "F"
    df = f"{test.df1:g}" if test.df2 is None else f"{test.df1:g}, {number(test.df2, 2)}"
    return (
        first,
        random,
        Cell(signed(pair.difference, 4), pair.difference, is_strong=True),
        number(test.se, 4),
        between(test.ci_low, test.ci_high, 4),
        f"{statistic} {number(test.f, 3)}",
        df,
        Cell(p_value(test.p), test.p, is_strong=True),
    )


def _single_rows(analysis: MrmcAnalysis) -> list[Row]:
    return [
        (
            Cell(modality_words(single.modality), is_strong=True),
            number(single.estimate, 4),
            number(single.se, 4),
            between(single.ci_low, single.ci_high, 4),
            number(single.df, 2),
        )
        for single in analysis.singles
    ]


def _merit_rows(analysis: MrmcAnalysis) -> list[Row]:
    return [
        (
            Cell(reader, is_strong=True),
            *(
                Cell(number(merit, 4), merit)
                for merit in (analysis.merits[m].get(reader) for m in analysis.modalities)
            ),
        )
        for reader in analysis.readers
    ]


def _u_row(row: Mapping[str, float | str | None]) -> Row:
    """One of iMRMC's rows: a modality, or a difference of two."""
    first, second = str(row["modalityA"]), str(row["modalityB"])
    is_pair = second != _NO_MODALITY
    variance = _float(row["varAUCAminusAUCB" if is_pair else "varAUCA"])
    estimate = _float(row["AUCAminusAUCB" if is_pair else "AUCA"])
    readers = _float(row["NR"])
    return (
        Cell(_pair(first, second) if is_pair else modality_words(first), is_strong=True),
        NONE if readers is None else f"{readers:.0f}",
        number(_float(row["AUCA"])),
        number(_float(row["AUCB"])),
        Cell(signed(estimate, 4) if is_pair else number(estimate, 4), estimate, is_strong=True),
        number(None if variance is None or variance < 0 else variance**0.5, 4),
        between(_float(row["botCIBDG"]), _float(row["topCIBDG"]), 4),
        number(_float(row["dfBDG"]), 2),
        # Of one modality iMRMC tests against 0.5, which nobody asked.
        p_value(_float(row["pValueBDG"])) if is_pair else NONE,
    )


def _float(value: float | str | None) -> float | None:
    return value if isinstance(value, float) else None
