"""The wizard's window: pages in order, what is wrong with each, and writing the study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QFontMetrics
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.study_standing import StudyStanding, standing_of, write_study
from viewer.errors import Problem, ProblemKind
from viewer.jobs.exam_search import ExamSearch
from viewer.jobs.one_task import OneTask
from viewer.jobs.pilot_search import PilotSearch
from viewer.study.protocol import Protocol
from viewer.ui.file_chooser import FileChooser
from viewer.ui.folding_row import FoldingRow
from viewer.ui.fonts import text_font
from viewer.ui.icons import icon
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.study_design.design_page import DesignPage
from viewer.ui.study_design.draft import Draft, first_protocol
from viewer.ui.study_design.page_analysis import AnalysisPage
from viewer.ui.study_design.page_arms import ArmsPage
from viewer.ui.study_design.page_cases import CasesPage
from viewer.ui.study_design.page_picture import PicturePage
from viewer.ui.study_design.page_power import PowerPage
from viewer.ui.study_design.page_questions import QuestionsPage
from viewer.ui.study_design.page_readers import ReadersPage
from viewer.ui.study_design.page_sessions import SessionsPage
from viewer.ui.study_design.page_showing import ShowingPage
from viewer.ui.study_design.page_storage import StoragePage
from viewer.ui.study_design.page_study import StudyPage
from viewer.ui.study_design.page_truth import TruthPage
from viewer.ui.study_design.page_write import NOTHING_CHANGED, WritePage
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import SECONDARY, TEXT_PIXELS, WARNING

FIRST_SIZE = (1280, 860)
SMALLEST = (1000, 640)
_LIST_WIDTH = 232
_STEP_HEIGHT = 34
"""Logical pixels at 100 % text, as what follows."""
_SIGN = 16
_STEP_PADDING = 34

SealTruth = Callable[[Path, Path], Protocol]
"""Seals a CSV of truth into a study's folder, and gives the protocol that names it."""


