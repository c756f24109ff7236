"""The study wizard: a study made from nothing, opened again, frozen, sealed."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from design_builders import DesignChooser, settle, sound_protocol, started
from journal_builders import order, submitted
from patient_builders import relabelled
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.near import MOST_OPEN
from viewer.storage.keep_protocol import create_protocol
from viewer.storage.open_journal import open_journal
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.order import plan_session
from viewer.study.protocol import AiLayer, Design, Protocol
from viewer.study.read_protocol import parse_protocol
from viewer.ui.study_design.page_cases import CasesPage
from viewer.ui.study_design.page_picture import PicturePage
from viewer.ui.study_design.page_power import PowerPage
from viewer.ui.study_design.page_study import StudyPage
from viewer.ui.theme import apply_theme, style_sheet


@pytest.fixture(autouse=True)
def _own_home(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if qapp.styleSheet() != style_sheet():
        apply_theme(qapp)
    monkeypatch.setenv("TOMOLENS_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small phantom exams with their truth."""
    folder = tmp_path_factory.mktemp("exams")
    write_phantom_exams(folder, exams=2, seed=2, slices=3, rows=320, columns=260)
    return folder


def test_a_study_is_designed_from_nothing_written_and_read_back(
    qtbot: QtBot, tmp_path: Path, exams: Path
) -> None:
    window = started(qtbot)
    assert not window.write_button.isEnabled()
    study = window.page("Title and question")
    assert isinstance(study, StudyPage)
    assert window.focusWidget() is study.name
    qtbot.keyClicks(study.name, "With and without")
    qtbot.keyClicks(study.study_id, "-1")
    window.show_page("Check and write")
    window.last.use_folder(tmp_path / "made")
    cases = window.page("Cases")
    assert isinstance(cases, CasesPage)
    cases.add_folders([exams])
    settle(qtbot, window)
    assert window.last.obstacle == ""
    assert window.write_button.isEnabled()
    wanted = window.draft.protocol
    window.write_button.click()
    settle(qtbot, window)
    written = read_protocol(StudyFolder(tmp_path / "made"))
    assert written == wanted
    assert written.title == "With and without"
    assert written.study_id == "study-1"
    assert len(written.cases) == 2
    assert "Still to be sealed" in window.notices.texts[-1]
    assert window.last.obstacle == "nothing has changed"


def test_exams_become_cases_once_with_their_views_and_no_identity(
    qtbot: QtBot, tmp_path: Path, exams: Path
) -> None:
    window = started(qtbot)
    window.last.use_folder(exams)
    page = window.page("Cases")
    assert isinstance(page, CasesPage)
    for _ in range(2):
        page.add_folders([exams])
        settle(qtbot, window)
    cases = window.draft.protocol.cases
    assert [case.path for case in cases] == ["exam_0001", "exam_0002"]
    assert [case.patient for case in cases] == ["P0001", "P0002"]
    model = page.table.model
    views = [model.data(model.index(row, 3)) for row in range(2)]
    assert all(view.startswith("RCC LCC RMLO LMLO") for view in views)
    window.last.use_folder(tmp_path)
    moved = window.draft.protocol.cases[0].path
    assert (tmp_path / moved).resolve() == (exams / "exam_0001").resolve()


def test_every_exam_of_a_folder_becomes_a_case_however_many(
    qtbot: QtBot, tmp_path: Path, exams: Path
) -> None:
    count = MOST_OPEN + 1
    for number in range(count):
        target = tmp_path / "many" / f"exam{number}"
        relabelled(exams / "exam_0001", target, study=str(number), PatientID=f"P{number}")
    window = started(qtbot)
    page = window.page("Cases")
    assert isinstance(page, CasesPage)
    page.add_folders([tmp_path / "many"])
    settle(qtbot, window)
    assert len(window.draft.protocol.cases) == count


def test_the_truth_is_sealed_apart_when_the_study_is_written(
    qtbot: QtBot, tmp_path: Path, exams: Path
) -> None:
    window = started(qtbot)
    window.draft.change(replace(window.draft.protocol, title="Sealed"))
    window.last.use_folder(tmp_path / "sealed_study")
    page = window.page("Cases")
    assert isinstance(page, CasesPage)
    page.add_folders([exams])
    settle(qtbot, window)
    truth = tmp_path / "truth.csv"
    with truth.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case_id", "laterality", "malignant"])
        for case in window.draft.protocol.cases:
            writer.writerows([[case.case_id, "R", 1], [case.case_id, "L", 0]])
    window.truth.file.setText(str(truth))
    window.show_page("Check and write")
    window.write_button.click()
    settle(qtbot, window)
    assert window.notices.texts[-1].startswith("Written")
    written = read_protocol(StudyFolder(tmp_path / "sealed_study"))
    assert len(written.sealed.truth_sha256) == 64
    assert window.truth.chosen is None
    text = (tmp_path / "sealed_study" / "study.toml").read_text()
    assert "malignant" not in text


