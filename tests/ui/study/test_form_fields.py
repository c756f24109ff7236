"""The fields of the form: by mouse and by keys, empty until they are placed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from viewer.study.answer import PomSource
from viewer.ui.study.choice_row import ChoiceRow
from viewer.ui.study.note_field import NoteField
from viewer.ui.study.percent_slider import PercentSlider
from viewer.ui.study.typed_number import TypedNumber


class Window(QWidget):
    """Holds fields, and hears the keys they do not use."""

    def __init__(self, *fields: QWidget) -> None:
        super().__init__()
        self.heard: list[int] = []
        layout = QVBoxLayout(self)
        for field in fields:
            layout.addWidget(field)

    def keyPressEvent(self, event: object) -> None:
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control):
            self.heard.append(event.key())


@pytest.fixture
def slider(qtbot: QtBot) -> tuple[PercentSlider, Window, list[tuple[float, PomSource]]]:
    """A slider that shows what is placed, as the form does."""
    field = PercentSlider(name="probability", ticks=(2, 50))
    window = Window(field)
    qtbot.addWidget(window)
    window.resize(330, 60)
    window.show()
    qtbot.waitExposed(window)
    placed: list[tuple[float, PomSource]] = []
    field.placed.connect(lambda percent, source: placed.append((percent, source)))
    field.placed.connect(lambda percent, _: field.show_percent(percent))
    return field, window, placed


def press(field: QWidget, keys: str) -> None:
    field.setFocus(Qt.FocusReason.TabFocusReason)
    for key in keys:
        QTest.keyClick(field, key)


@given(st.text(alphabet="0123456789.,", max_size=8))
def test_whatever_is_typed_is_a_tenth_between_0_and_100(signs: str) -> None:
    typed = TypedNumber()
    for sign in signs:
        value = typed.type(sign)
        if value is not None:
            assert 0.0 <= value <= 100.0
            assert value == round(value, 1)


@pytest.mark.parametrize(
    ("signs", "number"),
    [("12.5", 12.5), ("100", 100.0), ("0.3", 0.3), ("7,5", 7.5), ("101", 1.0), ("5.55", 5.0)],
)
def test_numbers_are_typed_digit_by_digit(signs: str, number: float) -> None:
    typed = TypedNumber()
    values = [typed.type(sign) for sign in signs]
    assert values[-1] == number


def test_backspace_takes_a_digit_back() -> None:
    typed = TypedNumber()
    typed.type("4")
    typed.type("2")
    assert typed.delete() == 4.0
    assert typed.delete() is None


def test_a_slider_is_empty_until_it_is_placed(slider) -> None:
    field, _, placed = slider
    assert field.percent is None
    assert field.accessibleDescription() == ""
    field.show_percent(None)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(round(field.x_of(40)), 10))
    assert placed[0][0] == pytest.approx(40, abs=0.5)
    assert placed[0][1] is PomSource.SLIDER
    assert "per cent" in field.accessibleDescription()


def test_digits_and_arrows_place_the_value_and_other_keys_go_to_the_window(slider) -> None:
    field, window, placed = slider
    press(field, "12.5")
    assert placed[-1] == (12.5, PomSource.KEYBOARD)
    QTest.keyClick(field, Qt.Key.Key_Right)
    assert placed[-1][0] == 13.5
    QTest.keyClick(field, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert placed[-1][0] == 13.4
    QTest.keyClick(field, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert placed[-1][0] == 23.4
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_L)
    assert window.heard == [Qt.Key.Key_Down, Qt.Key.Key_L]


def test_a_click_answers_without_taking_the_keyboard(slider) -> None:
    field, _, _ = slider
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(100, 10))
    assert not field.hasFocus()


def test_a_disabled_slider_takes_nothing(slider) -> None:
    field, _, placed = slider
    field.setEnabled(False)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(100, 10))
    press(field, "5")
    assert placed == []


def test_choices_are_stepped_through_by_arrows_and_by_their_keys(qtbot: QtBot) -> None:
    row = ChoiceRow(name="BI-RADS", choices=["3", "4A", "4B", "5"], keys={"4": (1, 2), "5": (3,)})
    qtbot.addWidget(row)
    row.show()
    row.chosen.connect(row.show_index)
    assert row.index is None
    press(row, "4")
    assert row.index == 1
    press(row, "4")
    assert row.index == 2
    press(row, "4")
    assert row.index == 1
    QTest.keyClick(row, Qt.Key.Key_Left)
    QTest.keyClick(row, Qt.Key.Key_Left)
    assert row.index == 0
    press(row, "5")
    assert row.accessibleDescription() == "5"
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.place_of(2).center().toPoint())
    assert row.index == 2


def test_text_is_written_until_escape_and_keys_of_the_window_pass(qtbot: QtBot) -> None:
    note = NoteField(name="remarks")
    window = Window(note)
    qtbot.addWidget(window)
    window.show()
    written: list[str] = []
    left: list[bool] = []
    note.written.connect(written.append)
    note.left.connect(lambda: left.append(True))
    note.setFocus()
    QTest.keyClicks(note, "cyst")
    assert written[-1] == "cyst"
    QTest.keyClick(note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(note, Qt.Key.Key_F3)
    assert window.heard == [Qt.Key.Key_Return, Qt.Key.Key_F3]
    QTest.keyClick(note, Qt.Key.Key_Escape)
    assert left == [True]
    note.show_text("x" * 3)
    assert note.toPlainText() == "xxx"
