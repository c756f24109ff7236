"""A reader needs no mouse, and no click takes the keys away from the images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QSlider,
    QWidget,
)
from running_program import RunningProgram

from viewer.ui.dialogs.palette import Palette
from viewer.ui.dialogs.settings import SettingsDialog
from viewer.ui.theme import ACCENT

Start = Callable[..., RunningProgram]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def reading(start: Start, phantom: Path, weights: tuple[Path, Path]) -> RunningProgram:
    running = start(weights=weights, run_ai=True)
    running.open(phantom)
    running.wait_for_ai()
    running.program.window.activateWindow()
    running.qtbot.waitUntil(running.program.window.isActiveWindow)
    return running


def click(running: RunningProgram, widget: QWidget, point: QPoint | None = None) -> None:
    """Click as the system reports it: at a place of the window."""
    window = running.program.window
    place = widget.mapTo(window, point or widget.rect().center())
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    running.qtbot.wait(5)


def slice_index(running: RunningProgram) -> int:
    return running.state.active_pane.slice_index


def keys_reach_the_images(running: RunningProgram) -> bool:
    """Whether a key changes the active image, and the change taken back."""
    before = running.state.active_pane.inverted
    running.key(Qt.Key.Key_I)
    after = running.state.active_pane.inverted
    running.key(Qt.Key.Key_I)
    home = slice_index(running)
    running.key(Qt.Key.Key_End if home == 0 else Qt.Key.Key_Home)
    return before != after and slice_index(running) != home


def test_after_a_click_on_any_control_keys_go_to_the_images(reading: RunningProgram) -> None:
    parts = (reading.program.panel, reading.program.series, reading.program.strip)
    trapped = []
    for part in parts:
        widgets = [part, *part.findChildren(QWidget)]
        for widget in widgets:
            is_menu = isinstance(widget, QAbstractButton) and not isinstance(widget, QCheckBox)
            if not widget.isVisible() or is_menu or isinstance(widget, QLineEdit | QComboBox):
                continue
            if widget.visibleRegion().isEmpty():
                continue
            click(reading, widget, widget.visibleRegion().boundingRect().center())
            if not keys_reach_the_images(reading):
                trapped.append(f"{type(widget).__name__} {widget.accessibleName()}")
    assert trapped == []


def test_after_every_dialog_keys_go_to_the_images(reading: RunningProgram) -> None:
    reading.dialogs.answer = lambda dialog: False
    for key, modifiers in (
        (Qt.Key.Key_F1, None),
        (Qt.Key.Key_Comma, CTRL),
        (Qt.Key.Key_M, CTRL),
        (Qt.Key.Key_K, CTRL),
    ):
        reading.key(key, modifiers)
        reading.qtbot.waitUntil(reading.program.window.isActiveWindow)
        assert keys_reach_the_images(reading)
    assert reading.dialogs.shown == ["CheatSheet", "SettingsDialog", "ModelsDialog", "Palette"]


def switch_away_and_back(reading: RunningProgram) -> None:
    """Let another window have the keyboard for a while, as a dialog or another program does."""
    window, other = reading.program.window, QWidget()
    reading.qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    reading.qtbot.waitUntil(other.isActiveWindow)
    other.close()
    window.activateWindow()
    reading.qtbot.waitUntil(window.isActiveWindow)
    reading.qtbot.wait(5)


def test_after_another_window_had_the_keyboard_keys_go_to_the_images(
    reading: RunningProgram,
) -> None:
    switch_away_and_back(reading)
    assert keys_reach_the_images(reading)
    # Where the reader was by keys the keyboard comes back to.
    reading.key(Qt.Key.Key_F6)
    region, focused = reading.program.access.place.region, QApplication.focusWidget()
    assert region is not None
    switch_away_and_back(reading)
    assert reading.program.access.place.region is region
    assert QApplication.focusWidget() is focused


def test_the_palette_runs_what_is_typed(reading: RunningProgram) -> None:
    def answer(dialog: QDialog) -> bool:
        assert isinstance(dialog, Palette)
        reading.qtbot.keyClicks(dialog.query, "invert")
        reading.qtbot.keyClick(dialog.query, Qt.Key.Key_Return)
        return dialog.result() == QDialog.DialogCode.Accepted

    reading.dialogs.answer = answer
    reading.key(Qt.Key.Key_P, CTRL | SHIFT)
    assert reading.state.active_pane.inverted


def test_the_palette_keeps_a_command_that_cannot_be_used_and_says_why(
    reading: RunningProgram,
) -> None:
    said = []

    def answer(dialog: QDialog) -> bool:
        assert isinstance(dialog, Palette)
        reading.qtbot.keyClicks(dialog.query, "next exam")
        reading.qtbot.keyClick(dialog.query, Qt.Key.Key_Return)
        said.append((dialog.note, dialog.chosen, dialog.isVisible()))
        reading.qtbot.keyClick(dialog.query, Qt.Key.Key_Escape)
        return dialog.result() == QDialog.DialogCode.Accepted

    reading.dialogs.answer = answer
    reading.key(Qt.Key.Key_K, CTRL)
    note, chosen, stayed = said[0]
    assert "Not now:" in note
    assert (chosen, stayed) == (None, True)


def test_f6_takes_the_keyboard_to_every_part_and_escape_brings_it_back(
    reading: RunningProgram,
) -> None:
    place = reading.program.access.place
    visited = []
    reading.key(Qt.Key.Key_F6)
    while place.region is not None:
        visited.append(place.region)
        reading.key(Qt.Key.Key_F6)
    assert reading.program.panel in visited
    reading.key(Qt.Key.Key_F6, SHIFT)
    while place.region is not reading.program.panel:
        reading.key(Qt.Key.Key_F6, SHIFT)
    seen = set()
    while (focused := QApplication.focusWidget()) not in seen:
        seen.add(focused)
        reading.key(Qt.Key.Key_Tab)
    sliders = [widget for widget in seen if isinstance(widget, QSlider)]
    boxes = [widget for widget in seen if isinstance(widget, QCheckBox)]
    assert len(sliders) == 4
    assert len(boxes) >= 6
    before = reading.state.overlay.malignant.opacity
    opacity = next(slider for slider in sliders if slider.accessibleName() == "Malignant opacity")
    opacity.setFocus()
    reading.key(Qt.Key.Key_Right)
    assert reading.state.overlay.malignant.opacity > before
    reading.key(Qt.Key.Key_Escape)
    assert place.region is None
    assert keys_reach_the_images(reading)


def test_a_whole_exam_is_read_by_keys_alone(
    start: Start, phantom: Path, pictures: Path, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    running = start(weights=weights, run_ai=True)
    running.chooser.files = [phantom, pictures]
    running.key(Qt.Key.Key_O, CTRL)
    running.qtbot.waitUntil(lambda: len(running.state.exams) == 2, timeout=30_000)
    running.wait_for_frames()
    running.wait_for_ai()
    first = running.state.exam_id
    seen = set()
    for _ in running.state.shown_slots:
        seen.add(running.state.active)
        running.key(Qt.Key.Key_Home)
        slices = 1
        while slices < running.state.active_image.slices:
            running.key(Qt.Key.Key_Down)
            slices += 1
        assert slice_index(running) == running.state.active_image.slices - 1
        running.key(Qt.Key.Key_Tab)
    assert seen == set(running.state.shown_slots)
    kind = running.state.active_image.kind
    running.key(Qt.Key.Key_S)
    assert running.state.active_image.kind is not kind
    running.key(Qt.Key.Key_1)
    running.key(Qt.Key.Key_N)
    assert running.state.finding is not None
    running.chooser.save_as = (tmp_path / "pane.png", 0)
    running.key(Qt.Key.Key_S, CTRL)
    running.qtbot.waitUntil(lambda: (tmp_path / "pane.png").is_file(), timeout=30_000)
    running.qtbot.waitUntil(lambda: not running.program.pictures.is_running, timeout=30_000)
    running.key(Qt.Key.Key_Right, CTRL)
    assert running.state.exam_id != first
    running.wait_for_frames()
    running.wait_for_ai()


def test_text_fields_give_the_keyboard_back(reading: RunningProgram) -> None:
    field = QLineEdit(reading.program.panel)
    field.setGeometry(0, 0, 80, 24)
    field.show()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        field.setFocus()
        reading.key(Qt.Key.Key_I)
        assert field.text().endswith("i")
        assert not reading.state.active_pane.inverted
        reading.key(key)
        reading.qtbot.wait(5)
        assert keys_reach_the_images(reading)


def test_text_size_and_gestures_are_chosen_in_the_settings_and_kept(
    reading: RunningProgram, start: Start
) -> None:
    def change(dialog: QDialog) -> bool:
        assert isinstance(dialog, SettingsDialog)
        dialog.text_size.setCurrentText("150 %")
        dialog.mouse.right_drag.setCurrentText("Scrolls slices")
        dialog.keys.tools.choose("Slicer-like")
        return True

    pane = reading.program.hanging.panes[reading.state.active]
    before = slice_index(reading)
    reading.dialogs.answer = change
    reading.key(Qt.Key.Key_Comma, CTRL)
    assert QApplication.font().pixelSize() == 20
    assert pane.drag_action(Qt.MouseButton.RightButton).value == "scroll"
    reading.key(Qt.Key.Key_F)
    assert slice_index(reading) == before + 1
    reading.program.window.close()
    again = start(run_ai=None)
    assert again.program.preferences.settings.text_percent == 150
    assert again.program.session.state.options.gestures.right_drag.value == "scroll"


def test_text_grows_and_shrinks_by_keys(reading: RunningProgram) -> None:
    sizes = []
    for key in (Qt.Key.Key_Equal, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0):
        reading.key(key, CTRL)
        sizes.append(reading.program.preferences.settings.text_percent)
    assert sizes == [110, 125, 110, 100]


def focus_on(reading: RunningProgram, region: QWidget, widget: QWidget) -> None:
    """Take the keyboard to a list by keys alone."""
    while reading.program.access.place.region is not region:
        reading.key(Qt.Key.Key_F6)
    for _ in range(30):
        if QApplication.focusWidget() is widget:
            return
        reading.key(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {widget.accessibleName()}")


def test_the_list_of_images_is_used_by_keys(reading: RunningProgram) -> None:
    series = reading.program.series
    focus_on(reading, series, series.cells)
    reading.key(Qt.Key.Key_Home)
    first = series.cells.images[0]
    assert series.cells.accessibleName() == (
        f"Images: {first.name}, 1 of {len(series.cells.images)}"
    )
    reading.key(Qt.Key.Key_End)
    held = series.cells.hand.row
    assert held is not None
    assert series.cells.visibleRegion().contains(held.place.center().toPoint())
    reading.key(Qt.Key.Key_Return)
    assert reading.state.active_image == series.cells.images[-1]
    reading.key(Qt.Key.Key_Up)
    reading.key(Qt.Key.Key_Down)
    reading.key(Qt.Key.Key_Escape)
    assert series.cells.hand.row is None
    assert series.cells.accessibleName() == "Images"
    assert keys_reach_the_images(reading)


def test_the_list_of_scores_is_used_by_keys(reading: RunningProgram) -> None:
    panel = reading.program.panel
    focus_on(reading, panel, panel.scores)
    reading.key(Qt.Key.Key_End)
    last = next(line for line in reversed(panel.scores.lines) if line.image_id is not None)
    assert last.words in panel.scores.accessibleName()
    reading.key(Qt.Key.Key_Return)
    assert reading.state.active_image is not None
    assert reading.state.active_image.image_id == last.image_id


def test_the_row_in_hand_is_framed(reading: RunningProgram) -> None:
    cells = reading.program.series.cells
    focus_on(reading, reading.program.series, cells)
    held = cells.hand.row
    assert held is not None
    corner = held.place.topLeft().toPoint() + QPoint(1, 1)
    picture = cells.grab().toImage()
    assert picture.pixelColor(corner).name() == ACCENT
    assert reading.program.access.place.region is reading.program.series
