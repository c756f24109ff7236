"""Hangings in the whole program: stages, the menu, the editor, a second screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from patient_builders import relabelled
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import Origin
from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.framing import viewport_of
from viewer.session.staging import with_protocol
from viewer.ui.dialogs.edit_hangings import EditHangingsDialog

Start = Callable[..., RunningProgram]
PATIENT = {"PatientID": "4711", "PatientName": "Doe^Jane", "PatientBirthDate": "19610203"}


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    return write_phantom_exams(folder, seed=4, slices=3, rows=160, columns=130)[0].folder


def hang(running: RunningProgram, protocol_id: str, stage: int = 0) -> None:
    protocol = next(p for p in running.state.protocols if p.protocol_id == protocol_id)
    running.program.session.apply(lambda state: with_protocol(state, protocol, stage))
    running.wait_for_frames()


def test_one_key_steps_through_the_stages_and_the_place_is_shown(
    start: Start, phantom: Path
) -> None:
    running = start()
    running.open(phantom)
    button = running.program.top_bar.hanging_button
    assert button.text() == "Screening 1/8: Four views"
    running.key(Qt.Key.Key_Space)
    running.wait_for_frames()
    assert button.text() == "Screening 3/8: CC pair"
    panes = running.program.hanging.panes
    assert list(panes) == [Slot.RCC, Slot.LCC]
    right, left = panes[Slot.RCC].geometry(), panes[Slot.LCC].geometry()
    assert right.right() + 1 == left.left()
    assert left.right() + 1 == running.program.hanging.width()
    visible = [pane for pane in running.program.hanging.made_panes if pane.isVisible()]
    assert len(visible) == 2
    running.key(Qt.Key.Key_Comma)
    running.wait_for_frames()
    assert len(running.program.hanging.panes) == 4
    assert running.state.stage_index == 0


def test_the_prior_hangs_below_the_current_exam(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "patient"
    relabelled(phantom, folder / "old", study="old", StudyDate="20220705", **PATIENT)
    relabelled(phantom, folder / "new", study="new", StudyDate="20240610", **PATIENT)
    running = start()
    running.open(folder)
    running.key(Qt.Key.Key_Space)
    running.wait_for_frames()
    assert running.state.stage.title == "Current over prior"
    for slot, pane in running.program.hanging.panes.items():
        lines = [line.text for line in pane.scene.top_lines]
        is_prior = running.state.place(slot).origin is Origin.PRIOR
        assert ("prior, 1 y 11 mo earlier" in lines) == is_prior
    assert len(running.program.hanging.panes) == 8


def test_quadrants_at_one_to_one_are_those_of_the_breast_not_of_the_image(
    start: Start, phantom: Path
) -> None:
    running = start()
    running.open(phantom)
    for stage in range(4):
        hang(running, "quadrants", stage)
        # The phantom is smaller than a pane, so each quadrant shows all of it.
        running.qtbot.waitUntil(lambda: all(chest_walls_touch(running)), timeout=WAIT_MS)
        quadrant = running.state.quadrant
        assert quadrant is not None
        assert quadrant.words == f"quadrant {stage + 1} of 4"


def chest_walls_touch(running: RunningProgram) -> list[bool]:
    touching = []
    for slot in running.state.slots:
        image, viewport = running.state.image_in(slot), viewport_of(running.state, slot)
        assert image is not None
        assert viewport is not None
        wall, edge = (0, 0) if image.chest_wall_is_left else (image.columns, viewport.pane_width)
        touching.append(abs(viewport.to_device(0, wall)[0] - edge) < 10)
    return touching


def test_the_mouse_acts_on_the_place_a_pane_stands_for_now(start: Start, phantom: Path) -> None:
    running = start()
    running.open(phantom)
    hang(running, "pairs", 1)
    pane = running.program.hanging.panes[Slot.LMLO]
    before = running.state.panes[Slot.LMLO].slice_index
    pane.scrolled.emit(-1)
    assert running.state.panes[Slot.LMLO].slice_index == before - 1
    pane.activated.emit()
    assert running.state.active == Slot.LMLO


def test_a_protocol_made_of_the_screen_is_kept_and_hangs_after_a_restart(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    running = start()
    running.open(phantom)
    hang(running, "kinds", 1)

    def make(dialog: QDialog) -> bool:
        assert isinstance(dialog, EditHangingsDialog)
        dialog.choice.setCurrentIndex(dialog.choice.count() - 1)
        dialog.choice.activated.emit(dialog.choice.count() - 1)
        dialog.title.setText("Left CC kinds")
        return True

    running.dialogs.answer = make
    running.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert running.dialogs.shown == ["EditHangingsDialog"]
    assert running.state.protocol.title == "Left CC kinds"
    assert not running.state.protocol.shipped
    running.program.window.close()
    running.program.close()
    again = start()
    again.open(phantom)
    assert again.state.protocol.title == "Left CC kinds"
    assert [slot.value for slot in again.state.slots] == [
        "LCC DBT",
        "LCC Synthetic 2D",
        "LCC FFDM",
    ]


def test_the_editor_changes_places_and_stages_and_cancel_keeps_everything(
    start: Start, phantom: Path
) -> None:
    running = start()
    running.open(phantom)
    before = running.state.protocols

    def change(dialog: QDialog) -> bool:
        assert isinstance(dialog, EditHangingsDialog)
        menu = dialog.grid.cells[0].menu()
        next(a for a in menu.actions() if a.text() == "LMLO").trigger()
        assert dialog.grid.cells[0].text() == "LMLO"
        dialog.second_screen.click()
        assert dialog.protocol is not None
        assert len(dialog.protocol.stages[0].screens) == 2
        return False

    running.dialogs.answer = change
    running.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert running.state.protocols == before


def test_a_damaged_hanging_file_is_named_and_the_rest_serves(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "home" / "config" / "hangings"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("stages = 3")
    running = start()
    running.open(phantom)
    assert running.program.hangings.hangings.complaints[0].startswith("mine.toml is damaged")
    assert (folder / "mine.toml.damaged").exists()
    assert len(running.state.protocols) == 9


def test_the_second_screen_has_its_own_window_and_gives_its_panes_back(
    start: Start, phantom: Path
) -> None:
    running = start()
    running.open(phantom)
    hang(running, "two-screens")
    main = running.program.hanging
    assert len(main.panes) == 4
    running.key(Qt.Key.Key_F9)
    second = running.program.hangings.screens.second
    assert second is not None
    assert second.isVisible()
    assert list(main.panes) == [Slot.RCC, Slot.RMLO]
    assert list(second.hanging.panes) == [Slot.LCC, Slot.LMLO]
    left = second.hanging.panes[Slot.LCC]
    running.qtbot.waitUntil(lambda: left.scene.image is not None, timeout=WAIT_MS)
    running.qtbot.keyClick(second, Qt.Key.Key_I)
    assert running.state.panes[running.state.active].inverted
    second.close()
    assert running.state.screens == 1
    assert len(main.panes) == 4


def test_an_unplugged_display_brings_the_images_back(start: Start, phantom: Path) -> None:
    running = start()
    running.open(phantom)
    hang(running, "two-screens")
    screens = running.program.hangings.screens
    said: list[str] = []
    screens.noticed.connect(said.append)
    screens.switch_second()
    assert screens.second is not None
    screens._display_went(screens.second.screen())
    assert not screens.second.isVisible()
    assert running.state.screens == 1
    assert "unplugged" in said[0]
