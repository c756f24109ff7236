"""The grey scale in the running program: maximum mode and the loupe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from running_program import RunningProgram

from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.loupe_square import LoupeSquare

Start = Callable[..., RunningProgram]


@pytest.fixture
def reading(start: Start, pictures: Path) -> RunningProgram:
    running = start()
    running.open(pictures)
    return running


def active_pane(running: RunningProgram) -> ImagePane:
    return running.program.hanging.panes[running.state.active]


def square(running: RunningProgram) -> LoupeSquare:
    found = running.program.grey.loupes[0].square
    assert found is not None
    return found


def hold(running: RunningProgram) -> None:
    QTest.keyPress(running.program.window, Qt.Key.Key_M)


def let_go(running: RunningProgram) -> None:
    QTest.keyRelease(running.program.window, Qt.Key.Key_M)


def test_maximum_mode_is_switched_and_said_on_every_pane(reading: RunningProgram) -> None:
    reading.key(Qt.Key.Key_U)
    for slot in reading.state.shown_slots:
        scene = reading.program.hanging.panes[slot].scene
        assert scene is not None
        assert any("maximum" in badge.text for badge in scene.badges)
    reading.key(Qt.Key.Key_U)
    scene = active_pane(reading).scene
    assert scene is not None
    assert not any("maximum" in badge.text for badge in scene.badges)


def test_the_loupe_is_there_while_its_key_is_held_and_follows_the_pointer(
    reading: RunningProgram,
) -> None:
    pane = active_pane(reading)
    QCursor.setPos(pane.mapToGlobal(QPoint(80, 90)))
    hold(reading)
    assert square(reading).pane is pane
    assert square(reading).centre == QPointF(80, 90)
    QTest.mouseMove(pane, QPoint(120, 140))
    reading.qtbot.waitUntil(lambda: square(reading).centre == QPointF(120, 140))
    other = next(
        reading.program.hanging.panes[slot]
        for slot in reading.state.shown_slots
        if slot != reading.state.active
    )
    QTest.mouseMove(other, QPoint(60, 70))
    reading.qtbot.waitUntil(lambda: square(reading).pane is other)
    let_go(reading)
    assert reading.program.grey.loupes[0].square is None


def test_with_the_pointer_elsewhere_the_loupe_stands_on_the_tissue_of_the_active_pane(
    reading: RunningProgram,
) -> None:
    QCursor.setPos(reading.program.window.mapToGlobal(QPoint(2, 2)))
    hold(reading)
    pane = active_pane(reading)
    assert square(reading).pane is pane
    scene = square(reading).scene
    assert scene is not None
    assert scene.viewport is not None
    row, column = scene.viewport.to_image(scene.pane_width / 2, scene.pane_height / 2)
    assert (row - 150) ** 2 / 120**2 + (220 - column) ** 2 / 150**2 < 1
    let_go(reading)


def test_keys_and_wheel_change_the_loupe_while_it_is_on(reading: RunningProgram) -> None:
    hold(reading)
    reading.key(Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    assert reading.state.options.grey.loupe.zoom == 3
    side = square(reading).width()
    reading.key(Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.AltModifier)
    assert square(reading).width() < side
    turn(square(reading).pane, Qt.KeyboardModifier.ShiftModifier)
    assert reading.state.options.grey.loupe.zoom == 4
    turn(square(reading).pane, Qt.KeyboardModifier.ShiftModifier)
    assert reading.state.options.grey.loupe.zoom == 4
    let_go(reading)
    hold(reading)
    assert reading.state.options.grey.loupe.zoom == 4
    let_go(reading)


def turn(pane: ImagePane, modifier: Qt.KeyboardModifier) -> None:
    middle = QPointF(pane.rect().center())
    event = QWheelEvent(
        middle,
        pane.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pane, event)


def test_the_loupe_stays_on_when_toggled_and_without_one_its_keys_say_why(
    reading: RunningProgram,
) -> None:
    reading.key(Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    assert "show the loupe first" in reading.program.status.said
    reading.key(Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert square(reading).isVisible()
    reading.key(Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert reading.program.grey.loupes[0].square is None


def test_the_loupe_shows_the_window_of_its_pane(reading: RunningProgram) -> None:
    hold(reading)
    scene = square(reading).scene
    shown = active_pane(reading).scene
    assert scene is not None
    assert scene.image is not None
    assert shown is not None
    assert shown.image is not None
    assert scene.image.table is shown.image.table
    reading.key(Qt.Key.Key_I)
    turned = square(reading).scene
    assert turned is not None
    assert turned.image is not None
    assert turned.image.table is not scene.image.table
    let_go(reading)


def test_the_loupe_says_the_view_it_hides_and_stays_whole_in_a_smaller_window(
    reading: RunningProgram,
) -> None:
    reading.key(Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    pane = square(reading).pane
    square(reading).show_at(QPointF(4, 4), reading.state.options.grey.loupe)
    title = reading.state.active_image.title
    assert square(reading).words == f"{title}  2:1"
    reading.program.window.resize(960, 600)
    reading.qtbot.waitUntil(lambda: pane.height() < 320)
    assert pane.rect().contains(square(reading).geometry())
    reading.key(Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