def answered(folder: Path, protocol: Protocol) -> None:
    """Lock one answer in a study's journal."""
    place = StudyFolder(folder)
    create_protocol(place, protocol)
    journal = open_journal(place, protocol)
    planned = plan_session(protocol, "R01", "S1")
    journal.append(replace(order(planned), actor="R01"))
    journal.append(replace(submitted(), actor="R01"))
    journal.close()


def test_a_frozen_study_becomes_its_next_version_only_with_a_reason(
    qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "frozen"
    answered(folder, sound_protocol())
    window = started(qtbot)
    window.open(folder)
    settle(qtbot, window)
    window.show_page("Check and write")
    assert window.last.reason.isVisible()
    assert window.last.obstacle == "nothing has changed"
    window.draft.change(replace(window.draft.protocol, planted_repeats=0, title="Other title"))
    assert "reason" in window.last.obstacle
    assert not window.write_button.isEnabled()
    qtbot.keyClicks(window.last.reason, "the title was wrong")
    assert window.write_button.isEnabled()
    assert "version = 2" in window.last.text.toPlainText()
    window.write_button.click()
    settle(qtbot, window)
    written = read_protocol(StudyFolder(folder))
    assert (written.version, written.reason) == (2, "the title was wrong")


def test_a_study_without_answers_is_simply_changed(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    create_protocol(StudyFolder(folder), sound_protocol())
    window = started(qtbot)
    window.open(folder / "study.toml")
    settle(qtbot, window)
    window.draft.change(replace(window.draft.protocol, title="Better title"))
    window.show_page("Check and write")
    assert not window.last.reason.isVisible()
    window.write_button.click()
    settle(qtbot, window)
    written = read_protocol(StudyFolder(folder))
    assert (written.version, written.title) == (1, "Better title")


def test_another_study_is_never_overwritten(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    create_protocol(StudyFolder(folder), sound_protocol())
    window = started(qtbot)
    window.draft.change(replace(sound_protocol(), title="Mine"))
    window.last.use_folder(folder)
    window.show_page("Check and write")
    window.write_button.click()
    settle(qtbot, window)
    assert "is there already" in window.notices.texts[-1]
    assert read_protocol(StudyFolder(folder)).title == "A small study"


def test_every_page_follows_the_draft_and_says_what_is_wrong(qtbot: QtBot) -> None:
    window = started(qtbot)
    for page in window.pages:
        window.show_page(page.title)
        assert page.isVisible()
    window.draft.change(replace(sound_protocol(), planted_repeats=3))
    wrong = {page.title for page in window.pages if page.complaints}
    assert wrong == {"Sessions and order"}
    window.draft.change(replace(sound_protocol(), seed=-1))
    assert window.page("Sessions and order").complaints


def test_the_text_shown_is_the_text_that_parses_to_the_draft(qtbot: QtBot) -> None:
    window = started(qtbot)
    protocol = replace(
        sound_protocol(),
        aided=replace(sound_protocol().aided, ai_layers=frozenset({AiLayer.SCORES}), hybrid=True),
    )
    window.draft.change(protocol)
    window.show_page("Check and write")
    assert parse_protocol(window.last.text.toPlainText()) == protocol


def test_a_changed_design_is_not_lost_without_asking(qtbot: QtBot) -> None:
    window = started(qtbot, may_discard=False)
    window.draft.change(replace(window.draft.protocol, title="Much work"))
    assert not window.close()
    assert window.isVisible()
    window.draft.change(replace(window.draft.protocol, title=""))
    assert window.close()


def test_the_picture_is_drawn_and_saved(qtbot: QtBot, tmp_path: Path) -> None:
    chooser = DesignChooser()
    chooser.save_as = tmp_path / "design.svg"
    window = started(qtbot, chooser)
    arms = (replace(sound_protocol().arms[0], design=Design.CROSSOVER),)
    sessions = (
        sound_protocol().sessions[0],
        replace(sound_protocol().sessions[0], session_id="S2"),
    )
    window.draft.change(replace(sound_protocol(), arms=arms, sessions=sessions))
    window.show_page("Picture of the design")
    page = window.page("Picture of the design")
    assert isinstance(page, PicturePage)
    picture = page.view.picture
    assert picture is not None
    assert any(box.text == "Washout" for box in picture.boxes)
    page.save_button.click()
    assert chooser.save_as.read_text().startswith("<svg")


def test_the_power_page_answers_for_the_published_study(qtbot: QtBot) -> None:
    window = started(qtbot)
    window.show_page("Power")
    page = window.page("Power")
    assert isinstance(page, PowerPage)
    page.readers.setValue(5)
    page.cases.setValue(400)
    assert page.answer.text().startswith("Power 0.26 ")
    assert page.plot.lines == 5


def test_a_pilot_gives_its_variances_blind_to_its_effect(qtbot: QtBot, shared: Path) -> None:
    window = started(qtbot)
    window.show_page("Power")
    page = window.page("Power")
    assert isinstance(page, PowerPage)
    page.use_pilot(shared / "data" / "reader_studies" / "vandyke.imrmc")
    settle(qtbot, window)
    page.effect.setValue(0.044)
    page.readers.setValue(10)
    page.cases.setValue(165)
    assert page.source.currentText() == "Pilot: vandyke"
    assert page.answer.text().startswith("Power 0.81 ")
