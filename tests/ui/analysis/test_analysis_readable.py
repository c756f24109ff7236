"""The analysis window is readable at every size of words and of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from analysis_builders import WAIT_MS, study_table, write_mrmc
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from read_studies import write_read_study
from readable import cut_titles, unreadable

from viewer.app_analysis import own_analysis
from viewer.settings import Settings
from viewer.storage.places import Places
from viewer.storage.settings_file import write_settings
from viewer.ui.analysis.analysis_window import AnalysisWindow
from viewer.ui.analysis.curves_tab import CurvesTab
from viewer.ui.text_size import BASE_PIXELS, text_factor
from viewer.ui.theme import apply_theme, set_text_size

SIZES = ((1280, 800), (3840, 2160))
PERCENTS = (100, 150, 200)

Open = Callable[..., AnalysisWindow]


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    """Opens the window alone, as the settings say: (file, size, percent)."""
    style, font = qapp.styleSheet(), qapp.font()
    apply_theme(qapp)

    def begin(file: Path | None, size: tuple[int, int], percent: int) -> AnalysisWindow:
        where = Places(config=tmp_path / "config", cache=tmp_path / "cache")
        write_settings(where.settings_file, Settings(text_percent=percent))
        window = own_analysis(where)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        if file is not None:
            window.open(file)
        qtbot.waitUntil(lambda: not window.is_busy, timeout=WAIT_MS)
        return window

    yield begin
    qapp.setStyleSheet(style)
    qapp.setFont(font)


def unreadable_pages(qtbot: QtBot, window: AnalysisWindow) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place in range(window.tabs.count()):
        window.tabs.setCurrentIndex(place)
        qtbot.wait(60)
        found[window.tabs.tabText(place)] = [*unreadable(window), *cut_titles(window)]
    return {page: words for page, words in found.items() if words}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_an_analysis_are_cut(
    opened: Open, qtbot: QtBot, tmp_path: Path, size: tuple[int, int], percent: int
) -> None:
    where = Places(config=tmp_path / "config", cache=tmp_path / "cache")
    window = opened(write_read_study(tmp_path, where), size, percent)
    assert text_factor() == pytest.approx(round(BASE_PIXELS * percent / 100) / BASE_PIXELS)
    assert window.tabs.count() == 9
    assert unreadable_pages(qtbot, window) == {}
    assert (window.width(), window.height()) == size


@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_an_empty_analysis_are_cut(opened: Open, qtbot: QtBot, percent: int) -> None:
    window = opened(None, SIZES[0], percent)
    qtbot.wait(60)
    assert unreadable(window) == []
    assert (window.width(), window.height()) == SIZES[0]


def test_an_analysis_that_is_open_follows_the_size_of_words(
    opened: Open, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened(write_mrmc(tmp_path / "t.csv", study_table(cases=40)), SIZES[0], 100)
    set_text_size(qapp, 200)
    qtbot.wait(60)
    assert unreadable_pages(qtbot, window) == {}
    assert (window.width(), window.height()) == SIZES[0]


@pytest.mark.parametrize("percent", PERCENTS)
def test_figures_beside_plots_are_shown_whole_where_the_window_has_room(
    opened: Open, qtbot: QtBot, tmp_path: Path, percent: int
) -> None:
    window = opened(write_mrmc(tmp_path / "t.csv", study_table(cases=40)), SIZES[1], percent)
    page = window.page("Curves")
    assert isinstance(page, CurvesTab)
    window.tabs.setCurrentWidget(page)
    qtbot.wait(60)
    assert page.table.horizontalScrollBar().maximum() == 0
    assert page.roc.width() > SIZES[1][0] / 4


def test_damaged_settings_are_named_in_the_window(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    del opened
    where = Places(config=tmp_path / "config", cache=tmp_path / "cache")
    where.settings_file.parent.mkdir(parents=True)
    where.settings_file.write_text("= nonsense")
    window = own_analysis(where)
    qtbot.addWidget(window)
    assert "kept as settings.toml.damaged" in window.notices.texts[0]
