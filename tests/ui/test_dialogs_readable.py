"""Dialogs that no key opens by itself are readable, too; and no window is left unread."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders import make_exam
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from readable import cut_placeholders, unreadable

from viewer.domain.exam import PatientIdentity
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.patient_match import PatientMatch
from viewer.domain.patient_studies import Order, StudyRelation
from viewer.storage.accepted_licences import LicenceTerms
from viewer.ui.dialogs.confirm import ConfirmDialog
from viewer.ui.dialogs.confirm_patient import ConfirmPatientDialog
from viewer.ui.dialogs.licence import LicenceDialog
from viewer.ui.dialogs.mark_words import MarkWordsDialog
from viewer.ui.dialogs.read_study import ReadStudyDialog
from viewer.ui.file_chooser import FileChooser
from viewer.ui.study.leave_out_dialog import LeaveOutDialog
from viewer.ui.theme import apply_theme, set_text_size

SIZE = (1280, 800)
PERCENTS = (100, 150, 200)
WALKED = {
    "tests/ui/test_readable.py": {
        "MainWindow",
        "SettingsDialog",
        "CheatSheet",
        "Palette",
        "ModelsDialog",
        "AboutDialog",
        "SkippedDialog",
        "AssignViewsDialog",
        "PutImageDialog",
        "EditHangingsDialog",
        "DisplayCheck",
        "DiagnosticsDialog",
        "ScreenWidthDialog",
        "ClearFramesDialog",
    },
    "tests/ui/study/test_reading_readable.py": {"StudyWindow", "FinishedDialog"},
    "tests/ui/study/test_replay_window.py": {"ReplayWindow"},
    "tests/ui/study_design/test_designer_readable.py": {"Designer"},
    "tests/ui/analysis/test_analysis_readable.py": {"AnalysisWindow"},
}
"""Windows and dialogs whose words other tests look at."""
BASES = {"QDialog", "QMainWindow", "QWizard", "QMessageBox"}

PLAIN = "The model may be used for research. It may not be used for diagnosis or be sold."


def licence(parent: QWidget) -> QDialog:
    terms = [
        LicenceTerms(
            model=f"3D-GMIC member {n}, version 1.2",
            sha256=f"{n}" * 64,
            licence=PLAIN,
            training_data="DBT and FFDM of several hospitals, 2016 to 2020",
            intended_use="research",
        )
        for n in range(3)
    ]
    return LicenceDialog(terms, parent)


def mark_words(parent: QWidget) -> QDialog:
    mark = Mark(
        mark_id="m",
        image_id="i",
        shape=MarkShape.TEXT,
        points=(ImagePoint(3.0, 4.0),),
        slice_index=3,
        first_slice=1,
        last_slice=40,
        view="RMLO",
    )
    return MarkWordsDialog(mark, slices=96, parent=parent)


def confirm(parent: QWidget) -> QDialog:
    question = "Remove 3D-GMIC member 1, version 1.2, from the models of this computer?"
    return ConfirmDialog(title="Remove", question=question, action="Remove model", parent=parent)


def confirm_patient(parent: QWidget) -> QDialog:
    here, there = make_exam("Exam 0042"), make_exam("Exam 0043")
    mine = PatientIdentity(
        name="Featherstonehaugh^Margaret Anne",
        patient_id="MRN-00012345",
        birth_date="19600102",
        study_date="20240610",
    )
    relation = StudyRelation(
        exam=replace(there, identity=replace(mine, name="Smith^Margaret", study_date="20220611")),
        order=Order.EARLIER,
        between="2 y earlier",
        match=PatientMatch.NAME_DIFFERS,
        confirmed=False,
    )
    return ConfirmPatientDialog(replace(here, identity=mine), relation, parent)


def read_study(parent: QWidget) -> QDialog:
    dialog = ReadStudyDialog(chooser=FileChooser(), parent=parent)
    dialog.folder.setText("/nowhere/a study that is not there")
    return dialog


def leave_out(parent: QWidget) -> QDialog:
    return LeaveOutDialog("C-6940", "The images of this case cannot be read: no file.", parent)


DIALOGS: dict[str, Callable[[QWidget], QDialog]] = {
    "LicenceDialog": licence,
    "MarkWordsDialog": mark_words,
    "ConfirmDialog": confirm,
    "ConfirmPatientDialog": confirm_patient,
    "ReadStudyDialog": read_study,
    "LeaveOutDialog": leave_out,
}


@pytest.fixture
def parent(qtbot: QtBot, qapp: QApplication) -> Iterator[QWidget]:
    """The window that a dialog belongs to."""
    style, font = qapp.styleSheet(), qapp.font()
    apply_theme(qapp)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*SIZE)
    window.show()
    yield window
    qapp.setStyleSheet(style)
    qapp.setFont(font)


@pytest.mark.parametrize("name", DIALOGS)
@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_a_dialog_are_cut(
    parent: QWidget, qapp: QApplication, qtbot: QtBot, name: str, percent: int
) -> None:
    set_text_size(qapp, percent)
    dialog = DIALOGS[name](parent)
    dialog.show()
    qtbot.wait(60)
    assert type(dialog).__name__ == name
    assert [*unreadable(dialog), *cut_placeholders(dialog)] == []
    assert dialog.width() <= SIZE[0]
    assert dialog.height() <= SIZE[1]
    dialog.close()


@pytest.mark.parametrize("percent", PERCENTS)
def test_a_question_of_the_system_grows_with_the_words(
    parent: QWidget, qapp: QApplication, qtbot: QtBot, percent: int
) -> None:
    set_text_size(qapp, percent)
    box = QMessageBox(
        QMessageBox.Icon.Question,
        "Study design",
        "The design was changed and not written. Close without writing it?",
        QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel,
        parent,
    )
    box.show()
    qtbot.wait(60)
    assert unreadable(box) == []
    assert box.width() <= SIZE[0]
    box.close()


def test_every_window_and_dialog_of_the_program_is_looked_at() -> None:
    root = Path(__file__).resolve().parents[2]
    found = set()
    for file in (root / "viewer").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if bases & BASES:
                    found.add(node.name)
    assert found == {*DIALOGS, *(name for names in WALKED.values() for name in names)}
    for file_name in WALKED:
        assert "unreadable(" in (root / file_name).read_text(encoding="utf-8")
