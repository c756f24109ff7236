"""What a step through slices paints and renders in the real window, and what it leaves alone."""

from __future__ import annotations

import gc
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import make_exam
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from running_program import RunningProgram

from viewer.commands.table import COMMANDS
from viewer.domain.exam import PatientIdentity
from viewer.domain.frame import Frame
from viewer.domain.hanging import Slot
from viewer.jobs.raster_ahead import RasterAhead
from viewer.rendering import pyramid
from viewer.rendering.pyramid import Level
from viewer.session.exams import closed
from viewer.session.options import linked_scrolling_toggled
from viewer.session.readings import exams_renewed
from viewer.session.scrolling import scrolled, to_slice
from viewer.ui.pane.image_pane import ImagePane


class PaintWatch(QObject):
    """Counts the paint events of the whole program by widget."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: Counter[QWidget] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.painted[watched] += 1
        return False

    @property
    def names(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for widget, count in self.painted.items():
            found[type(widget).__name__] += count
        return dict(found)


@pytest.fixture
def paints(qapp: QApplication) -> Iterator[PaintWatch]:
    watch = PaintWatch()
    qapp.installEventFilter(watch)
    yield watch
    qapp.removeEventFilter(watch)


@pytest.fixture
def reading(start: Callable[..., RunningProgram], phantom: Path, qtbot: QtBot) -> RunningProgram:
    """Four linked volumes at rest."""
    running = start()
    running.open(phantom)
    qtbot.waitUntil(running.program.pool.idle, timeout=20_000)
    running.program.session.apply(linked_scrolling_toggled)
    running.program.session.apply(lambda state: to_slice(state, Slot.RCC, 1))
    qtbot.waitUntil(lambda: all(pane.is_final for pane in panes_of(running)), timeout=20_000)
    qtbot.wait(400)
    return running


def panes_of(running: RunningProgram) -> list[ImagePane]:
    return [running.program.hanging.panes[slot] for slot in running.state.shown_slots]


def step(running: RunningProgram, by: int = 1) -> None:
    """One slice on, and the event loop until it is painted and nothing waits."""
    running.program.session.apply(lambda state: scrolled(state, Slot.RCC, by))
    running.qtbot.waitUntil(lambda: all(p.has_painted_image for p in panes_of(running)))


def test_a_step_paints_every_linked_pane_once_and_the_strip_once_and_nothing_behind_them(
    reading: RunningProgram, paints: PaintWatch
) -> None:
    step(reading)
    assert paints.names == {"SceneView": 4, "SliceStrip": 1}
    assert set(paints.painted.values()) == {1}


def test_steps_do_not_make_the_kept_picture_of_the_strip_again(reading: RunningProgram) -> None:
    strip = reading.program.strip
    step(reading)
    step(reading, -1)
    made = strip.pictures_made
    for by in (1, 1, -1, 1):
        step(reading, by)
        reading.qtbot.wait(80)
    assert strip.pictures_made == made


def test_no_pyramid_level_is_made_in_the_thread_of_the_window_while_scrolling(
    reading: RunningProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    for name in ("_halved", "_with_margin"):
        made = getattr(pyramid, name)

        def noted(frame: Frame, made: Callable[[Frame], Level] = made) -> Level:
            threads.append(threading.get_ident())
            return made(frame)

        monkeypatch.setattr(pyramid, name, noted)
    pyramid.pyramid_level.cache_clear()
    for by in (1, 1, 1, -1):
        step(reading, by)
    assert threads
    assert threading.get_ident() not in threads


def test_the_next_slice_is_rendered_before_it_is_asked_for(
    reading: RunningProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(reading)
    reading.qtbot.wait(200)
    rendered: list[object] = []
    begun = RasterAhead.begin
    monkeypatch.setattr(
        RasterAhead,
        "begin",
        lambda self, scene, earlier: (rendered.append(scene), begun(self, scene, earlier))[1],
    )
    reading.program.session.apply(lambda state: scrolled(state, Slot.RCC, 1))
    assert rendered == []
    reading.program.session.apply(lambda state: scrolled(state, Slot.RCC, -1))
    assert rendered == []


def test_a_step_shows_the_labels_of_its_own_slice_at_once(reading: RunningProgram) -> None:
    for by in (1, 1, -1):
        step(reading, by)
        index = reading.state.panes[Slot.RCC].slice_index
        scene = reading.program.hanging.panes[Slot.RCC].scene
        assert scene is not None
        assert any(f"{index + 1}/6" in line.text for line in scene.bottom_lines)
        strip = reading.program.strip.strip
        assert strip is not None
        assert strip.label.startswith(f"{index + 1}/6")


def test_another_exam_leaves_no_pixels_of_the_one_before(
    reading: RunningProgram, pictures: Path
) -> None:
    step(reading)
    reading.qtbot.wait(100)
    frame = reading.program.files.frame(reading.state.panes[Slot.RCC].image_id or "", 2)
    assert frame is not None
    held = weakref.ref(frame)
    del frame
    phantom_id = reading.state.exam_id
    assert phantom_id is not None
    reading.open(pictures)
    reading.program.session.apply(lambda state: closed(state, phantom_id))

    def is_gone() -> bool:
        pyramid.pyramid_level.cache_clear()
        gc.collect()
        return held() is None

    reading.qtbot.waitUntil(is_gone, timeout=10_000)


def test_an_exam_opened_in_the_background_paints_nothing_and_drops_no_thumbnail(
    reading: RunningProgram, paints: PaintWatch
) -> None:
    cells = reading.program.series.cells
    reading.qtbot.waitUntil(lambda: len(cells.pictured) == len(cells.images), timeout=20_000)
    reading.qtbot.wait(200)
    paints.painted.clear()
    stranger = replace(make_exam("Exam 2"), identity=PatientIdentity(patient_id="someone else"))
    reading.program.session.apply(lambda state: exams_renewed(state, [stranger]))
    assert len(reading.state.exams) == 2
    QApplication.processEvents()
    assert len(cells.pictured) == len(cells.images)
    assert not {"SceneView", "SeriesCells"} & set(paints.names)


def test_a_thumbnail_that_comes_repaints_its_own_cell_only(
    reading: RunningProgram, qapp: QApplication
) -> None:
    cells = reading.program.series.cells
    reading.qtbot.waitUntil(lambda: len(cells.pictured) == len(cells.images), timeout=20_000)
    reading.qtbot.wait(200)
    heights: list[int] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                heights.append(event.rect().height())
            return False

    watch = Watch()
    cells.installEventFilter(watch)
    cells.show_picture(cells.images[1].image_id, np.full((84, 84), 90, np.uint8))
    reading.qtbot.waitUntil(lambda: bool(heights), timeout=5000)
    assert max(heights) < cells.height() / 2


def test_buttons_follow_a_few_at_a_time_and_all_in_the_end(reading: RunningProgram) -> None:
    actions = reading.program.actions
    link, last = actions.action("slice.link"), actions.action(COMMANDS[-1].id)
    reading.qtbot.waitUntil(link.isChecked, timeout=5000)
    last.setEnabled(not last.isEnabled())
    wrong = last.isEnabled()
    reading.program.session.apply(linked_scrolling_toggled)
    reading.qtbot.waitUntil(
        lambda: not link.isChecked() and last.isEnabled() is not wrong, timeout=5000
    )
