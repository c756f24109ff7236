"""Two identities beside each other: is the other study of the same patient?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from viewer.domain.dicom_dates import date_words
from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.patient_studies import StudyRelation
from viewer.domain.person_name import name_words
from viewer.ui.shown_text import shown_text
from viewer.ui.text_size import scaled


class ConfirmPatientDialog(QDialog):
    """Accepted only by its own button; Enter and Escape leave the studies apart."""

    def __init__(self, exam: Exam, relation: StudyRelation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Confirm patient")
        words = QLabel(
            f"{relation.doubt} While they are apart, {relation.exam.alias} is no prior of "
            f"{exam.alias}. Your word is kept, by a hash without names, until you take it back: "
            "Exam > Part patients.",
            self,
        )
        words.setWordWrap(True)
        words.setMinimumWidth(scaled(460))
        buttons = QDialogButtonBox(self)
        same = buttons.addButton("Same patient", QDialogButtonBox.ButtonRole.AcceptRole)
        same.setAutoDefault(False)
        apart = buttons.addButton("Leave apart", QDialogButtonBox.ButtonRole.RejectRole)
        apart.setDefault(True)
        apart.setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(words)
        layout.addLayout(_table(exam, relation.exam, self))
        layout.addWidget(buttons)


def _table(exam: Exam, other: Exam, parent: QWidget) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(6)
    for column, title in enumerate((exam.alias, other.alias), start=1):
        heading = QLabel(title, parent)
        heading.setObjectName("heading")
        grid.addWidget(heading, 0, column)
    rows = zip(_rows(exam.identity), _rows(other.identity), strict=True)
    for row, ((title, here), (_, there)) in enumerate(rows, start=1):
        name = QLabel(title, parent)
        name.setObjectName("hint")
        grid.addWidget(name, row, 0)
        for column, text in enumerate((here, there), start=1):
            cell = QLabel(text or "not said", parent)
            cell.setTextFormat(Qt.TextFormat.PlainText)
            cell.setObjectName("warning" if here != there and row > 1 else "cell")
            grid.addWidget(cell, row, column)
    grid.setColumnStretch(2, 1)
    return grid


def _rows(identity: PatientIdentity) -> tuple[tuple[str, str], ...]:
    return (
        ("Study date", date_words(identity.study_date)),
        ("Patient id", identity.patient_id),
        ("Name", shown_text(name_words(identity.name))),
        ("Birth date", date_words(identity.birth_date)),
    )
