"""Fields and tables of the wizard's pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from design_builders import sound_protocol
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inference.types import Laterality
from viewer.jobs.exam_search import ExamSearch
from viewer.study.protocol import AiLayer, Design, StudyCase, StudySession
from viewer.ui.file_chooser import FileChooser
from viewer.ui.study_design.draft import Draft, first_protocol, next_id
from viewer.ui.study_design.page_analysis import AnalysisPage
from viewer.ui.study_design.page_arms import ArmsPage
from viewer.ui.study_design.page_cases import CasesPage
from viewer.ui.study_design.page_questions import QuestionsPage
from viewer.ui.study_design.page_readers import ReadersPage
from viewer.ui.study_design.page_sessions import SessionsPage
from viewer.ui.study_design.page_showing import ShowingPage
from viewer.ui.study_design.page_storage import StoragePage
from viewer.ui.study_design.record_table import RecordTable
from viewer.ui.theme import apply_theme, style_sheet


@pytest.fixture
def draft(qapp: QApplication) -> Draft:
    if qapp.styleSheet() != style_sheet():
        apply_theme(qapp)
    return Draft(sound_protocol())


def type_into(table: RecordTable, row: int, column: int, text: str) -> bool:
    """What an editor hands over when it closes."""
    return bool(table.model.setData(table.model.index(row, column), text))


def test_a_draft_says_what_is_wrong_at_a_place_and_below_it() -> None:
    draft = Draft(first_protocol(3))
    assert not draft.is_sound
    assert [p.message for p in draft.problems_at(("case",))] == ["there is no case"]
    assert draft.problems_at(("arm",)) == ()
    draft.change(replace(sound_protocol(), readers=()))
    assert any("there is no reader" in p.message for p in draft.problems_at(("reader",)))


def test_ids_are_numbered_on_where_they_are_free() -> None:
    assert next_id("R", {"R01", "R03"}) == "R02"
    assert next_id("S", set(), digits=1) == "S1"


def test_readers_are_added_changed_and_removed_in_the_table(qtbot: QtBot, draft: Draft) -> None:
    page = ReadersPage(draft)
    qtbot.addWidget(page)
    page.table.add()
    assert [r.reader_id for r in draft.protocol.readers] == ["R01", "R02", "R03"]
    assert type_into(page.table, 2, 1, "7,5")
    assert draft.protocol.readers[2].experience_years == 7.5
    assert not type_into(page.table, 2, 1, "long")
    assert draft.protocol.readers[2].experience_years == 7.5
    assert type_into(page.table, 2, 3, "B")
    assert any("not defined" in message for message in page.complaints)
    cell = page.table.model.index(2, 3)
    assert "not defined" in page.table.model.data(cell, Qt.ItemDataRole.ToolTipRole)
    # Not selectRow, which toggles a row while an earlier test's modifier key counts as held.
    page.table.view.selectionModel().select(
        page.table.model.index(2, 0),
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
    )
    page.table.remove_chosen()
    assert len(draft.protocol.readers) == 2
    assert page.complaints == ()


def test_readers_follow_an_arm_that_gets_another_id(qtbot: QtBot, draft: Draft) -> None:
    page = ArmsPage(draft)
    qtbot.addWidget(page)
    assert type_into(page.table, 0, 0, "main")
    assert {reader.arm_id for reader in draft.protocol.readers} == {"main"}
    assert type_into(page.table, 0, 2, "crossover")
    assert draft.protocol.arms[0].design is Design.CROSSOVER
    assert type_into(page.table, 0, 1, "35")
    assert draft.protocol.arms[0].washout_days == 35
    assert any("crossover" in message for message in page.complaints)


def test_only_a_crossover_has_a_washout(qtbot: QtBot, draft: Draft) -> None:
    page = ArmsPage(draft)
    qtbot.addWidget(page)
    assert not type_into(page.table, 0, 1, "35")
    assert draft.protocol.arms[0].washout_days == 28


def test_sessions_take_limits_and_cases_and_the_order_its_numbers(
    qtbot: QtBot, draft: Draft
) -> None:
    page = SessionsPage(draft)
    qtbot.addWidget(page)
    assert type_into(page.table, 0, 1, "90")
    assert type_into(page.table, 0, 2, "case0001, case0002 case0003")
    session = draft.protocol.sessions[0]
    assert session == StudySession(
        session_id="S1", time_limit_s=90.0, cases=("case0001", "case0002", "case0003")
    )
    assert type_into(page.table, 0, 1, "none")
    assert type_into(page.table, 0, 2, "all")
    assert draft.protocol.sessions[0] == StudySession(session_id="S1")
    page.repeats.setValue(2)
    page.distance.setValue(1)
    page.feedback.setChecked(False)
    protocol = draft.protocol
    assert (protocol.planted_repeats, protocol.repeat_distance, protocol.feedback) == (2, 1, False)
    page.seed.clear()
    qtbot.keyClicks(page.seed, "123456789012")
    assert draft.protocol.seed == 123456789012


def test_questions_that_an_endpoint_needs_are_missed(qtbot: QtBot, draft: Draft) -> None:
    questions, analysis = QuestionsPage(draft), AnalysisPage(draft)
    for page in (questions, analysis):
        qtbot.addWidget(page)
    questions.asked["marks"].setChecked(True)
    questions.asked["pom"].setChecked(False)
    assert any("pom" in message for message in analysis.complaints)
    analysis.endpoint.setCurrentIndex(analysis.endpoint.findData("wafroc"))
    analysis.endpoint.activated.emit(analysis.endpoint.currentIndex())
    assert draft.protocol.analysis.primary_endpoint == "wafroc"
    questions.threshold.setValue(3.5)
    assert draft.protocol.questions.recall_threshold_percent == 3.5
    analysis.weight.setValue(0.7)
    assert draft.protocol.analysis.hybrid_lambda == 0.7
    assert draft.protocol.analysis.text == ""


def test_nothing_of_the_ai_can_be_ticked_for_the_phase_alone(qtbot: QtBot, draft: Draft) -> None:
    page = ShowingPage(draft)
    qtbot.addWidget(page)
    for layer in AiLayer:
        assert not page.ticks["alone", layer.value].isEnabled()
    page.ticks["aided", "patches"].setChecked(False)
    page.ticks["aided", "hybrid"].setChecked(True)
    page.ticks["alone", "FFDM"].setChecked(False)
    assert draft.protocol.aided.ai_layers == {AiLayer.SALIENCY, AiLayer.SCORES}
    assert draft.protocol.aided.hybrid
    assert "FFDM" not in draft.protocol.alone.kinds
    assert "DBT" in draft.protocol.alone.kinds
    page.ticks["alone", "FFDM"].setChecked(True)
    assert draft.protocol.alone.kinds == ()


def test_a_password_in_the_database_is_refused(qtbot: QtBot, draft: Draft) -> None:
    page = StoragePage(draft)
    qtbot.addWidget(page)
    qtbot.keyClicks(page.database, "postgresql://me:secret@host/study")
    assert any("password" in message for message in page.complaints)
    page.database.clear()
    qtbot.keyClicks(page.database, "postgresql://me@host/study")
    assert page.complaints == ()


def test_cases_are_ticked_for_training_renamed_and_given_attributes(
    qtbot: QtBot, draft: Draft
) -> None:
    draft.change(
        replace(
            draft.protocol,
            sessions=(StudySession(session_id="S1", cases=("case0001", "case0002")),),
        )
    )
    page = CasesPage(draft, search=ExamSearch(), chooser=FileChooser())
    qtbot.addWidget(page)
    model = page.table.model
    tick = model.index(0, 1)
    model.setData(tick, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert draft.protocol.cases[0].training
    assert type_into(page.table, 1, 0, "left-one")
    assert draft.protocol.sessions[0].cases == ("case0001", "left-one")
    assert type_into(page.table, 1, 2, "L")
    assert draft.protocol.cases[1].breasts == (Laterality.LEFT,)
    assert type_into(page.table, 1, 5, "density=c; lesion=mass")
    assert dict(draft.protocol.cases[1].attributes) == {"density": "c", "lesion": "mass"}
    assert not type_into(page.table, 1, 5, "dense")
    page.table.view.selectionModel().select(
        page.table.model.index(1, 0),
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
    )
    page.table.remove_chosen()
    assert draft.protocol.sessions[0].cases == ("case0001",)


def test_a_worklist_becomes_cases_with_attributes(
    qtbot: QtBot, draft: Draft, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    worklist = tmp_path / "list.csv"
    worklist.write_text("path,patient,training,breasts,density\none,P1,0,RL,b\ntwo,P2,1,L,c\n")
    draft.change(replace(draft.protocol, cases=()))
    draft.move(tmp_path)
    page = CasesPage(draft, search=ExamSearch(), chooser=FileChooser())
    qtbot.addWidget(page)
    page.add_worklist(worklist)
    first, second = draft.protocol.cases
    assert first == StudyCase(
        case_id="case0001", path="one", patient=first.patient, attributes={"density": "b"}
    )
    assert second.training
    assert second.breasts == (Laterality.LEFT,)
    unsafe = tmp_path / "unsafe.csv"
    unsafe.write_text("path,malignant\none,1\n")
    page.add_worklist(unsafe)
    assert len(draft.protocol.cases) == 2
    assert "malignant" in page.said
