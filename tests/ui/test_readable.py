"""Every control has a name, and no words are cut, at any size of text and window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import make_prediction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)
from readable import unreadable, visible
from running_program import RunningProgram

from viewer.domain.ai_state import Done
from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.ai_results import ai_stands
from viewer.ui.theme import set_text_size

INTERACTIVE = (QAbstractButton, QSlider, QComboBox, QLineEdit, QSpinBox, QAbstractItemView)
SMALL, LARGE = (1280, 800), (3840, 2160)
PERCENTS = (100, 150, 200)


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    return write_phantom_exams(folder, seed=2, slices=6, rows=320, columns=260)[0].folder


@pytest.fixture
def running(show_exam: Callable[..., RunningProgram], phantom: Path) -> RunningProgram:
    return show_exam(phantom)


def dialogs_of(running: RunningProgram, look: Callable[[QDialog], None]) -> None:
    """Show every dialog that a key opens, and look at it."""

    def answer(dialog: QDialog) -> bool:
        running.qtbot.wait(90)
        look(dialog)
        return False

    running.dialogs.answer = answer
    desk = running.program.desk
    for show in (
        desk.show_settings,
        desk.show_cheat_sheet,
        desk.access.show_palette,
        desk.choose_models,
        desk.show_about,
        desk.show_skipped,
        desk.assign_views,
        desk.put_image,
        desk.hangings.edit,
        desk.check_display,
        desk.show_diagnostics,
        desk.measure_screen,
        desk.clear_image_cache,
    ):
        show()


def nameless(root: QWidget) -> list[str]:
    """What can be used and has neither name nor words."""
    found = []
    for widget in visible(root):
        is_inner = widget.objectName().startswith("qt_") or isinstance(
            widget.parentWidget(), QSpinBox | QComboBox | QLineEdit | QAbstractItemView
        )
        if not isinstance(widget, INTERACTIVE) or is_inner:
            continue
        words = getattr(widget, "text", lambda: "")() if not isinstance(widget, QLineEdit) else ""
        if not (widget.accessibleName() or words or labelled(root, widget)):
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
    return found


def labelled(root: QWidget, widget: QWidget) -> bool:
    return any(label.buddy() is widget for label in root.findChildren(QLabel))


def test_every_control_has_a_name(running: RunningProgram) -> None:
    found = {"window": nameless(running.program.window)}
    dialogs_of(running, lambda d: found.__setitem__(type(d).__name__, nameless(d)))
    assert {place: names for place, names in found.items() if names} == {}
    assert len(found) >= 13


def test_no_two_controls_of_a_part_share_a_name(running: RunningProgram) -> None:
    def twice(root: QWidget) -> list[str]:
        named = [w.accessibleName() for w in visible(root) if isinstance(w, INTERACTIVE)]
        return [name for name, count in Counter(named).items() if name and count > 1]

    assert twice(running.program.window) == []
    found: dict[str, list[str]] = {}
    dialogs_of(running, lambda d: found.__setitem__(type(d).__name__, twice(d)))
    assert {place: names for place, names in found.items() if names} == {}


def test_the_parts_that_are_painted_say_what_they_are(running: RunningProgram) -> None:
    program = running.program
    for part in (program.series.cells, program.panel.scores, program.strip):
        assert part.accessibleName()
    for pane in program.hanging.panes.values():
        assert pane.accessibleName()
        assert pane.accessibleDescription()


def show_scores(running: RunningProgram) -> None:
    """Let every image have a result and some marks, so that the panel is full."""
    session = running.program.session
    exam = running.state.exam
    assert exam is not None
    for image in exam.images:
        done = Done(make_prediction(image, patches=((0, 0.2), (2, 0.5), (4, 0.3))))
        session.apply(lambda state, i=image, d=done: ai_stands(state, i.image_id, d))
    running.qtbot.wait(120)


def look_everywhere(
    running: RunningProgram, qapp: QApplication, size: tuple[int, int], percent: int
) -> dict[str, list[str]]:
    """What cannot be read in the window and its dialogs, at a size in logical pixels."""
    window = running.program.window
    set_text_size(qapp, percent)
    window.resize(*size)
    running.qtbot.wait(200)
    assert (window.width(), window.height()) == size
    found = {"window": unreadable(window)}

    def look(dialog: QDialog) -> None:
        found[type(dialog).__name__] = unreadable(dialog)
        if dialog.width() > size[0] or dialog.height() > size[1]:
            found[type(dialog).__name__].append(f"larger than the window: {dialog.size()}")

    dialogs_of(running, look)
    return {place: words for place, words in found.items() if words}


@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_are_cut_in_a_small_window(
    running: RunningProgram, qapp: QApplication, percent: int
) -> None:
    show_scores(running)
    if qapp.devicePixelRatio() == 1.0:
        assert look_everywhere(running, qapp, SMALL, percent) == {}


@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_are_cut_on_a_large_screen(
    running: RunningProgram, qapp: QApplication, percent: int
) -> None:
    show_scores(running)
    ratio = qapp.devicePixelRatio()
    size = round(LARGE[0] / ratio), round(LARGE[1] / ratio)
    assert look_everywhere(running, qapp, size, percent) == {}


@pytest.mark.parametrize("factor", ["1.5", "2"])
def test_no_words_are_cut_where_the_system_scales_the_window(factor: str, tmp_path: Path) -> None:
    """Qt takes the factor when it starts, so the walk runs again in a process of its own."""
    screen = {"name": "large", "x": 0, "y": 0, "width": LARGE[0], "height": LARGE[1], "dpr": 1}
    screens = tmp_path / "screens.json"
    screens.write_text(json.dumps({"screens": [{**screen, "logicalDpi": 96}]}))
    tests = f"{__file__}::test_no_words_are_cut_on_a_large_screen"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", tests]
    platform = f"offscreen:configfile={screens}"
    walk = subprocess.run(
        command,
        env={**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": platform},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert walk.returncode == 0, walk.stdout[-4000:]
