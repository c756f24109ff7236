"""The analysis window: a study or table, its pages, and what can be saved of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.errors import Problem, ProblemKind
from viewer.jobs.lambda_sweep import LambdaSweep
from viewer.jobs.study_analysis import Analysed, StudyAnalysis
from viewer.jobs.study_saving import StudySaving
from viewer.ui.analysis.agreement_tab import AgreementTab
from viewer.ui.analysis.comparison_tab import ComparisonTab
from viewer.ui.analysis.curves_tab import CurvesTab
from viewer.ui.analysis.hybrid_tab import HybridTab
from viewer.ui.analysis.influence_tab import InfluenceTab
from viewer.ui.analysis.operating_tab import OperatingTab
from viewer.ui.analysis.overview_tab import OverviewTab
from viewer.ui.analysis.overview_words import study_words
from viewer.ui.analysis.page import Page
from viewer.ui.analysis.subgroups_tab import SubgroupsTab
from viewer.ui.analysis.time_tab import TimeTab
from viewer.ui.file_chooser import FileChooser
from viewer.ui.flow_layout import FlowLayout
from viewer.ui.folding_row import FoldingRow
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.text_size import follow_text_size, scaled

FIRST_SIZE = (1440, 900)
SMALLEST = (960, 620)
_EMPTY = """\
A study's folder, or a table: iMRMC, MRMCaov or OR-DBM CSV, a JAFROC workbook, a wide CSV with a
column for each reader, or answers exported by Tomolens."""
_EMPTY_WIDTH = 560
_BAR_WIDTH = 420
_RESEARCH = "Research use only, not for diagnosis"


class AnalysisWindow(QMainWindow):
    """Opens one study or table at a time."""

    closing = Signal()

    def __init__(
        self,
        *,
        analysis: StudyAnalysis,
        sweeper: LambdaSweep,
        saving: StudySaving,
        chooser: FileChooser,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Tomolens: analysis")
        self.setMinimumSize(*SMALLEST)
        self._analysis = analysis
        self._sweeper = sweeper
        self._saving = saving
        self._chooser = chooser
        self._analysed: Analysed | None = None
        self.notices = NoticeBar(self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._title = QLabel(self)
        self._title.setObjectName("heading")
        self._title.setWordWrap(True)
        self._words = QLabel(self)
        self._words.setObjectName("hint")
        self._words.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self._busy = QLabel(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(self._busy_page())
        self._stack.addWidget(self.tabs)
        self.report_button = _button("Save report…", self._save_report, self)
        self.tables_button = _button("Save tables…", self._save_tables, self)
        self._lay_out()
        self._connect()
        self._allow_saving()

    @property
    def analysed(self) -> Analysed | None:
        """What is shown."""
        return self._analysed

    @property
    def is_busy(self) -> bool:
        """Whether something is read, analysed, swept or written."""
        return any(job.is_running for job in (self._analysis, self._sweeper, self._saving))

    def open(self, path: Path) -> None:
        """Read and analyse a study or table; what is shown stays until that succeeds."""
        if not self._analysis.analyse(path):
            self._say(Problem(kind=ProblemKind.FIXABLE, message="An analysis is running."))

    def page(self, title: str) -> QWidget:
        """The page of a tab; raises KeyError."""
        for place in range(self.tabs.count()):
            page = self.tabs.widget(place)
            if page is not None and self.tabs.tabText(place) == title:
                return page
        raise KeyError(title)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Let what runs end."""
        self.hide()
        self.closing.emit()
        for job in (self._analysis, self._sweeper, self._saving):
            job.close()
        super().closeEvent(event)

    def _connect(self) -> None:
        self._analysis.started.connect(self._begin)
        self._analysis.done.connect(self._show)
        self._analysis.failed.connect(self._fail)
        self._saving.succeeded.connect(self._say_saved)
        self._saving.failed.connect(self._say)
        self._saving.started.connect(self._allow_saving)
        self._saving.ended.connect(self._allow_saving)
        self._sweeper.failed.connect(self._say)

    @Slot(Path)
    def _begin(self, path: Path) -> None:
        self._busy.setText(f"Reading and analysing {path.name}…")
        self.bar.setRange(0, 0)
        self._stack.setCurrentIndex(1)
        self._allow_saving()

    @Slot(object)
    def _show(self, analysed: Analysed) -> None:
        self._analysed = analysed
        self._title.setText(analysed.results.title)
        self._words.setText(study_words(analysed.results))
        chosen = max(0, self.tabs.currentIndex())
        while (old := self.tabs.widget(0)) is not None:
            self.tabs.removeTab(0)
            old.deleteLater()
        for title, page in self._pages(analysed):
            self.tabs.addTab(page, title)
        self.tabs.setCurrentIndex(min(chosen, self.tabs.count() - 1))
        self._stack.setCurrentWidget(self.tabs)
        self._allow_saving()

    def _pages(self, analysed: Analysed) -> list[tuple[str, QWidget]]:
        results = analysed.results
        return [
            ("Overview", OverviewTab(results)),
            ("Curves", CurvesTab(results)),
            ("Hybrid", self._hybrid_page(analysed)),
            ("Comparison", ComparisonTab(results)),
            ("Operating points", OperatingTab(results)),
            ("Agreement", AgreementTab(results)),
            ("Influence of the AI", InfluenceTab(results, analysed.table)),
            ("Time", TimeTab(results)),
            ("Subgroups", SubgroupsTab(results)),
        ]

    def _hybrid_page(self, analysed: Analysed) -> QWidget:
        if analysed.table.ai:
            return HybridTab(table=analysed.table, results=analysed.results, sweeper=self._sweeper)
        page = Page()
        refusal = analysed.results.refusal_of("hybrid")
        page.add_words(
            "These data carry no scores of an AI: there is nothing to mix."
            if refusal is None
            else f"{refusal.reason} {refusal.instead}".strip()
        )
        return page

    @Slot(Problem)
    def _fail(self, problem: Problem) -> None:
        self._stack.setCurrentIndex(0 if self._analysed is None else 2)
        self._say(problem)
        self._allow_saving()

    @Slot(Problem)
    def _say(self, problem: Problem) -> None:
        self.notices.add(
            problem.message, problem.hint, is_error=problem.kind is not ProblemKind.FIXABLE
        )

    @Slot(object)
    def _say_saved(self, files: list[Path]) -> None:
        names = ", ".join(path.name for path in files[:4])
        more = f" and {len(files) - 4} more" if len(files) > 4 else ""
        self.notices.add(f"Saved in {files[0].parent.name}: {names}{more}.", "", is_error=False)

    @Slot()
    def _allow_saving(self) -> None:
        can = self._analysed is not None and not self._saving.is_running
        for button in (self.report_button, self.tables_button):
            button.setEnabled(can)

    def _save_report(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None and self._analysed is not None:
            self._saving.save_report(self._analysed, folder)

    def _save_tables(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None and self._analysed is not None:
            self._saving.save_tables(self._analysed, folder)

    def _ask_table(self) -> None:
        files = self._chooser.files_to_open(self)
        if files:
            self.open(files[0])

    def _ask_study(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None:
            self.open(folder)

    def _lay_out(self) -> None:
        said = QWidget(self)
        words = QHBoxLayout(said)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(12)
        words.addWidget(self._title)
        words.addWidget(self._words, 1)
        top = FoldingRow(said, self._row_of_buttons(), parent=self)
        top.set_margins(16, 10, 16, 8)
        research = QLabel(_RESEARCH, self)
        research.setObjectName("research")
        bottom = QHBoxLayout()
        bottom.setContentsMargins(16, 4, 16, 4)
        bottom.addStretch(1)
        bottom.addWidget(research)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.notices)
        column.addWidget(self._stack, 1)
        column.addLayout(bottom)
        self.setCentralWidget(inside)

    def _row_of_buttons(self) -> QWidget:
        row = QWidget(self)
        layout = FlowLayout(row, gap=12)
        for button in (
            _button("Open table…", self._ask_table, self),
            _button("Open study…", self._ask_study, self),
            self.report_button,
            self.tables_button,
        ):
            layout.addWidget(button)
        return row

    def _empty_page(self) -> QWidget:
        page = QWidget(self)
        title = QLabel("Analyse a study or a table", page)
        title.setObjectName("title")
        words = QLabel(" ".join(_EMPTY.split()), page)
        words.setObjectName("hint")
        words.setWordWrap(True)
        follow_text_size(words, lambda: words.setMinimumWidth(scaled(_EMPTY_WIDTH)))
        buttons = QHBoxLayout()
        buttons.addWidget(_button("Open table…", self._ask_table, page))
        buttons.addWidget(_button("Open study…", self._ask_study, page))
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(14)
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(buttons)
        return _centred(page, column)

    def _busy_page(self) -> QWidget:
        page = QWidget(self)
        self.bar.setParent(page)
        follow_text_size(self.bar, lambda: self.bar.setFixedWidth(scaled(_BAR_WIDTH)))
        column = QVBoxLayout()
        column.setSpacing(14)
        column.addWidget(self._busy)
        column.addWidget(self.bar)
        return _centred(page, column)


def _centred(page: QWidget, column: QVBoxLayout) -> QWidget:
    box = QWidget(page)
    box.setLayout(column)
    layout = QVBoxLayout(page)
    layout.addWidget(box, 0, Qt.AlignmentFlag.AlignCenter)
    return page


def _button(text: str, act: object, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setAutoDefault(False)
    button.clicked.connect(act)
    return button