class Designer(QMainWindow):
    """Edits one draft; nothing is written before the last page's button."""

    closing = Signal()

    def __init__(
        self,
        *,
        seed: int,
        search: ExamSearch,
        pilots: PilotSearch,
        writing: OneTask,
        seal_truth: SealTruth,
        truth_columns: str,
        chooser: FileChooser,
        may_discard: Callable[[QWidget], bool],
    ) -> None:
        """seed: of a new study's orders. may_discard: asks whether a changed draft may be lost."""
        super().__init__()
        self.setWindowTitle("Tomolens: study design")
        self.setMinimumSize(*SMALLEST)
        self._search, self._pilots, self._writing = search, pilots, writing
        self._seal_truth = seal_truth
        self._chooser = chooser
        self._may_discard = may_discard
        self.draft = Draft(first_protocol(seed), parent=self)
        self._kept = self.draft.protocol
        """As it was opened or written last."""
        self.notices = NoticeBar(self)
        self.truth = TruthPage(self.draft, chooser=chooser, columns=truth_columns)
        self.last = WritePage(self.draft, chooser=chooser)
        self.pages: tuple[DesignPage, ...] = (
            StudyPage(self.draft),
            CasesPage(self.draft, search=search, chooser=chooser),
            self.truth,
            ReadersPage(self.draft),
            ArmsPage(self.draft),
            SessionsPage(self.draft),
            QuestionsPage(self.draft),
            ShowingPage(self.draft),
            AnalysisPage(self.draft),
            PowerPage(self.draft, pilots=pilots, chooser=chooser),
            StoragePage(self.draft),
            PicturePage(self.draft, chooser=chooser),
            self.last,
        )
        self.list = QListWidget(self)
        self.stack = QStackedWidget(self)
        self.back_button = _button("Back", self.go_back, self)
        self.next_button = _button("Next", self.go_on, self)
        self.write_button = _button("Write the study", self.write, self)
        self._state = QLabel(self)
        self._lay_out()
        self.draft.changed.connect(self._follow)
        self.draft.folder_changed.connect(self._follow)
        self.last.reason.textChanged.connect(self._follow)
        writing.succeeded.connect(self._take)
        writing.failed.connect(self._say)
        writing.ended.connect(self._follow)
        self.list.currentRowChanged.connect(self._show_page)
        self.list.setCurrentRow(0)
        self.pages[0].take_focus()
        self._follow()

    @property
    def is_busy(self) -> bool:
        """Whether something is searched, read or written."""
        return any(job.is_running for job in (self._search, self._pilots, self._writing))

    def open(self, path: Path) -> None:
        """Open a study's protocol to change it."""
        self._writing.run(lambda: standing_of(path))

    def page(self, title: str) -> DesignPage:
        """A page by its title; raises KeyError."""
        for page in self.pages:
            if page.title == title:
                return page
        raise KeyError(title)

    def show_page(self, title: str) -> None:
        """Bring a page up."""
        self.list.setCurrentRow(self.pages.index(self.page(title)))

    @Slot()
    def go_back(self) -> None:
        """To the page before."""
        self.list.setCurrentRow(max(0, self.list.currentRow() - 1))
        self.pages[self.list.currentRow()].take_focus()

    @Slot()
    def go_on(self) -> None:
        """To the next page."""
        self.list.setCurrentRow(min(len(self.pages) - 1, self.list.currentRow() + 1))
        self.pages[self.list.currentRow()].take_focus()

    @Slot()
    def write(self) -> None:
        """Write the protocol, then seal the truth if a file was chosen."""
        folder, truth = self.draft.folder, self.truth.chosen
        if self._obstacle() or folder is None:
            return
        protocol, standing = self.last.to_write, self.last.standing
        has_changed = self.last.obstacle == ""
        seal = self._seal_truth

        def work() -> StudyStanding:
            if has_changed:
                write_study(folder, protocol, standing)
            if truth is not None:
                seal(folder, truth)
            return standing_of(folder)

        self._writing.run(work)
        self._follow()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask before a changed draft is lost; then let what runs end."""
        if self.draft.protocol != self._kept and not self._may_discard(self):
            event.ignore()
            return
        self.hide()
        self.closing.emit()
        self.close_jobs()
        super().closeEvent(event)

    def close_jobs(self) -> None:
        """Stop what runs, and wait for it."""
        self._search.cancel()
        for job in (self._search, self._pilots, self._writing):
            job.close()

    @Slot(object)
    def _take(self, standing: StudyStanding) -> None:
        """Show a study that was opened or written."""
        was_written = standing.folder.path == self.draft.folder
        self.draft.move(standing.folder.path)
        self.last.show_standing(standing)
        self.draft.change(standing.protocol)
        self._kept = standing.protocol
        self.last.follow()
        self.truth.forget()
        if was_written:
            self.notices.add(_next_steps(standing), "", is_error=False)
        self._follow()

    @Slot(Problem)
    def _say(self, problem: Problem) -> None:
        self.notices.add(
            problem.message, problem.hint, is_error=problem.kind is not ProblemKind.FIXABLE
        )

    @Slot(int)
    def _show_page(self, row: int) -> None:
        before = self.stack.currentWidget()
        if isinstance(before, DesignPage):
            before.left()
        self.stack.setCurrentIndex(row)
        self.pages[row].entered()
        self._follow()

    def _obstacle(self) -> str:
        """Why nothing can be written now."""
        if self.truth.chosen is not None and self.last.obstacle == NOTHING_CHANGED:
            return ", ".join(self.truth.complaints)
        return self.last.obstacle or ", ".join(self.truth.complaints)

    @Slot()
    def _follow(self) -> None:
        row = self.list.currentRow()
        for place, page in enumerate(self.pages):
            wrong = page.complaints
            item = self.list.item(place)
            name, colour = (
                ("mdi6.alert-outline", WARNING) if wrong else ("mdi6.circle-small", SECONDARY)
            )
            item.setIcon(icon(name, colour))
            item.setToolTip("\n".join(wrong[:6]))
        obstacle = self._obstacle()
        self._state.setText(f"Cannot be written yet: {obstacle}." if obstacle else "")
        is_last = row == len(self.pages) - 1
        self.back_button.setEnabled(row > 0)
        self.next_button.setVisible(not is_last)
        self.write_button.setVisible(is_last)
        self.write_button.setEnabled(not obstacle and not self._writing.is_running)

    def _ask_study(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None:
            self.open(folder)

    def _lay_out(self) -> None:
        self.list.setObjectName("steps")
        for page in self.pages:
            QListWidgetItem(page.title, self.list)
            self.stack.addWidget(page)
        follow_text_size(self.list, self._grow)
        self._state.setObjectName("hint")
        self._state.setWordWrap(True)
        self.next_button.setDefault(True)
        self.write_button.setDefault(True)
        bottom = FoldingRow(self._state, self._buttons(), gap=10, parent=self)
        bottom.set_margins(16, 10, 16, 12)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.list)
        middle.addWidget(self.stack, 1)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addLayout(middle, 1)
        column.addWidget(bottom)
        self.setCentralWidget(inside)

    def _buttons(self) -> QWidget:
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(_button("Open a study…", self._ask_study, self))
        row.addStretch(1)
        for button in (self.back_button, self.next_button, self.write_button):
            row.addWidget(button)
        return holder

    def _grow(self) -> None:
        """Take the size of words."""
        self.list.setIconSize(QSize(scaled(_SIGN), scaled(_SIGN)))
        for place in range(self.list.count()):
            self.list.item(place).setSizeHint(QSize(0, scaled(_STEP_HEIGHT)))
        font = text_font(scaled(TEXT_PIXELS))
        widest = max(QFontMetrics(font).horizontalAdvance(page.title) for page in self.pages)
        beside = scaled(_SIGN + _STEP_PADDING)
        self.list.setFixedWidth(max(_LIST_WIDTH, widest + beside))


def _next_steps(standing: StudyStanding) -> str:
    sealed = standing.protocol.sealed
    missing = [
        word
        for word, is_there in (("the truth", sealed.truth_sha256), ("the AI", sealed.ai_sha256))
        if not is_there
    ]
    seal = f" Still to be sealed: {' and '.join(missing)} (tomolens study seal)." if missing else ""
    return f"Written: {standing.folder.protocol_file.name} in {standing.folder.path.name}.{seal}"


def _button(text: str, act: Callable[[], None], parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.clicked.connect(lambda _=False: act())
    return button


def ask_to_discard(parent: QWidget) -> bool:
    """Ask whether a design that was not written may be lost."""
    button = QMessageBox.question(
        parent,
        "Study design",
        "The design was changed and not written. Close without writing it?",
        QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return button is QMessageBox.StandardButton.Discard
