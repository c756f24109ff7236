"""A reader's window takes the size of words from the settings; nothing is cut, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDialog
from readable import unreadable
from reading_driver import ReadingDriver

from inference.types import Laterality
from viewer.domain.hanging import Slot
from viewer.session.study_state import Page, Saving
from viewer.settings import Settings
from viewer.storage.settings_file import write_settings
from viewer.ui.fonts import text_width
from viewer.ui.study.choice_row import ChoiceRow
from viewer.ui.text_size import BASE_PIXELS, scaled, text_factor
from viewer.ui.theme import SMALL_PIXELS

Start = Callable[..., ReadingDriver]

SIZE = (1280, 800)
PERCENTS = (100, 150, 200)
CONTROL = Qt.KeyboardModifier.ControlModifier


def settings_of(tmp_path: Path, percent: int) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True, exist_ok=True)
    write_settings(config / "settings.toml", Settings(text_percent=percent))


def pages_of(driver: ReadingDriver) -> Iterator[str]:
    """Go through every page of a case and name each as it stands."""
    driver.wait(lambda: driver.state.page is Page.START)
    yield "start"
    driver.begin()
    driver.wait_for_images()
    yield "nothing answered"
    row = driver.session.active_image.rows / 2
    driver.mark(Slot.RCC, row, row / 3)
    yield "a mark"
    driver.answer()
    driver.go_on()
    driver.wait_for_images()
    yield "with the AI"
    driver.key(Qt.Key.Key_P, CONTROL)
    driver.wait(lambda: driver.state.page is Page.PAUSED)
    yield "paused"
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.state.page is Page.READING)
    problem = "the disk of the study's folder is full; make room, it is tried again"
    driver.program.study.apply(
        lambda s: replace(s, saving=Saving.FAILED, unsaved=3, save_problem=problem)
    )
    yield "not saved"


@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_a_study_are_cut_in_a_small_window(
    start: Start, study: Path, tmp_path: Path, percent: int
) -> None:
    settings_of(tmp_path, percent)
    driver = start(study, size=SIZE)
    window = driver.program.window
    found: dict[str, list[str]] = {}
    for page in pages_of(driver):
        for _ in range(3):
            QApplication.processEvents()
        found[page] = unreadable(window)
        if (window.width(), window.height()) != SIZE:
            found[page].append(f"the window grew to {window.width()} x {window.height()}")
    assert {page: words for page, words in found.items() if words} == {}


@pytest.mark.parametrize("percent", PERCENTS)
def test_what_a_study_paints_itself_grows_with_the_words_and_has_room(
    start: Start, study: Path, tmp_path: Path, percent: int
) -> None:
    settings_of(tmp_path, percent)
    driver = start(study, size=SIZE)
    driver.begin()
    assert text_factor() == pytest.approx(round(BASE_PIXELS * percent / 100) / BASE_PIXELS)
    rows = driver.program.panel.findChildren(ChoiceRow)
    shown = [row for row in rows if row.isVisible()]
    assert len(shown) == 4
    for row in shown:
        assert row.height() == scaled(26)
        for index, words in enumerate(row.choices):
            place: QRectF = row.place_of(index)
            assert text_width(words, scaled(SMALL_PIXELS), QFont.Weight.DemiBold) <= place.width()
    panel = driver.program.panel
    assert panel.width() < SIZE[0] / 2
    assert driver.program.hanging.width() >= SIZE[0] * 0.4


@pytest.mark.parametrize("percent", PERCENTS)
def test_the_questions_keep_more_room_than_the_list_of_what_is_not_answered(
    start: Start, study: Path, tmp_path: Path, percent: int
) -> None:
    settings_of(tmp_path, percent)
    driver = start(study, size=SIZE)
    driver.begin()
    panel = driver.program.panel
    for _ in range(3):
        QApplication.processEvents()
    said = panel.words.text().splitlines()
    named = [line for line in said[1:] if not line.endswith(" more")]
    left_out = [int(line.split()[1]) for line in said[1:] if line.endswith(" more")]
    assert said[0] == "Not answered yet:"
    assert len(named) + sum(left_out) == 6
    assert len(named) == {100: 4, 150: 2, 200: 1}[percent]
    assert panel.words.height() < panel.height() / 4
    box = panel.boxes[Laterality.RIGHT]
    assert box.visibleRegion().boundingRect().height() >= min(box.height(), panel.height() / 2)


@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_the_list_of_finished_readings_are_cut(
    start: Start, study: Path, tmp_path: Path, percent: int
) -> None:
    settings_of(tmp_path, percent)
    found: list[str] = []

    def look(dialog: QDialog) -> bool:
        QApplication.processEvents()
        found.extend(unreadable(dialog))
        assert dialog.width() <= SIZE[0]
        assert dialog.height() <= SIZE[1]
        return False

    driver = start(study, size=SIZE, answer_dialog=look)
    driver.begin()
    driver.answer()
    driver.go_on()
    driver.program.dialogs.show_finished()
    assert driver.shown_dialogs == ["FinishedDialog"]
    assert found == []


def test_a_slider_of_large_words_is_placed_where_it_is_clicked(
    start: Start, study: Path, tmp_path: Path
) -> None:
    settings_of(tmp_path, 200)
    driver = start(study, size=SIZE)
    driver.begin()
    slider = next(box.slider for box in driver.program.panel.boxes.values() if box.slider)
    for percent in (0.0, 37.5, 100.0):
        assert slider.percent_at(slider.x_of(percent)) == percent
