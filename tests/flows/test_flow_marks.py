"""The reader's marks in the whole window: drawn, undone, kept, restored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from marks_in_window import (
    ALT,
    CTRL,
    LEFT,
    SHIFT,
    drag,
    grabbed,
    is_drawn,
    kept_file,
    marks,
    opened,
    place,
)
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from running_program import RunningProgram

from viewer.domain.hanging import Slot
from viewer.domain.mark import MarkClass, MarkShape
from viewer.domain.windowing import Window
from viewer.session.marks import mark_selected
from viewer.session.state import Tool
from viewer.storage.marks_file import read_marks
from viewer.ui.dialogs.mark_words import MarkWordsDialog

Start = Callable[..., RunningProgram]


@pytest.fixture
def running(start: Start, pictures: Path) -> RunningProgram:
    """Four views, whose marks are read."""
    return opened(start(), pictures)


def test_a_length_is_drawn_with_the_mouse_seen_undone_and_redone(
    running: RunningProgram,
) -> None:
    running.key(Qt.Key.Key_D)
    assert running.state.options.tool is Tool.LENGTH
    assert not is_drawn(grabbed(running, Slot.LCC))
    drag(running, Slot.LCC, (100, 20), (100, 60), (160, 90))
    (mark,) = marks(running)
    assert mark.shape is MarkShape.LENGTH
    assert mark.points[0] == pytest.approx((100, 20), abs=2)
    assert mark.points[1] == pytest.approx((160, 90), abs=2)
    assert is_drawn(grabbed(running, Slot.LCC))
    running.key(Qt.Key.Key_Z, CTRL)
    assert marks(running) == ()
    assert not is_drawn(grabbed(running, Slot.LCC))
    running.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert marks(running) == (mark,)
    running.key(Qt.Key.Key_Z, CTRL)
    running.key(Qt.Key.Key_Y, CTRL)
    assert marks(running) == (mark,)


def test_an_angle_is_drawn_by_a_drag_and_a_click_or_by_three_clicks(
    running: RunningProgram,
) -> None:
    pane = running.program.hanging.panes[Slot.LCC]
    running.key(Qt.Key.Key_D, SHIFT)
    drag(running, Slot.LCC, (100, 20), (140, 60))
    running.qtbot.mouseMove(pane, place(running, Slot.LCC, 100, 80))
    running.qtbot.mouseClick(pane, LEFT, pos=place(running, Slot.LCC, 100, 90))
    for point in ((160, 20), (200, 40), (160, 70)):
        running.qtbot.mouseMove(pane, place(running, Slot.LCC, *point))
        running.qtbot.mouseClick(pane, LEFT, pos=place(running, Slot.LCC, *point))
    first, second = marks(running)
    assert [p.row for p in first.points] == pytest.approx([100, 140, 100], abs=2)
    assert [p.column for p in second.points] == pytest.approx([20, 40, 70], abs=2)


def test_a_region_says_area_mean_and_deviation_and_an_outline_is_drawn_freely(
    running: RunningProgram,
) -> None:
    running.key(Qt.Key.Key_R, ALT)
    drag(running, Slot.LCC, (120, 20), (160, 60))
    running.key(Qt.Key.Key_O, ALT)
    drag(running, Slot.LCC, (180, 20), (180, 60), (210, 60), (210, 20))
    scene = running.program.hanging.panes[Slot.LCC].scene
    said = [" ".join(drawn.lines) for drawn in scene.drawn_marks]
    assert len(said) == 2
    assert all("mean" in words and "SD" in words for words in said)
    assert len(marks(running)[1].points) == 4


def test_escape_abandons_the_mark_being_drawn_and_then_puts_the_tool_down(
    running: RunningProgram,
) -> None:
    running.key(Qt.Key.Key_D)
    pane = running.program.hanging.panes[Slot.LCC]
    running.qtbot.mousePress(pane, LEFT, pos=place(running, Slot.LCC, 100, 20))
    running.qtbot.mouseMove(pane, place(running, Slot.LCC, 150, 60))
    running.key(Qt.Key.Key_Escape)
    running.qtbot.mouseRelease(pane, LEFT, pos=place(running, Slot.LCC, 150, 60))
    assert marks(running) == ()
    assert running.state.options.tool is Tool.LENGTH
    running.key(Qt.Key.Key_Escape)
    assert running.state.options.tool is Tool.WINDOW


def test_a_mark_is_selected_by_a_click_dragged_and_deleted(running: RunningProgram) -> None:
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (100, 20), (160, 90))
    running.key(Qt.Key.Key_Escape)
    pane = running.program.hanging.panes[Slot.LCC]
    running.qtbot.mouseClick(pane, LEFT, pos=place(running, Slot.LCC, 250, 200))
    assert running.state.marks.selected is None
    window = running.state.panes[Slot.LCC].window
    drag(running, Slot.LCC, (130, 55), (140, 60), (150, 75))
    assert running.state.panes[Slot.LCC].window is window
    (mark,) = marks(running)
    assert mark.points[0] == pytest.approx((120, 40), abs=2.5)
    assert running.state.marks.selected == mark.mark_id
    drag(running, Slot.LCC, (120, 40), (110, 30), (105, 15))
    assert marks(running)[0].points[0] == pytest.approx((105, 15), abs=2.5)
    assert marks(running)[0].points[1] == mark.points[1]
    running.key(Qt.Key.Key_Delete)
    assert marks(running) == ()


def test_without_a_tool_the_left_button_changes_the_window_beside_marks(
    running: RunningProgram,
) -> None:
    drag(running, Slot.LCC, (100, 20), (120, 60), (160, 90))
    assert marks(running) == ()
    assert isinstance(running.state.panes[Slot.LCC].window, Window)


def test_words_class_and_key_images_come_back_after_a_restart(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    running = opened(start(home=home), pictures)

    def say(dialog: QDialog) -> bool:
        assert isinstance(dialog, MarkWordsDialog)
        dialog.words.setText("behind the nipple")
        dialog.classes.setCurrentText("asymmetry")
        return True

    running.dialogs.answer = say
    running.key(Qt.Key.Key_T, ALT)
    pane = running.program.hanging.panes[Slot.LCC]
    running.qtbot.mouseClick(pane, LEFT, pos=place(running, Slot.LCC, 100, 20))
    running.key(Qt.Key.Key_Escape)
    running.key(Qt.Key.Key_K)
    before, keys = marks(running), running.state.marks.exams[running.state.exam_id].kept.key_images
    assert [(m.text, m.mark_class) for m in before] == [("behind the nipple", MarkClass.ASYMMETRY)]
    assert len(keys) == 1
    assert any(line.text == "key image" for line in pane.scene.top_lines)
    path = kept_file(running, home)
    running.qtbot.waitUntil(path.exists)
    running.program.window.close()
    again = opened(start(home=home), pictures)
    assert marks(again) == before
    assert again.state.marks.exams[again.state.exam_id].kept.key_images == keys
    again.qtbot.waitUntil(lambda: len(again.program.marks.block.rows.lines) == 2)


def test_words_that_are_not_said_leave_no_mark(running: RunningProgram) -> None:
    running.key(Qt.Key.Key_T, ALT)
    pane = running.program.hanging.panes[Slot.LCC]
    running.qtbot.mouseClick(pane, LEFT, pos=place(running, Slot.LCC, 100, 20))
    assert running.dialogs.shown == ["MarkWordsDialog"]
    assert marks(running) == ()


def test_a_damaged_file_is_said_and_marks_are_kept_in_a_new_one(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    first = opened(start(home=home), pictures)
    path = kept_file(first, home)
    first.program.window.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{ no marks")
    running = opened(start(home=home), pictures)
    assert running.program.notices.isVisibleTo(running.program.window)
    assert (path.parent / f"{path.name}.damaged").read_text() == "{ no marks"
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (100, 20), (160, 90))
    running.qtbot.waitUntil(path.exists)


def test_two_programs_on_one_exam_keep_each_other_s_marks(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    one, other = opened(start(home=home), pictures), opened(start(home=home), pictures)
    for running, row in ((one, 100), (other, 160)):
        running.qtbot.keyClick(running.program.window, Qt.Key.Key_D)
        drag(running, Slot.LCC, (row, 20), (row + 40, 90))
    for running in (one, other):
        running.qtbot.waitUntil(lambda r=running: len(marks(r)) == 2, timeout=20_000)
    path = kept_file(one, home)
    written = [mark.mark_id for mark in read_marks(path.parent, one.state.exam_id or "").kept.marks]
    assert sorted(written) == sorted(mark.mark_id for mark in marks(one))
    one.qtbot.keyClick(one.program.window, Qt.Key.Key_Z, CTRL)
    assert len(marks(one)) == 1
    other.qtbot.waitUntil(lambda: marks(other) == marks(one), timeout=20_000)
    stamp = path.stat().st_mtime_ns
    one.qtbot.wait(7000)
    assert path.stat().st_mtime_ns == stamp


def test_what_was_changed_just_before_a_program_closed_is_seen_in_the_other(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    one, other = opened(start(home=home), pictures), opened(start(home=home), pictures)
    other.qtbot.keyClick(other.program.window, Qt.Key.Key_D)
    for row in (60, 160):
        drag(other, Slot.LCC, (row, 20), (row + 40, 90))
    one.qtbot.waitUntil(lambda: len(marks(one)) == 2, timeout=20_000)
    first, second = marks(other)
    one.program.session.apply(lambda state: mark_selected(state, first.mark_id))
    one.qtbot.keyClick(one.program.window, Qt.Key.Key_Delete)
    one.qtbot.keyClick(one.program.window, Qt.Key.Key_D)
    drag(one, Slot.LCC, (110, 20), (130, 90))
    left = marks(one)
    assert len(left) == 2
    assert second in left
    # Nothing runs in between: no look, no timer.
    one.program.window.close()
    one.program.close()
    other.qtbot.waitUntil(lambda: set(marks(other)) == set(left), timeout=20_000)
    again = opened(start(home=home), pictures)
    assert set(marks(again)) == set(left)


def test_marks_that_cannot_be_written_are_said_once_and_written_when_they_can_be(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    running = opened(start(home=home), pictures)
    folder = home / "config" / "marks"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    running.key(Qt.Key.Key_D)
    drag(running, Slot.LCC, (100, 20), (160, 90))
    running.qtbot.waitUntil(lambda: running.program.notices.isVisibleTo(running.program.window))
    drag(running, Slot.LCC, (180, 20), (200, 90))
    folder.unlink()
    drag(running, Slot.LCC, (120, 100), (200, 120))
    path = kept_file(running, home)
    running.qtbot.waitUntil(path.exists)
    assert len(marks(running)) == 3
