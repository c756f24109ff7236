"""The study wizard is readable at every size of words and of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from design_builders import sound_protocol
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from readable import cut_placeholders, cut_titles, unreadable

from viewer.app_study_design import own_designer
from viewer.settings import Settings
from viewer.storage.places import Places
from viewer.storage.settings_file import write_settings
from viewer.study.protocol import Arm, Design, Protocol
from viewer.ui.study_design.designer import Designer
from viewer.ui.study_design.page_picture import PicturePage
from viewer.ui.text_size import BASE_PIXELS, text_factor
from viewer.ui.theme import apply_theme, set_text_size

SIZES = ((1280, 800), (3840, 2160))
PERCENTS = (100, 150, 200)

Open = Callable[[tuple[int, int], int, Protocol | None], Designer]


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    """Opens the wizard alone, as the settings say: (size, percent, design)."""
    style, font = qapp.styleSheet(), qapp.font()
    apply_theme(qapp)
    windows: list[Designer] = []

    def begin(size: tuple[int, int], percent: int, protocol: Protocol | None) -> Designer:
        where = Places(config=tmp_path / "config", cache=tmp_path / "cache")
        write_settings(where.settings_file, Settings(text_percent=percent))
        window = own_designer(where, may_discard=lambda _: True)
        windows.append(window)
        qtbot.addWidget(window)
        if protocol is not None:
            window.draft.change(protocol)
        window.resize(*size)
        window.show()
        return window

    yield begin
    for window in windows:
        window.close_jobs()
        window.hide()
    qapp.setStyleSheet(style)
    qapp.setFont(font)


def wrong_protocol() -> Protocol:
    """A design with something to say on most pages."""
    protocol = sound_protocol(cases=30)
    arms = (Arm(arm_id="A", design=Design.CROSSOVER), Arm(arm_id="A", design=Design.ON_REQUEST))
    return replace(protocol, title="", study_id="a b", arms=arms, planted_repeats=99)


def unreadable_pages(qtbot: QtBot, window: Designer) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for page in window.pages:
        window.show_page(page.title)
        qtbot.wait(60)
        found[page.title] = [*unreadable(window), *cut_titles(window), *cut_placeholders(window)]
    return {page: words for page, words in found.items() if words}


@pytest.mark.parametrize("protocol", [None, sound_protocol(), wrong_protocol()])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_the_wizard_are_cut(
    opened: Open, qtbot: QtBot, size: tuple[int, int], percent: int, protocol: Protocol | None
) -> None:
    window = opened(size, percent, protocol)
    assert text_factor() == pytest.approx(round(BASE_PIXELS * percent / 100) / BASE_PIXELS)
    assert unreadable_pages(qtbot, window) == {}
    assert (window.width(), window.height()) == size


@pytest.mark.parametrize(("before", "after"), [(100, 200), (200, 100)])
def test_a_wizard_that_is_open_follows_the_size_of_words(
    opened: Open, qapp: QApplication, qtbot: QtBot, before: int, after: int
) -> None:
    window = opened(SIZES[0], before, sound_protocol())
    set_text_size(qapp, after)
    qtbot.wait(60)
    assert unreadable_pages(qtbot, window) == {}
    assert (window.width(), window.height()) == SIZES[0]


def test_the_picture_of_a_design_is_drawn_in_words_that_can_be_read(
    opened: Open, qtbot: QtBot
) -> None:
    heights = []
    for percent in (100, 200):
        window = opened(SIZES[1], percent, sound_protocol())
        window.show_page(PicturePage.title)
        qtbot.wait(60)
        page = window.page(PicturePage.title)
        assert isinstance(page, PicturePage)
        heights.append(page.view.height())
    assert heights[1] == pytest.approx(2 * heights[0], abs=3)


def test_every_column_of_a_table_is_seen_without_scrolling_where_its_words_have_room(
    opened: Open, qtbot: QtBot
) -> None:
    window = opened(SIZES[0], 200, sound_protocol())
    for title in ("Readers", "Sessions and order"):
        window.show_page(title)
        qtbot.wait(60)
        table = window.page(title).table  # type: ignore[attr-defined]
        assert table.view.horizontalScrollBar().maximum() == 0
