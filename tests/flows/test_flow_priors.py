"""Two studies of a patient in the whole program: grouped, shown, confirmed, never mixed up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from patient_builders import relabelled
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.domain.hanging import Slot
from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.patient import image_put, priors
from viewer.session.staging import stage_after
from viewer.ui.dialogs.confirm_patient import ConfirmPatientDialog
from viewer.ui.dialogs.put_image import PutImageDialog

Start = Callable[..., RunningProgram]
PATIENT = {"PatientID": "4711", "PatientName": "Doe^Jane", "PatientBirthDate": "19610203"}


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    return write_phantom_exams(folder, seed=4, slices=3, rows=160, columns=130)[0].folder


@pytest.fixture
def patient(tmp_path: Path, phantom: Path) -> Path:
    folder = tmp_path / "patient"
    relabelled(phantom, folder / "a_old", study="old", StudyDate="20220705", **PATIENT)
    relabelled(phantom, folder / "b_new", study="new", StudyDate="20240610", **PATIENT)
    return folder


def prior_image(running: RunningProgram) -> str:
    return next(
        image.image_id
        for image in priors(running.state)[0].images
        if image.view.abbreviation == "RCC"
    )


def test_the_newest_study_hangs_and_the_prior_is_shown_as_such(start: Start, patient: Path) -> None:
    running = start()
    running.open(patient)
    assert running.state.exam is not None
    assert running.state.exam.identity.study_date == "20240610"
    assert [h.between for h in running.program.series.cells.headings] == ["", "1 y 11 mo earlier"]
    shown = prior_image(running)
    pane = running.program.hanging.panes[Slot.RCC]
    pane.image_dropped.emit(shown)
    running.qtbot.waitUntil(lambda: pane.scene.image is not None, timeout=WAIT_MS)
    assert pane.scene.top_lines[1].text == "prior, 1 y 11 mo earlier"
    assert pane.scene.other_study
    assert not running.program.hanging.panes[Slot.LCC].scene.other_study
    running.qtbot.waitUntil(lambda: shown in running.program.series.cells.pictured, timeout=WAIT_MS)


def test_another_name_is_warned_of_and_confirmed_by_the_reader(
    start: Start, tmp_path: Path, patient: Path, phantom: Path
) -> None:
    running = start(home=tmp_path / "home")
    other = PATIENT | {"PatientName": "Smith^Ann"}
    relabelled(phantom, tmp_path / "c", study="third", StudyDate="20210705", **other)
    running.program.open([patient, tmp_path / "c"])
    running.qtbot.waitUntil(lambda: len(running.state.exams) == 3, timeout=WAIT_MS)
    notices = "\n".join(running.program.notices.texts)
    assert "another name" in notices
    assert "Smith" not in notices
    assert len(priors(running.state)) == 1

    def confirm(dialog: QDialog) -> bool:
        assert isinstance(dialog, ConfirmPatientDialog)
        return True

    running.dialogs.answer = confirm
    running.program.desk.confirm_patient()
    assert len(priors(running.state)) == 2
    running.qtbot.waitUntil(lambda: not running.program.search.is_running, timeout=WAIT_MS)
    running.program.close()
    again = start(home=tmp_path / "home")
    again.program.open([patient, tmp_path / "c"])
    again.qtbot.waitUntil(lambda: len(priors(again.state)) == 2, timeout=WAIT_MS)
    assert not any("another name" in text for text in again.program.notices.texts)
    kept = (tmp_path / "home" / "config" / "reading.toml").read_text()
    assert "Smith" not in kept
    assert again.state.exam.identity.patient_id not in kept
    again.qtbot.waitUntil(lambda: not again.program.search.is_running, timeout=WAIT_MS)


def test_an_image_is_put_into_a_pane_by_keyboard(start: Start, patient: Path) -> None:
    running = start()
    running.open(patient)
    shown = prior_image(running)

    def choose(dialog: QDialog) -> bool:
        assert isinstance(dialog, PutImageDialog)
        for row in range(dialog.list.count()):
            if dialog.list.item(row).data(Qt.ItemDataRole.UserRole) == shown:
                dialog.list.setCurrentRow(row)
        return True

    running.dialogs.answer = choose
    running.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert running.state.active_pane.image_id == shown


def test_no_image_of_another_patient_can_be_put_beside_the_exam(
    start: Start, tmp_path: Path, patient: Path, phantom: Path
) -> None:
    running = start()
    stranger = PATIENT | {"PatientID": "9"}
    relabelled(phantom, tmp_path / "z", study="stranger", StudyDate="20210705", **stranger)
    running.program.open([patient, tmp_path / "z"])
    running.qtbot.waitUntil(lambda: len(running.state.exams) == 3, timeout=WAIT_MS)
    other = next(exam for exam in running.state.exams if exam.identity.patient_id == "9")
    before = running.state
    after = image_put(before, Slot.RCC, other.images[0].image_id)
    assert after is before


def test_every_place_of_every_stage_is_measured_and_fits(start: Start, patient: Path) -> None:
    running = start()
    running.open(patient)
    steps = 0
    while stage_after(running.state, 1) is not None:
        running.key(Qt.Key.Key_Space)
        running.wait_for_frames()
        state, panes = running.state, running.program.hanging.panes
        sizes = {slot: panes[slot].device_size for slot in state.slots}
        assert dict(state.pane_sizes) == sizes, state.stage.title
        steps += 1
    assert steps > 3
