"""The bar shows whole buttons only; the others are in the menu at its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QToolButton
from running_program import RunningProgram

from viewer.export.phantom_exams import write_phantom_exams
from viewer.ui.theme import set_text_size
from viewer.ui.title_button import TitleButton
from viewer.ui.top_bar import TopBar

WIDTHS = [960, 1024, 1280, 1366, 1600, 1920, 2560]
LONG = "Protocol of the second reader & her fellows, with priors and everything else 12/14: All"


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    return write_phantom_exams(folder, seed=2, slices=2, rows=160, columns=130)[0].folder


@pytest.fixture
def running(show_exam: Callable[..., RunningProgram], phantom: Path) -> RunningProgram:
    return show_exam(phantom)


def buttons_of(bar: TopBar) -> list[QToolButton]:
    return sorted(
        (button for button in bar.findChildren(QToolButton) if button.isVisible()),
        key=lambda button: button.x(),
    )


def offered(bar: TopBar) -> list[str]:
    menu = next(b for b in bar.findChildren(QToolButton) if b.accessibleName() == "More").menu()
    return [action.iconText() for action in menu.actions()]


def free_room(bar: TopBar) -> int:
    """The widest place between two buttons, without the room a line needs."""
    buttons = buttons_of(bar)
    ends = zip(buttons, buttons[1:], strict=False)
    return max(after.x() - before.x() - before.width() for before, after in ends)


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_every_shown_button_is_whole_and_apart_from_the_others(
    running: RunningProgram, qapp: QApplication, percent: int
) -> None:
    bar = running.program.top_bar
    set_text_size(qapp, percent)
    for width in WIDTHS:
        running.program.window.resize(width, 800)
        running.qtbot.wait(20)
        assert bar.width() == width
        check_buttons(bar)


def check_buttons(bar: TopBar) -> None:
    buttons = buttons_of(bar)
    for button in buttons:
        assert button.width() >= button.sizeHint().width(), button.text()
        assert button.height() >= button.sizeHint().height(), button.text()
        assert bar.rect().contains(button.geometry())
    for before, after in zip(buttons, buttons[1:], strict=False):
        assert before.geometry().right() < after.geometry().left()
    lines = [line for line in bar.overflow.lines if line.isVisible()]
    for line in lines:
        assert not any(line.geometry().intersects(button.geometry()) for button in buttons)
    # No line follows another: a group that has gone takes its line with it.
    for line, other in zip(lines, lines[1:], strict=False):
        assert any(line.x() < button.x() < other.x() for button in buttons)


@pytest.mark.parametrize("percent", [100, 150])
def test_a_button_goes_only_when_there_is_no_room_for_it(
    running: RunningProgram, qapp: QApplication, percent: int
) -> None:
    bar = running.program.top_bar
    set_text_size(qapp, percent)
    running.program.window.resize(1280, 800)
    running.qtbot.wait(20)
    hidden = bar.overflow.hidden
    assert hidden or percent == 100
    assert sorted(offered(bar)) == sorted(b.defaultAction().iconText() for b in hidden)
    if hidden:
        # The widest button may have to go, with a line: less than that is free.
        assert free_room(bar) < max(button.sizeHint().width() for button in hidden) + 24


def test_the_kinds_of_image_stay_longest(running: RunningProgram, qapp: QApplication) -> None:
    bar = running.program.top_bar
    set_text_size(qapp, 200)
    running.program.window.resize(1280, 800)
    running.qtbot.wait(20)
    assert {"DBT", "Synthetic 2D", "FFDM"} <= {button.text() for button in buttons_of(bar)}


def test_buttons_come_back_with_the_room(running: RunningProgram, qapp: QApplication) -> None:
    bar = running.program.top_bar
    set_text_size(qapp, 200)
    running.qtbot.wait(20)
    assert bar.overflow.hidden
    set_text_size(qapp, 100)
    running.program.window.resize(1900, 800)
    running.qtbot.wait(20)
    assert bar.overflow.hidden == ()
    assert "More" not in [button.accessibleName() for button in buttons_of(bar)]


def test_longer_words_of_a_title_send_buttons_to_the_menu_at_once(
    running: RunningProgram, qapp: QApplication
) -> None:
    del qapp
    bar = running.program.top_bar
    before = set(bar.overflow.hidden)
    bar.hanging_button.say(LONG)
    running.qtbot.wait(20)
    assert before < set(bar.overflow.hidden)
    assert not bar.hanging_button.is_elided
    assert (
        bar.hanging_button.toolTip() == "<b>Hanging</b><br>The protocol, and where in it you are."
    )


def test_titles_too_long_for_the_bar_end_in_dots_and_say_the_rest_in_their_tooltip(
    running: RunningProgram, qapp: QApplication
) -> None:
    bar = running.program.top_bar
    set_text_size(qapp, 200)
    running.program.window.resize(960, 800)
    bar.hanging_button.say(LONG)
    running.qtbot.wait(20)
    titles = bar.findChildren(TitleButton)
    assert bar.hanging_button.is_elided
    assert bar.hanging_button.words == LONG
    assert "second reader &amp; her fellows" in bar.hanging_button.toolTip()
    assert [title.words for title in titles if title.is_elided] == [LONG]
    for button in buttons_of(bar):
        assert bar.rect().contains(button.geometry())
