"""Open, hang, scroll, link, window, toggle, jump: through the real window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from running_program import RunningProgram

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.view import ImageKind
from viewer.session.framing import fit_scale, viewport_of
from viewer.session.state import Layout

Start = Callable[..., RunningProgram]


@pytest.fixture
def reading(start: Start, phantom: Path) -> RunningProgram:
    running = start()
    running.open(phantom)
    return running


def wheel(running: RunningProgram, slot: Slot, notches: int, modifiers: object = None) -> None:
    """Turn the wheel over a pane; positive is towards the reader."""
    pane = running.program.hanging.panes[slot]
    centre = QPointF(pane.rect().center())
    event = QWheelEvent(
        centre,
        pane.mapToGlobal(centre),
        QPoint(),
        QPoint(0, -120 * notches),
        Qt.MouseButton.NoButton,
        modifiers or Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pane, event)


def drag(running: RunningProgram, slot: Slot, button: Qt.MouseButton, by: QPoint) -> None:
    """Drag over a pane."""
    pane = running.program.hanging.panes[slot]
    start = pane.rect().center()
    QTest.mousePress(pane, button, pos=start)
    for step in (0.4, 0.8, 1.0):
        point = QPointF(start) + QPointF(by) * step
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            point,
            pane.mapToGlobal(point),
            Qt.MouseButton.NoButton,
            button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(pane, move)
    QTest.mouseRelease(pane, button, pos=start + by)


def slices(running: RunningProgram) -> list[int]:
    return [running.state.panes[slot].slice_index for slot in STANDARD_SLOTS]


def test_an_exam_hangs_with_chest_walls_touching_at_one_scale(reading: RunningProgram) -> None:
    panes = reading.program.hanging.panes
    for right, left in ((Slot.RCC, Slot.LCC), (Slot.RMLO, Slot.LMLO)):
        assert panes[right].geometry().right() + 1 == panes[left].geometry().left()
        viewport = viewport_of(reading.state, right)
        edge = viewport.left + viewport.image_columns * viewport.scale_column
        assert edge == pytest.approx(viewport.pane_width, abs=1)
        assert viewport_of(reading.state, left).left == pytest.approx(0, abs=1)
    scales = {
        round(panes[slot].scene.viewport.scale_row / reading.state.image_in(slot).spacing.row_mm, 3)
        for slot in STANDARD_SLOTS
    }
    assert scales == {round(fit_scale(reading.state), 3)}
    assert slices(reading) == [3, 3, 3, 3]


def test_wheel_and_keys_scroll_and_clicking_the_strip_leaves_the_keys_alive(
    reading: RunningProgram,
) -> None:
    wheel(reading, Slot.RMLO, 1)
    assert slices(reading) == [3, 3, 4, 3]
    reading.key(Qt.Key.Key_Down)
    assert slices(reading) == [4, 3, 4, 3]
    strip = reading.program.strip
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() - 140, 30))
    assert slices(reading)[0] == 5
    reading.key(Qt.Key.Key_Up)
    assert slices(reading)[0] == 4
    reading.key(Qt.Key.Key_Home)
    assert slices(reading)[0] == 0
    reading.key(Qt.Key.Key_PageDown)
    assert slices(reading)[0] == 5


def test_clicking_a_slider_of_the_panel_leaves_the_keys_alive(reading: RunningProgram) -> None:
    controls = reading.program.panel.controls
    slider = controls._malignant.opacity
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    reading.key(Qt.Key.Key_Down)
    assert slices(reading)[0] == 4


def test_linked_panes_scroll_together(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_L)
    wheel(reading, Slot.LCC, 2)
    assert slices(reading) == [5, 5, 5, 5]
    reading.key(Qt.Key.Key_L)
    wheel(reading, Slot.LCC, -1)
    assert slices(reading) == [5, 4, 5, 5]


def test_the_pane_shows_the_slice_the_state_says(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_End)
    reading.wait_for_frames()
    texts = [line.text for line in reading.program.hanging.panes[Slot.RCC].scene.bottom_lines]
    assert texts[0].startswith("6/6")


def test_dragging_changes_the_window_and_middle_dragging_pans(reading: RunningProgram) -> None:
    drag(reading, Slot.LCC, Qt.MouseButton.LeftButton, QPoint(60, 0))
    assert reading.state.active == Slot.LCC
    window = reading.state.panes[Slot.LCC].window
    assert window is not None
    before = viewport_of(reading.state, Slot.RCC)
    drag(reading, Slot.RCC, Qt.MouseButton.MiddleButton, QPoint(-30, 20))
    after = viewport_of(reading.state, Slot.RCC)
    assert (after.left - before.left, after.top - before.top) == pytest.approx((-30, 20), abs=1)
    reading.key(Qt.Key.Key_W)
    drag(reading, Slot.RCC, Qt.MouseButton.LeftButton, QPoint(30, -20))
    assert viewport_of(reading.state, Slot.RCC).left == pytest.approx(before.left, abs=2)


def test_ctrl_wheel_zooms_about_the_pointer(reading: RunningProgram) -> None:
    pane = reading.program.hanging.panes[Slot.RCC]
    x, y = pane.rect().center().x(), pane.rect().center().y()
    before = viewport_of(reading.state, Slot.RCC).to_image(x, y)
    wheel(reading, Slot.RCC, -3, Qt.KeyboardModifier.ControlModifier)
    viewport = viewport_of(reading.state, Slot.RCC)
    assert viewport.to_image(x, y) == pytest.approx(before, abs=1.0)
    assert slices(reading) == [3, 3, 3, 3]


def test_kinds_toggle_in_place(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_Plus)
    framing = reading.state.panes[Slot.RCC].framing
    reading.key(Qt.Key.Key_S)
    assert reading.state.image_in(Slot.RCC).kind is ImageKind.SYNTHETIC_2D
    assert reading.state.panes[Slot.RCC].framing == framing
    reading.key(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert {reading.state.image_in(slot).kind for slot in STANDARD_SLOTS} == {ImageKind.FFDM}
    reading.wait_for_frames()


def test_double_click_and_enter_show_one_view_and_all_again(reading: RunningProgram) -> None:
    panes = reading.program.hanging.panes
    QTest.mouseDClick(panes[Slot.LMLO], Qt.MouseButton.LeftButton)
    assert reading.state.layout is Layout.SINGLE
    assert [panes[slot].isVisible() for slot in STANDARD_SLOTS] == [False, False, False, True]
    reading.key(Qt.Key.Key_Right)
    assert panes[Slot.RCC].isVisible()
    reading.wait_for_frames()
    reading.key(Qt.Key.Key_Return)
    assert all(panes[slot].isVisible() for slot in STANDARD_SLOTS)


def test_tab_goes_to_the_next_pane_and_marks_it(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_Tab)
    assert reading.state.active == Slot.LCC
    scenes = {slot: reading.program.hanging.panes[slot].scene.active for slot in STANDARD_SLOTS}
    assert scenes == {slot: slot == Slot.LCC for slot in STANDARD_SLOTS}
    reading.key(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert reading.state.active == Slot.RCC


def test_panels_fold_with_one_key_each_and_full_screen_leaves_images(
    reading: RunningProgram,
) -> None:
    program = reading.program
    for key, widget in (
        (Qt.Key.Key_F2, program.series),
        (Qt.Key.Key_F3, program.strip),
        (Qt.Key.Key_F4, program.panel),
    ):
        reading.key(key)
        assert not widget.isVisible()
        reading.key(key)
        assert widget.isVisible()
    reading.key(Qt.Key.Key_F11)
    others = (program.series, program.strip, program.panel, program.status)
    reading.qtbot.waitUntil(lambda: not any(w.isVisible() for w in others))
    reading.key(Qt.Key.Key_Escape)
    reading.qtbot.waitUntil(lambda: all(w.isVisible() for w in others))


def test_identity_is_hidden_until_its_key(reading: RunningProgram) -> None:
    def words() -> str:
        return reading.program.hanging.panes[Slot.RCC].scene.description

    name = reading.state.exam.identity.name.replace("^", " ").strip()
    assert name
    assert name not in words()
    reading.key(Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    assert name in words()


def test_a_key_that_cannot_be_used_says_why(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_N)
    assert "the AI has marked nothing" in reading.program.status.said


def test_cine_plays_and_stops(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_C)
    reading.qtbot.waitUntil(lambda: slices(reading)[0] not in (3, 4), timeout=5000)
    reading.key(Qt.Key.Key_C)
    assert not reading.state.options.cine.playing


def test_thumbnails_appear_and_bring_their_image_up(reading: RunningProgram) -> None:
    cells = reading.program.series.cells
    reading.qtbot.waitUntil(lambda: len(cells.pictured) == 12, timeout=20_000)
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    first = reading.state.exam.images[0]
    assert reading.state.active_pane.image_id == first.image_id


def test_every_command_in_every_menu_can_be_triggered(reading: RunningProgram) -> None:
    from viewer.commands.table import COMMANDS

    left_out = {"exam.quit", "exam.demo", "exam.close"}
    for command in COMMANDS:
        if command.id not in left_out:
            reading.program.actions.action(command.id).trigger()
    assert "CheatSheet" in reading.dialogs.shown
    assert "SettingsDialog" in reading.dialogs.shown
