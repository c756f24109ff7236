"""The reader's marks by keys, in their list and menu, in pictures and tables."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from marks_in_window import (
    ALT,
    CTRL,
    LEFT,
    RIGHT,
    SHIFT,
    drag,
    grabbed,
    is_drawn,
    marks,
    opened,
    place,
)
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from running_program import RunningProgram

from viewer.domain.hanging import Slot
from viewer.domain.mark import MarkClass
from viewer.domain.mark_regions import region_values
from viewer.domain.slab import THICKNESSES
from viewer.session.slabs import slab_stepped

Start = Callable[..., RunningProgram]

THICKEST = len(THICKNESSES)
"""Steps to a slab of 20 mm: the phantom's slices are thick, thinner slabs hold one."""


@pytest.fixture
def running(start: Start, pictures: Path) -> RunningProgram:
    """Four views, whose marks are read."""
    return opened(start(), pictures)


def test_a_whole_mark_is_made_by_keys_alone(running: RunningProgram) -> None:
    running.key(Qt.Key.Key_D)
    running.key(Qt.Key.Key_M, ALT)
    slices = running.state.active_pane.slice_index
    before = marks(running)[0]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        running.key(key)
    running.key(Qt.Key.Key_Tab)
    running.key(Qt.Key.Key_Right, SHIFT)
    after = marks(running)[0]
    assert after.points[1] == pytest.approx(
        (before.points[1].row + 2, before.points[1].column + 1 + 10)
    )
    assert after.points[0] == pytest.approx((before.points[0].row, before.points[0].column + 10))
    assert running.state.active_pane.slice_index == slices
    running.key(Qt.Key.Key_Escape)
    assert not running.state.marks.editing
    running.key(Qt.Key.Key_Escape)
    active = running.state.active
    running.key(Qt.Key.Key_Tab)
    assert running.state.active != active


def test_the_list_is_walked_by_keys_and_enter_goes_to_the_mark(running: RunningProgram) -> None:
    for slot in (Slot.LCC, Slot.RMLO):
        running.key(Qt.Key.Key_D)
        drag(running, slot, (100, 60), (160, 90))
        running.key(Qt.Key.Key_Escape)
    rows = running.program.marks.block.rows
    running.key(Qt.Key.Key_L, ALT)
    assert rows.hasFocus()
    assert [line.where for line in rows.lines] == ["LCC", "RMLO"]
    running.key(Qt.Key.Key_Home)
    running.key(Qt.Key.Key_Return)
    assert running.state.active == Slot.LCC
    running.key(Qt.Key.Key_A)
    assert not running.state.overlay.visible
    running.key(Qt.Key.Key_Escape)
    assert not rows.hasFocus()


def test_a_key_image_is_deleted_in_the_list(running: RunningProgram) -> None:
    running.key(Qt.Key.Key_K)
    running.key(Qt.Key.Key_L, ALT)
    running.key(Qt.Key.Key_Delete)
    assert running.state.marks.exams[running.state.exam_id].kept.is_empty


def test_the_list_says_why_it_cannot_be_had(running: RunningProgram) -> None:
    said = []
    running.program.desk.marks.kept.connect(said.append)
    running.key(Qt.Key.Key_L, ALT)
    running.key(Qt.Key.Key_K)
    running.key(Qt.Key.Key_F11)
    running.key(Qt.Key.Key_L, ALT)
    assert said == [
        "There are no marks and key images yet.",
        "The list is hidden in full screen; Alt+Right goes to the next mark.",
    ]


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_the_menu_of_a_mark_says_its_class(running: RunningProgram) -> None:
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (100, 20), (160, 90))
    running.key(Qt.Key.Key_Escape)
    pane = running.program.hanging.panes[Slot.LCC]
    running.qtbot.mouseClick(pane, RIGHT, pos=place(running, Slot.LCC, 130, 55))
    menu = running.program.marks.menu.shown
    assert menu is not None
    titles = {action.text(): action for action in menu.actions()}
    titles["Mass"].trigger()
    menu.close()
    assert marks(running)[0].mark_class is MarkClass.MASS


