"""What stands around the images takes a change at once, and is painted in turns of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from viewer.session.session import Session
from viewer.ui.painted_later import PaintedLater

SHOWN = QColor("#cc2200")


class Part(QWidget):
    def __init__(self, parent: QWidget, painted: list[QWidget]) -> None:
        super().__init__(parent)
        self._painted = painted

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), SHOWN)
        painter.end()
        self._painted.append(self)


@pytest.fixture
def painted() -> list[QWidget]:
    return []


@pytest.fixture
def window(qtbot: QtBot, painted: list[QWidget]) -> QWidget:
    made = QWidget()
    layout = QVBoxLayout(made)
    for _ in range(2):
        layout.addWidget(Part(made, painted))
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: len(painted) >= 2)
    painted.clear()
    return made


def hang(session: Session, exam_id: str) -> None:
    session.apply(lambda state: replace(state, exam_id=exam_id))


def parts_of(window: QWidget) -> list[Part]:
    return list(window.findChildren(Part))


def test_parts_are_painted_one_after_another_when_another_exam_hangs(
    qtbot: QtBot, window: QWidget, painted: list[QWidget]
) -> None:
    session, parts = Session(), parts_of(window)
    later = PaintedLater(session=session, parts=parts, parent=window)
    hang(session, "another")
    for part in parts:
        part.update()
    assert later.is_waiting
    assert not any(part.updatesEnabled() for part in parts)
    qtbot.waitUntil(lambda: not later.is_waiting and set(painted) == set(parts))
    assert all(part.updatesEnabled() for part in parts)


def test_a_second_exam_before_all_is_painted_leaves_nothing_unpainted(
    qtbot: QtBot, window: QWidget, painted: list[QWidget]
) -> None:
    session, parts = Session(), parts_of(window)
    later = PaintedLater(session=session, parts=parts, parent=window)
    for exam_id in ("one", "two"):
        hang(session, exam_id)
    qtbot.waitUntil(lambda: not later.is_waiting and set(painted) == set(parts))


def test_whatever_else_changes_is_painted_at_once(window: QWidget) -> None:
    session, parts = Session(), parts_of(window)
    later = PaintedLater(session=session, parts=parts, parent=window)
    session.apply(lambda state: replace(state, peeking=not state.peeking))
    assert not later.is_waiting
    assert all(part.updatesEnabled() for part in parts)


def shown_of(window: QWidget) -> set[Part]:
    """The parts that are on the screen once what asked for it is painted."""
    QApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)
    screen = window.screen()
    assert screen is not None
    picture = screen.grabWindow(window.winId()).toImage()
    return {p for p in parts_of(window) if picture.pixelColor(p.geometry().center()) == SHOWN}


def test_nothing_of_the_exam_before_is_seen_around_the_images_of_the_next(
    qtbot: QtBot, window: QWidget
) -> None:
    session, parts = Session(), parts_of(window)
    later = PaintedLater(session=session, parts=parts, parent=window)
    assert shown_of(window) == set(parts)
    hang(session, "another")
    assert shown_of(window) == set()
    window.resize(300, 200)
    assert shown_of(window) == set()
    qtbot.waitUntil(lambda: not later.is_waiting)
    assert shown_of(window) == set(parts)


def test_a_part_that_goes_takes_its_blank_place_with_it(qtbot: QtBot, window: QWidget) -> None:
    session, (first, second) = Session(), parts_of(window)
    later = PaintedLater(session=session, parts=[first], parent=window)
    hang(session, "another")
    first.hide()
    qtbot.wait(1)
    second.setGeometry(first.geometry())
    assert shown_of(window) & {second}
    qtbot.waitUntil(lambda: not later.is_waiting)


def test_folding_panels_of_the_same_exam_shows_them_as_they_were(window: QWidget) -> None:
    session, parts = Session(), parts_of(window)
    later = PaintedLater(session=session, parts=parts, parent=window)
    later.hold()
    assert later.is_waiting
    assert shown_of(window) == set(parts)


def test_a_part_that_comes_back_is_blank_until_it_is_painted(qtbot: QtBot, window: QWidget) -> None:
    session, (first, second) = Session(), parts_of(window)
    for part in (first, second):
        part.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    later = PaintedLater(session=session, parts=[first], parent=window)
    first.hide()
    qtbot.waitUntil(lambda: second.height() > window.height() / 2)
    assert shown_of(window) >= {second}
    later.hold()
    first.show()
    qtbot.waitUntil(lambda: second.y() > 0)
    assert shown_of(window) == {second}
    qtbot.waitUntil(lambda: not later.is_waiting)
    assert shown_of(window) == {first, second}
