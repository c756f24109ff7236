"""Every control has a name, and no words are cut, at any size of text and window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from running_program import RunningProgram, ScriptedChooser, ScriptedDialogs

from viewer.app import Program
from viewer.export.phantom_exams import write_phantom_exams
from viewer.storage.places import Places
from viewer.ui.fonts import text_font
from viewer.ui.theme import apply_theme, set_text_size

INTERACTIVE = (QAbstractButton, QSlider, QComboBox, QLineEdit, QSpinBox, QAbstractItemView)
WORDED = (QLabel, QAbstractButton)
SIZES = [
    (1280, 800, 100),
    (1280, 800, 150),
    (1280, 800, 200),
    (1920, 1080, 100),
    (1920, 1080, 200),
]
"""3840x2160 at a device pixel ratio of 2 is 1920x1080 in logical pixels."""


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    return write_phantom_exams(folder, seed=2, slices=6, rows=320, columns=260)[0].folder


@pytest.fixture
def running(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, phantom: Path
) -> Iterator[RunningProgram]:
    style = qapp.styleSheet()
    apply_theme(qapp)
    chooser, dialogs = ScriptedChooser(), ScriptedDialogs()
    program = Program(
        where=Places(config=tmp_path / "config", cache=tmp_path / "cache"),
        run_ai=False,
        chooser=chooser,
        show_dialog=dialogs,
    )
    qtbot.addWidget(program.window)
    program.window.resize(1280, 800)
    program.window.show()
    qtbot.waitExposed(program.window)
    running = RunningProgram(program, qtbot, chooser, dialogs)
    running.open(phantom)
    yield running
    program.window.close()
    program.close()
    qapp.setStyleSheet(style)
    qapp.setFont(text_font(13))


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
    ):
        show()


def visible(root: QWidget) -> list[QWidget]:
    inside = [widget for widget in root.findChildren(QWidget) if widget.isVisible()]
    return [widget for widget in inside if widget.window() is root.window()]


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


def cut(root: QWidget) -> list[str]:
    """Labels, buttons, boxes and tabs whose words need more room than they have."""
    return [f"{type(w).__name__} {words!r}" for w in visible(root) for words in cut_words(w)]


def cut_words(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel):
        return cut_label(widget)
    if isinstance(widget, QTabBar):
        wide = widget.fontMetrics().horizontalAdvance
        tabs = range(widget.count())
        texts = [(widget.tabText(tab), widget.tabRect(tab).width()) for tab in tabs]
        return [text for text, room in texts if wide(text) > room]
    if isinstance(widget, QComboBox):
        text = widget.currentText()
        return [text] if widget.fontMetrics().horizontalAdvance(text) > widget.width() - 8 else []
    if isinstance(widget, QPushButton | QCheckBox | QToolButton):
        is_icon = isinstance(widget, QToolButton) and not widget.icon().isNull()
        text = "" if is_icon else widget.text()
        small = widget.width() < widget.minimumSizeHint().width() and bool(text)
        wide = widget.fontMetrics().horizontalAdvance(text.replace("&", ""))
        high = widget.fontMetrics().height()
        return [text] if text and (wide > widget.width() or high > widget.height() or small) else []
    return []


def cut_label(label: QLabel) -> list[str]:
    if not label.text() or not label.pixmap().isNull():
        return []
    if label.wordWrap():
        return [label.text()] if label.heightForWidth(label.width()) > label.height() + 1 else []
    needed = label.sizeHint()
    if needed.width() > label.width() + 1 or needed.height() > label.height() + 1:
        return [label.text()]
    return []


def test_every_control_has_a_name(running: RunningProgram) -> None:
    found = {"window": nameless(running.program.window)}
    dialogs_of(running, lambda d: found.__setitem__(type(d).__name__, nameless(d)))
    assert {place: names for place, names in found.items() if names} == {}
    assert len(found) == 9


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


@pytest.mark.parametrize(("width", "height", "percent"), SIZES)
def test_no_words_are_cut(
    running: RunningProgram, qapp: QApplication, width: int, height: int, percent: int
) -> None:
    window = running.program.window
    set_text_size(qapp, percent)
    window.resize(width, height)
    running.qtbot.wait(120)
    assert (window.width(), window.height()) == (width, height)
    found = {"window": cut(window)}

    def look(dialog: QDialog) -> None:
        found[type(dialog).__name__] = cut(dialog)
        if dialog.width() > width or dialog.height() > height:
            found[type(dialog).__name__].append(f"larger than the window: {dialog.size()}")

    dialogs_of(running, look)
    assert {place: words for place, words in found.items() if words} == {}
