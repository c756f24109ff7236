"""Full screen and back: what stands around the images comes and goes with the window's size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QWidget
from running_program import RunningProgram

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.session.options import full_screen_toggled
from viewer.ui.pane.scene_view import SceneView
from viewer.ui.worklist.worklist_page import WorklistPage

Start = Callable[..., RunningProgram]
LARGE, SMALL = QSize(1500, 1100), QSize(1300, 820)


@pytest.fixture
def reading(start: Start, phantom: Path) -> RunningProgram:
    running = start()
    running.open(phantom)
    return running


class Sizes(QObject):
    """Notes the sizes that a widget takes, and those it is painted at."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.taken: list[QSize] = []
        self.painted: list[QSize] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        assert isinstance(watched, QWidget)
        if event.type() == QEvent.Type.Resize:
            self.taken.append(watched.size())
        elif event.type() == QEvent.Type.Paint:
            self.painted.append(watched.size())
        return False


def around(running: RunningProgram) -> tuple[QWidget, ...]:
    program = running.program
    return program.series, program.strip, program.panel, program.status


def are_shown(running: RunningProgram) -> set[bool]:
    return {part.isVisible() for part in around(running)}


def toggle(running: RunningProgram) -> None:
    running.program.session.apply(full_screen_toggled)


def take_size(running: RunningProgram, size: QSize) -> None:
    """Give the window its size, as a desktop does a moment after it was asked."""
    running.program.window.resize(size)


def go_full(running: RunningProgram) -> None:
    toggle(running)
    running.qtbot.waitUntil(lambda: are_shown(running) == {False})
    take_size(running, LARGE)
    running.qtbot.wait(200)


def test_images_are_laid_out_and_painted_for_the_size_that_the_window_gets_alone(
    reading: RunningProgram,
) -> None:
    go_full(reading)
    panes = reading.program.hanging.panes
    views = {slot: panes[slot].findChild(SceneView) for slot in STANDARD_SLOTS}
    sizes = {slot: Sizes(view) for slot, view in views.items()}
    toggle(reading)
    reading.qtbot.wait(20)
    assert all(not seen.taken for seen in sizes.values())
    take_size(reading, SMALL)
    assert are_shown(reading) == {True}
    reading.qtbot.waitUntil(lambda: all(seen.painted for seen in sizes.values()))
    for slot, seen in sizes.items():
        assert seen.taken == [views[slot].size()]
        assert set(seen.painted) == {views[slot].size()}


def test_everything_around_the_images_goes_and_comes_with_the_size_of_the_window(
    reading: RunningProgram,
) -> None:
    for size, shown in ((LARGE, False), (SMALL, True)):
        take_size(reading, QSize(1400, 900))
        toggle(reading)
        assert are_shown(reading) == {not shown}
        take_size(reading, size)
        assert are_shown(reading) == {shown}
        hanging = reading.program.hanging
        assert (hanging.width() == size.width()) is not shown
        assert reading.program.window.has_unpainted_parts
        reading.qtbot.waitUntil(lambda: not reading.program.window.has_unpainted_parts)


def test_it_comes_and_goes_where_the_desktop_gives_no_other_size(reading: RunningProgram) -> None:
    for shown in (False, True):
        toggle(reading)
        reading.qtbot.waitUntil(lambda shown=shown: are_shown(reading) == {shown}, timeout=1000)
        hanging = reading.program.hanging
        assert (hanging.width() == reading.program.window.width()) is not shown


@pytest.mark.parametrize("times", [4, 5])
def test_toggled_quickly_the_last_wish_stands(reading: RunningProgram, times: int) -> None:
    for _ in range(times):
        toggle(reading)
        reading.qtbot.wait(5)
    is_full = times % 2 == 1
    reading.qtbot.waitUntil(lambda: are_shown(reading) == {not is_full}, timeout=1000)
    window, hanging = reading.program.window, reading.program.hanging
    assert window.isFullScreen() is is_full
    assert (hanging.width() == window.width()) is is_full


def test_the_next_key_finds_the_window_as_it_will_be(reading: RunningProgram) -> None:
    go_full(reading)
    reading.key(Qt.Key.Key_F11)
    reading.key(Qt.Key.Key_J)
    assert are_shown(reading) == {True}


def test_the_list_of_exams_opens_in_full_screen_with_the_bars_around_it(
    reading: RunningProgram,
) -> None:
    toggle(reading)
    reading.key(Qt.Key.Key_F5)
    program = reading.program
    assert program.window.findChild(WorklistPage).isVisible()
    assert program.status.isVisible()
    assert not program.panel.isVisible()
    reading.key(Qt.Key.Key_F5)
    reading.qtbot.waitUntil(lambda: are_shown(reading) == {False}, timeout=1000)
    assert program.hanging.panes[Slot.RCC].isVisible()


def test_without_an_exam_the_bars_stay(start: Start) -> None:
    running = start()
    toggle(running)
    running.qtbot.wait(150)
    assert running.program.status.isVisible()
    assert running.program.window.isFullScreen()
