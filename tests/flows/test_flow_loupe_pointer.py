"""The pointer over the images of the window: hidden while the loupe follows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from running_program import RunningProgram

from viewer.session.grey_view import loupe_toggled
from viewer.ui.pane.image_pane import ImagePane

Start = Callable[..., RunningProgram]

ARROW, BLANK, CROSS = (
    Qt.CursorShape.ArrowCursor,
    Qt.CursorShape.BlankCursor,
    Qt.CursorShape.CrossCursor,
)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
HERE, THERE = QPoint(80, 90), QPoint(120, 140)


@pytest.fixture
def reading(start: Start, pictures: Path) -> RunningProgram:
    """Four views, the pointer away from them."""
    running = start()
    running.open(pictures)
    point_at(running, QPoint(3, 3))
    return running


def panes(running: RunningProgram) -> list[ImagePane]:
    return [running.program.hanging.panes[slot] for slot in running.state.shown_slots]


def point_at(running: RunningProgram, place: QPoint) -> None:
    """Move the pointer in the window, as the system does: Qt finds the widgets under it."""
    QCursor.setPos(running.program.window.mapToGlobal(place))
    QTest.mouseMove(running.program.window.windowHandle(), place)
    QApplication.processEvents()


def in_window(running: RunningProgram, pane: ImagePane, place: QPoint) -> QPoint:
    return pane.mapTo(running.program.window, place)


def over(running: RunningProgram, pane: ImagePane, place: QPoint = HERE) -> None:
    point_at(running, in_window(running, pane, place))


def press(running: RunningProgram, pane: ImagePane, button: Qt.MouseButton) -> None:
    handle = running.program.window.windowHandle()
    QTest.mousePress(handle, button, pos=in_window(running, pane, HERE))


def release(running: RunningProgram, pane: ImagePane, button: Qt.MouseButton) -> None:
    handle = running.program.window.windowHandle()
    QTest.mouseRelease(handle, button, pos=in_window(running, pane, THERE))


def toggle(running: RunningProgram) -> None:
    running.program.session.apply(loupe_toggled)


def shape(pane: ImagePane) -> Qt.CursorShape:
    return pane.cursor().shape()


def test_the_pointer_is_hidden_under_the_loupe_and_back_when_it_is_off(
    reading: RunningProgram,
) -> None:
    pane = panes(reading)[0]
    over(reading, pane)
    assert shape(pane) is ARROW
    toggle(reading)
    assert shape(pane) is BLANK
    toggle(reading)
    assert shape(pane) is ARROW


def test_the_pointer_is_hidden_where_it_goes_and_back_where_it_was(
    reading: RunningProgram,
) -> None:
    first, second = panes(reading)[:2]
    toggle(reading)
    assert shape(first) is ARROW
    over(reading, first)
    assert shape(first) is BLANK
    over(reading, second)
    assert (shape(first), shape(second)) == (ARROW, BLANK)
    point_at(reading, QPoint(3, 3))
    assert {shape(pane) for pane in panes(reading)} == {ARROW}


@pytest.mark.parametrize("button", [LEFT, RIGHT, Qt.MouseButton.MiddleButton])
def test_a_drag_shows_the_pointer_until_the_loupe_follows_it_again(
    reading: RunningProgram, button: Qt.MouseButton
) -> None:
    pane = panes(reading)[0]
    toggle(reading)
    over(reading, pane)
    press(reading, pane, button)
    assert shape(pane) is ARROW
    over(reading, pane, THERE)
    assert shape(pane) is ARROW
    release(reading, pane, button)
    over(reading, pane, HERE)
    assert shape(pane) is BLANK


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_a_menu_shows_the_pointer_as_soon_as_it_moves(reading: RunningProgram) -> None:
    pane = panes(reading)[0]
    toggle(reading)
    over(reading, pane)
    menu = QMenu(reading.program.window)
    menu.addAction("one")
    menu.popup(pane.mapToGlobal(HERE))
    place = menu.actionGeometry(menu.actions()[0]).center()
    QTest.mouseMove(menu.windowHandle(), place)
    QApplication.processEvents()
    assert shape(pane) is ARROW
    menu.close()
    over(reading, pane, THERE)
    assert shape(pane) is BLANK


def test_a_loupe_that_is_called_during_a_drag_does_not_hide_the_pointer(
    reading: RunningProgram,
) -> None:
    pane = panes(reading)[0]
    over(reading, pane)
    press(reading, pane, LEFT)
    toggle(reading)
    assert shape(pane) is ARROW
    release(reading, pane, LEFT)


def test_the_cross_of_a_mark_tool_stays_while_the_loupe_is_on(reading: RunningProgram) -> None:
    pane = panes(reading)[0]
    toggle(reading)
    over(reading, pane)
    reading.key(Qt.Key.Key_D)
    assert shape(pane) is CROSS
    over(reading, pane, THERE)
    assert shape(pane) is CROSS
    reading.key(Qt.Key.Key_Escape)
    assert shape(pane) is BLANK
    toggle(reading)
    assert shape(pane) is ARROW


def test_an_empty_pane_keeps_its_pointer(start: Start) -> None:
    running = start()
    (pane, *_) = panes(running)
    toggle(running)
    QApplication.sendEvent(pane, QEvent(QEvent.Type.Leave))
    QTest.mouseMove(pane, HERE)
    QApplication.processEvents()
    assert shape(pane) is ARROW