def test_marks_are_hidden_and_shown_with_a_key(running: RunningProgram) -> None:
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (100, 20), (160, 90))
    running.key(Qt.Key.Key_H, ALT)
    assert not is_drawn(grabbed(running, Slot.LCC))
    running.key(Qt.Key.Key_H, ALT)
    assert is_drawn(grabbed(running, Slot.LCC))


def test_a_picture_shows_the_marks_without_words(running: RunningProgram, tmp_path: Path) -> None:
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (100, 20), (160, 90))
    running.key(Qt.Key.Key_Escape)
    running.chooser.save_as = (tmp_path / "pane.png", 0)
    running.key(Qt.Key.Key_S, CTRL)
    running.qtbot.waitUntil(lambda: not running.program.pictures.is_running)
    picture = QImage(str(tmp_path / "pane.png")).convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(picture.constBits(), np.uint8)
    assert is_drawn(flat.reshape(picture.height(), picture.width(), 4))


def test_the_table_of_marks_names_no_one_and_leaves_out_words(
    running: RunningProgram, tmp_path: Path
) -> None:
    running.dialogs.answer = lambda dialog: dialog.words.setText("Mrs Smith") or True
    running.key(Qt.Key.Key_E, ALT)
    drag(running, Slot.LCC, (120, 20), (160, 60))
    running.key(Qt.Key.Key_W, ALT)
    assert marks(running)[0].text == "Mrs Smith"
    running.key(Qt.Key.Key_V, ALT)
    pane = running.program.hanging.panes[Slot.LCC]
    running.qtbot.mouseClick(pane, LEFT, pos=place(running, Slot.LCC, 150, 50))
    path = tmp_path / "marks.csv"
    running.chooser.save_as = (path, 0)
    running.program.desk.marks.save()
    running.qtbot.waitUntil(path.exists)
    assert "Smith" not in path.read_text()
    first, second = csv.DictReader(path.read_text().splitlines())
    assert (first["shape"], first["view"], first["mark"]) == ("ellipse", "LCC", "1")
    assert 9000 < float(first["mean"]) < 12000
    assert (second["shape"], second["mark"]) == ("probe", "2")
    assert float(second["value"]) == int(second["code"])


def test_a_table_of_values_says_that_they_are_of_slices_while_a_slab_is_shown(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    running = opened(start(), phantom)
    path = tmp_path / "marks.csv"
    running.chooser.save_as = (path, 0)

    def saved() -> tuple[str, dict[str, str]]:
        path.unlink(missing_ok=True)
        running.program.status.say("")
        running.program.desk.marks.save()
        running.qtbot.waitUntil(lambda: "written" in running.program.status.said)
        return running.program.status.said, next(csv.DictReader(path.read_text().splitlines()))

    running.key(Qt.Key.Key_E, ALT)
    drag(running, Slot.LCC, (120, 20), (160, 60))
    image, own = running.state.image_in(Slot.LCC), running.state.panes[Slot.LCC].slice_index
    assert image is not None
    alone = saved()
    assert alone[0] == "Marks written to marks.csv."
    running.program.session.apply(lambda state: slab_stepped(state, Slot.RCC, THICKEST))
    assert saved() == alone, "the slab is another image's"
    running.program.session.apply(lambda state: slab_stepped(state, Slot.LCC, THICKEST))
    running.wait_for_frames()
    said, row = saved()
    assert said == (
        "Marks written to marks.csv. Its values are of the slice named there, not of the slab."
    )
    assert row == alone[1]
    assert int(row["slice"]) == own + 1
    frame = running.program.files.frame(image.image_id, own)
    assert frame is not None
    of_slice = region_values(marks(running)[0], frame, image.grey_scale)
    assert of_slice is not None
    assert float(row["mean"]) == pytest.approx(of_slice.mean)


def test_a_table_without_values_has_nothing_to_say_of_a_slab(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    running = opened(start(), phantom)
    running.chooser.save_as = (tmp_path / "marks.csv", 0)
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (120, 20), (160, 60))
    running.program.session.apply(lambda state: slab_stepped(state, Slot.LCC, THICKEST))
    running.program.desk.marks.save()
    running.qtbot.waitUntil(lambda: "written" in running.program.status.said)
    assert running.program.status.said == "Marks written to marks.csv."
