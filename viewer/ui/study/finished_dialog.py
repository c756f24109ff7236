"""The list of submitted answers, and the amendment of one, openly and with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.session.study_form import (
    BREAST_NAMES,
    StudyForm,
    birads_chosen,
    form_of,
    pom_placed,
    recall_chosen,
    text_written,
)
from viewer.study.answer import BreastAnswer
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Phase, Questions
from viewer.study.reading_state import ReadingState
from viewer.ui.study.breast_box import BreastBox
from viewer.ui.text_size import follow_text_size, scaled, size_dialog

SHORTEST_REASON = 5
_BESIDE = 12
"""Logical pixels, at 100 % text, that a column is wider than its words."""
PHASE_NAMES = {Phase.ALONE: "alone", Phase.AIDED: "with AI"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """One breast's answer of one phase as it stands: locked, or as amended last."""

    key: ReadingKey
    alias: str
    phase: Phase
    answer: BreastAnswer
    amended: bool

    @property
    def words(self) -> str:
        """What was answered."""
        answer = self.answer
        parts = []
        if answer.pom_percent is not None:
            parts.append(f"{answer.pom_percent:.1f} %")
        if answer.birads is not None:
            parts.append(f"BI-RADS {answer.birads.value}")
        if answer.recall is not None:
            parts.append("recall" if answer.recall else "no recall")
        if answer.marks:
            parts.append(f"{len(answer.marks)} marks" if len(answer.marks) > 1 else "1 mark")
        if self.amended:
            parts.append("amended")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What a reader wants changed openly."""

    submitted: Submitted
    new: BreastAnswer
    reason: str


def submitted_of(states: Sequence[ReadingState]) -> tuple[Submitted, ...]:
    """Every locked answer, breast by breast, in the order of reading."""
    found = []
    for state in states:
        for phase, locked in state.locked.items():
            for answer in locked.answers:
                later = [
                    a.new
                    for a in state.amendments
                    if a.phase is phase and a.new.laterality is answer.laterality
                ]
                found.append(
                    Submitted(
                        key=state.planned.key,
                        alias=state.planned.alias,
                        phase=phase,
                        answer=later[-1] if later else answer,
                        amended=bool(later),
                    )
                )
    return tuple(found)


class FinishedDialog(QDialog):
    """Lists answers; Amend opens the form of one. The locked answers are always kept."""

    def __init__(
        self,
        submitted: Sequence[Submitted],
        questions: Questions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Finished readings")
        size_dialog(self, 620, 520)
        self._submitted = tuple(submitted)
        self._questions = questions
        self.amended: Amended | None = None
        self.editor: AmendBox | None = None
        self.table = QTableWidget(len(self._submitted), 4, self)
        self.table.setHorizontalHeaderLabels(["Case", "Phase", "Breast", "Answer"])
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setAccessibleName("Finished readings")
        fitted = QHeaderView.ResizeMode.ResizeToContents
        self.table.verticalHeader().setSectionResizeMode(fitted)
        self.table.horizontalHeader().setStretchLastSection(True)
        for row, one in enumerate(self._submitted):
            side = BREAST_NAMES[one.answer.laterality].split()[0]
            for column, text in enumerate((one.alias, PHASE_NAMES[one.phase], side, one.words)):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.amend = QPushButton("Amend…", self)
        self.amend.setEnabled(False)
        self._below = QVBoxLayout()
        follow_text_size(self.table, self._fit_columns)
        self._lay_out()
        self.table.itemSelectionChanged.connect(self._choose)
        self.amend.clicked.connect(self._open)

    def _fit_columns(self) -> None:
        """Room for the words and some beside them."""
        self.table.resizeColumnsToContents()
        for column in range(self.table.columnCount() - 1):
            self.table.setColumnWidth(column, self.table.columnWidth(column) + scaled(_BESIDE))

    def _lay_out(self) -> None:
        words = QLabel(
            "What was submitted is locked. An amendment is a further record with a reason; the "
            "analysis uses the locked answer and says where one was amended.",
            self,
        )
        words.setObjectName("hint")
        words.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.amend)
        row.addStretch(1)
        row.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(words)
        layout.addWidget(self.table, 1)
        layout.addLayout(self._below)
        layout.addLayout(row)

    @Slot()
    def _choose(self) -> None:
        self.amend.setEnabled(self.editor is None and bool(self.table.selectedItems()))

    @Slot()
    def _open(self) -> None:
        row = self.table.currentRow()
        if not 0 <= row < len(self._submitted):
            return
        self.amend.setEnabled(False)
        self.table.setEnabled(False)
        self.editor = AmendBox(self._submitted[row], self._questions, self)
        self.editor.confirm.clicked.connect(self._confirm)
        self._below.addWidget(self.editor)

    @Slot()
    def _confirm(self) -> None:
        if self.editor is not None and self.editor.is_complete:
            self.amended = self.editor.amended
            self.accept()


class AmendBox(QWidget):
    """One breast's answer, to be changed with a reason; marks stay, the images are not shown."""

    def __init__(
        self, submitted: Submitted, questions: Questions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._submitted = submitted
        side = submitted.answer.laterality
        self._form = StudyForm(questions=questions, breasts=(form_of(submitted.answer),))
        self.box = BreastBox(side, questions, self)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("Reason, needed")
        self.reason.setAccessibleName("Reason of the amendment")
        self.confirm = QPushButton("Record the amendment", self)
        title = QLabel(f"{submitted.alias}, {PHASE_NAMES[submitted.phase]}", self)
        title.setObjectName("heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title)
        layout.addWidget(self.box)
        layout.addWidget(self.reason)
        layout.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignLeft)
        box = self.box
        box.pom_placed.connect(lambda s, p, how: self._take(pom_placed(self._form, s, p, how)))
        box.birads_chosen.connect(lambda s, c: self._take(birads_chosen(self._form, s, c)))
        box.recall_chosen.connect(lambda s, r: self._take(recall_chosen(self._form, s, r)))
        box.text_written.connect(lambda s, t: self._take(text_written(self._form, s, t)))
        self.reason.textChanged.connect(self._show)
        self._show()

    @property
    def is_complete(self) -> bool:
        """Whether something differs and a reason is given."""
        return self._new != self._submitted.answer and len(self._reason) >= SHORTEST_REASON

    @property
    def amended(self) -> Amended:
        """The amendment."""
        return Amended(submitted=self._submitted, new=self._new, reason=self._reason)

    @property
    def _new(self) -> BreastAnswer:
        return replace(self._form.answers[0], marks=self._submitted.answer.marks)

    @property
    def _reason(self) -> str:
        return self.reason.text().strip()

    def _take(self, form: StudyForm) -> None:
        self._form = form
        self._show()

    @Slot()
    def _show(self) -> None:
        self.box.show_form(self._form, enabled=True)
        self.confirm.setEnabled(self.is_complete)
