"""Small parts of the window: key names, score lines, notices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image, make_prediction
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from viewer.commands.key_bindings import normalised
from viewer.commands.table import COMMANDS
from viewer.domain.ai_state import Done, Failed, NotRun, Queued, Running
from viewer.domain.overlay_settings import Palette
from viewer.domain.view import ImageKind
from viewer.session.ai_results import ai_stands
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.ui.fonts import text_width
from viewer.ui.key_names import key_name
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.panel.patch_list import PatchLine, PatchList
from viewer.ui.panel.score_line import LineLook, ScoreLine
from viewer.ui.panel.score_lines import other_lines, score_lines
from viewer.ui.panel.score_table import ScoreTable
from viewer.ui.panel.scroll_fade import ScrollFade
from viewer.ui.status_bar import StatusBar
from viewer.ui.theme import SMALL_PIXELS

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "name"),
    [
        (Qt.Key.Key_A, NONE, "a", "A"),
        (Qt.Key.Key_A, SHIFT, "A", "Shift+A"),
        (Qt.Key.Key_S, CTRL | SHIFT, "\x13", "Ctrl+Shift+S"),
        (Qt.Key.Key_Plus, SHIFT, "+", "+"),
        (Qt.Key.Key_Plus, KEYPAD, "+", "+"),
        (Qt.Key.Key_Question, SHIFT, "?", "?"),
        (Qt.Key.Key_Minus, NONE, "-", "-"),
        (Qt.Key.Key_5, KEYPAD, "5", "5"),
        (Qt.Key.Key_Backtab, SHIFT, "", "Shift+Tab"),
        (Qt.Key.Key_Enter, KEYPAD, "\r", "Return"),
        (Qt.Key.Key_PageDown, NONE, "", "PgDown"),
        (Qt.Key.Key_Escape, SHIFT, "", "Shift+Esc"),
        (Qt.Key.Key_Comma, CTRL, ",", "Ctrl+,"),
        (Qt.Key.Key_Shift, SHIFT, "", None),
    ],
)
def test_pressed_keys_are_named_as_the_table_names_them(
    key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str, name: str | None
) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)
    assert key_name(event) == name
    if name is not None:
        assert normalised(name) == name


def test_every_default_key_is_one_that_qt_knows() -> None:
    from PySide6.QtGui import QKeySequence

    for command in COMMANDS:
        for key in command.keys:
            sequence = QKeySequence(key, QKeySequence.SequenceFormat.PortableText)
            assert sequence.toString(QKeySequence.SequenceFormat.PortableText) == key


def test_every_state_of_an_image_looks_different_in_the_table() -> None:
    views = ("RCC", "LCC", "RMLO", "LMLO")
    state = opened(SessionState(), [make_exam(images=[make_image(view) for view in views])])
    image = state.image("RCC-DBT")
    states = {
        "RCC-DBT": Done(make_prediction(image, malignant=0.71)),
        "LCC-DBT": Running("slices", 4, 11),
        "RMLO-DBT": Queued(),
        "LMLO-DBT": Failed("the image is black"),
    }
    for image_id, ai in states.items():
        state = ai_stands(state, image_id, ai)
    lines = {line.image_id: line for line in score_lines(state) if line.look is LineLook.IMAGE}
    assert lines["RCC-DBT"].scores.malignant == 0.71
    assert (lines["LCC-DBT"].state, lines["LCC-DBT"].share) == ("4/11", 4 / 11)
    assert lines["RMLO-DBT"].state == "queued"
    assert (lines["LMLO-DBT"].state, lines["LMLO-DBT"].is_failure) == ("failed", True)
    state = ai_stands(state, "RCC-DBT", NotRun("no weights chosen"))
    assert score_lines(state)[0].state == "no weights chosen"


def test_no_salient_region_is_neither_a_failure_nor_a_score_line() -> None:
    state = opened(SessionState(), [make_exam(images=[make_image("RCC"), make_image("LCC")])])
    done = Done(make_prediction(state.image("RCC-DBT"), salient=False))
    state = ai_stands(state, "RCC-DBT", done)
    line = next(line for line in score_lines(state) if line.image_id == "RCC-DBT")
    assert line.state == "no salient region"
    assert not line.is_failure


def test_breasts_are_means_and_the_exam_is_its_highest_breast() -> None:
    views = ("RCC", "LCC", "RMLO", "LMLO")
    state = opened(SessionState(), [make_exam(images=[make_image(view) for view in views])])
    for view, malignant in zip(views, (0.2, 0.6, 0.4, 0.9), strict=True):
        image = state.image(f"{view}-DBT")
        done = Done(make_prediction(image, malignant=malignant))
        state = ai_stands(state, image.image_id, done)
    scores = {line.title: line.scores for line in score_lines(state) if line.scores}
    assert scores["Right breast"].malignant == pytest.approx(0.3)
    assert scores["Left breast"].malignant == pytest.approx(0.75)
    assert scores["Exam"].malignant == pytest.approx(0.75)


def test_images_that_do_not_hang_are_listed_apart() -> None:
    state = opened(SessionState(), [make_exam()])
    assert {line.title for line in other_lines(state)} == {
        f"{view} synth." for view in ("RCC", "LCC", "RMLO", "LMLO")
    }


def test_the_table_reports_clicks_on_images_only(qtbot: QtBot) -> None:
    table = ScoreTable()
    qtbot.addWidget(table)
    state = opened(SessionState(), [make_exam(images=[make_image("RCC"), make_image("LCC")])])
    table.show_lines(score_lines(state), Palette.PAPER)
    table.resize(table.sizeHint())
    table.show()
    with qtbot.waitSignal(table.image_chosen, timeout=1000) as chosen:
        qtbot.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(20, table.height() - 5))
    assert chosen.args == ["LCC-DBT"]
    with qtbot.assertNotEmitted(table.image_chosen):
        qtbot.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(20, 5))
    assert not table.grab().isNull()


def test_patches_are_listed_in_words_too(qtbot: QtBot) -> None:
    patches = PatchList()
    qtbot.addWidget(patches)
    line = PatchLine(
        number=1, attention=0.314, slice_index=33, slices=70, colour="#e0453f", is_active=True
    )
    patches.show_lines([line, replace(line, number=2, slices=1)])
    assert patches.accessibleDescription() == (
        "patch 1, attention 0.31, slice 34; patch 2, attention 0.31"
    )
    patches.resize(280, 80)
    assert not patches.grab().isNull()


def test_notices_wait_until_they_are_closed_and_stand_once(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.add("first", "hint", is_error=False)
    bar.add("second", "", is_error=True)
    bar.add("first", "hint", is_error=False)
    assert bar.texts == ("second", "first hint")
    bar.close_newest()
    assert bar.texts == ("second",)
    bar.close_newest()
    assert not bar.isVisible()


def test_secondary_captures_keep_their_name_short() -> None:
    images = [make_image("RCC", kind=ImageKind.SECONDARY_CAPTURE), make_image("LCC")]
    state = opened(SessionState(), [make_exam(images=images)])
    assert score_lines(state)[0].title == "RCC SC"


def test_a_long_name_of_a_model_stands_whole_on_as_many_rows_as_it_needs(qtbot: QtBot) -> None:
    table = ScoreTable()
    qtbot.addWidget(table)
    name = "Whole breasts: A hospital's own two-view model of 2026 with heat maps, 2 members"
    model = ScoreLine(look=LineLook.MODEL, title=name)
    image = ScoreLine(look=LineLook.IMAGE, title="RCC", image_id="r")
    table.show_lines([model, image], Palette.PAPER)
    table.resize(300, table.sizeHint().height())
    table.show()
    rows = (table.sizeHint().height() - 20) // 21
    assert rows == 3
    shown = [table.line_at(20 + 21 * row + 5) for row in range(rows)]
    assert shown[-1] == image
    words = [line.title for line in shown[:-1]]
    assert " ".join(words) == name
    assert all(text_width(part, SMALL_PIXELS) <= 300 - 24 for part in words)
    with qtbot.waitSignal(table.image_chosen) as chosen:
        qtbot.mouseClick(
            table, Qt.MouseButton.LeftButton, pos=QPoint(60, table.sizeHint().height() - 8)
        )
    assert chosen.args == ["r"]
    table.resize(700, 200)
    assert table.line_at(20 + 5) == model


def test_what_goes_on_below_a_scrolled_part_fades_out_until_its_end(qtbot: QtBot) -> None:
    area, inside = QScrollArea(), QWidget()
    inside.setFixedHeight(400)
    area.setWidget(inside)
    qtbot.addWidget(area)
    area.resize(200, 120)
    fade = ScrollFade(area)
    area.show()
    assert fade.isVisible()
    assert fade.geometry().bottom() == area.viewport().rect().bottom()
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    assert not fade.isVisible()
    area.verticalScrollBar().setValue(0)
    area.resize(200, 500)
    assert not fade.isVisible()


def test_words_in_passing_are_said_whole_and_memory_gives_way(qtbot: QtBot) -> None:
    status = StatusBar()
    qtbot.addWidget(status)
    status.show_frames("Slices 0.1 of 7.8 GB, disk 0.0 of 8.0 GB", "Memory.")
    status.show_display("sRGB assumed")
    status.resize(620, 26)
    status.show()
    labels = {label.text(): label for label in status.findChildren(QLabel)}
    memory, display = labels[status.memory], labels[status.display]
    assert memory.isVisible()
    status.say("Larger text: words are at 200 % already, and cannot grow further.")
    qtbot.waitUntil(lambda: not memory.isVisible())
    said = next(label for label in status.findChildren(QLabel) if label.text() == status.said)
    assert said.width() >= said.sizeHint().width()
    assert display.isVisible()
    status.say("")
    qtbot.waitUntil(memory.isVisible)
