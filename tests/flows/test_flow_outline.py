"""An outline drawn by keys in the whole window, with the mouse resting over the pane."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from running_program import RunningProgram

from viewer.commands.cheat_sheet import cheat_sheet
from viewer.commands.table import COMMANDS
from viewer.domain.hanging import Slot
from viewer.domain.mark import ImagePoint, Mark
from viewer.session.marks import all_marks
from viewer.session.outline_by_keys import corners_of, outline_in_hand
from viewer.storage.marks_file import read_marks

Start = Callable[..., RunningProgram]
LEFT = Qt.MouseButton.LeftButton
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
Key = Qt.Key


@pytest.fixture
def running(start: Start, pictures: Path) -> RunningProgram:
    """Four views, the left CC active, an outline begun by keys."""
    running = start()
    running.open(pictures)
    running.qtbot.waitUntil(lambda: running.state.exam_id in running.state.marks.exams)
    while running.state.active != Slot.LCC:
        running.key(Key.Key_Tab)
    running.key(Key.Key_O, ALT)
    running.key(Key.Key_M, ALT)
    return running


def hand(running: RunningProgram) -> ImagePoint:
    drawn = outline_in_hand(running.state)
    assert drawn is not None
    return drawn.points[-1]


def marks(running: RunningProgram) -> tuple[Mark, ...]:
    return all_marks(running.state)


def far(running: RunningProgram, key: Qt.Key, steps: int) -> None:
    for _ in range(steps):
        running.key(key, SHIFT)


def square(running: RunningProgram) -> None:
    """Three corners of a square, the point at the fourth."""
    running.key(Key.Key_Space)
    for key in (Key.Key_Right, Key.Key_Down):
        far(running, key, 3)
        running.key(Key.Key_Space)
    far(running, Key.Key_Left, 3)


def place(running: RunningProgram, row: float, column: float) -> QPoint:
    pane = running.program.hanging.panes[Slot.LCC]
    x, y = pane.scene.viewport.to_device(row, column)
    return QPoint(round(x), round(y))


def painted(running: RunningProgram) -> np.ndarray:
    """The pane as it is on screen, (rows, columns, 4)."""
    QApplication.processEvents()
    pane = running.program.hanging.panes[Slot.LCC]
    image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4).copy()


def test_an_outline_is_drawn_by_keys_alone_kept_undone_and_restored(
    running: RunningProgram, start: Start, pictures: Path, tmp_path: Path
) -> None:
    first = hand(running)
    slice_index = running.state.active_pane.slice_index
    square(running)
    running.key(Key.Key_Return)
    (mark,) = marks(running)
    row, column = first
    assert mark.points == (
        first,
        ImagePoint(row, column + 30),
        ImagePoint(row + 30, column + 30),
        ImagePoint(row + 30, column),
    )
    assert running.state.active_pane.slice_index == slice_index
    running.key(Key.Key_Z, CTRL)
    assert marks(running) == ()
    running.key(Key.Key_Y, CTRL)
    assert marks(running) == (mark,)
    running.program.window.close()
    kept = read_marks(tmp_path / "home" / "config" / "marks", running.state.exam_id).kept
    assert kept.marks == (mark,)
    again = start()
    again.open(pictures)
    again.qtbot.waitUntil(lambda: marks(again) == (mark,))


def test_the_outline_is_seen_as_it_grows_and_says_its_area_and_the_keys(
    running: RunningProgram,
) -> None:
    pictures = [painted(running)]
    for key in (Key.Key_Space, Key.Key_Right, Key.Key_Space, Key.Key_Down):
        if key == Key.Key_Space:
            running.key(key)
        else:
            far(running, key, 4)
        pictures.append(painted(running))
    for before, after in zip(pictures, pictures[1:], strict=False):
        assert (before != after).any()
    (drawn,) = running.program.hanging.panes[Slot.LCC].scene.drawn_marks
    assert any("mean" in line for line in drawn.lines)
    assert "Space: corner   Backspace: back" in drawn.quiet_lines


def test_a_pointer_that_moves_over_the_pane_does_not_drag_the_point_away(
    running: RunningProgram,
) -> None:
    pane = running.program.hanging.panes[Slot.LCC]
    square(running)
    before = running.state.marks.drawn
    for row in (20, 120, 200):
        running.qtbot.mouseMove(pane, place(running, row, 90))
    assert running.state.marks.drawn is before
    running.key(Key.Key_Return)
    assert len(marks(running)[0].points) == 4


def test_a_click_sets_a_corner_and_a_drag_goes_on_with_the_outline_freely(
    running: RunningProgram,
) -> None:
    pane = running.program.hanging.panes[Slot.LCC]
    square(running)
    three = corners_of(running.state)
    running.qtbot.mouseClick(pane, LEFT, pos=place(running, 170, 40))
    assert corners_of(running.state)[:3] == three
    assert corners_of(running.state)[3] == pytest.approx((170, 40), abs=2)
    assert outline_in_hand(running.state) is not None
    running.qtbot.mousePress(pane, LEFT, pos=place(running, 160, 30))
    for row in (150, 140, 130):
        running.qtbot.mouseMove(pane, place(running, row, 20))
    running.qtbot.mouseRelease(pane, LEFT, pos=place(running, 130, 20))
    assert running.state.marks.drawn is None
    (mark,) = marks(running)
    assert mark.points[:3] == three
    assert mark.points[-1] == pytest.approx((130, 20), abs=2)


def test_a_click_on_another_pane_keeps_what_is_whole_and_begins_there(
    running: RunningProgram,
) -> None:
    square(running)
    pane = running.program.hanging.panes[Slot.RCC]
    running.qtbot.mousePress(pane, LEFT, pos=pane.rect().center())
    assert [mark.view for mark in marks(running)] == ["LCC"]
    assert not running.state.marks.is_drawn_by_keys
    running.qtbot.mouseRelease(pane, LEFT, pos=pane.rect().center())
    assert len(marks(running)) == 1


def test_a_close_that_is_refused_says_why_and_escape_gives_the_outline_up(
    running: RunningProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(running.program.status, "say", said.append)
    running.key(Key.Key_Space)
    running.key(Key.Key_Return)
    running.key(Key.Key_D)
    assert said == [
        "Close outline: an outline needs three corners around an area.",
        "Length tool: an outline is being drawn by keys: Enter closes it, Esc gives it up.",
    ]
    assert outline_in_hand(running.state) is not None
    running.key(Key.Key_Escape)
    assert running.state.marks.drawn is None
    assert marks(running) == ()


def test_a_corner_of_a_kept_outline_is_moved_by_keys(running: RunningProgram) -> None:
    square(running)
    running.key(Key.Key_Return)
    (before,) = marks(running)
    running.key(Key.Key_Return, SHIFT)
    running.key(Key.Key_Tab, SHIFT)
    far(running, Key.Key_Down, 1)
    running.key(Key.Key_Return)
    (after,) = marks(running)
    row, column = before.points[2]
    assert after.points == (*before.points[:2], ImagePoint(row + 10, column), before.points[3])


def test_the_sheet_of_keys_says_the_keys_of_an_outline(running: RunningProgram) -> None:
    keys = running.program.preferences.keys
    lines = [line for block in cheat_sheet(COMMANDS, keys) for line in block.lines]
    said = {line.command_id: line.keys for line in lines}
    assert said["mark.corner"] == ("Space",)
    assert said["mark.corner_back"] == ("Backspace", "Ctrl+Z")
    assert said["mark.close_outline"] == ("Enter",)
    assert said["mark.left_far"] == ("Shift+←",)
