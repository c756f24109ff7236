"""The analysis window on real files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from analysis_builders import FolderChooser, opened, study_table, write_mrmc
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.app_analysis import analysis_window
from viewer.ui.analysis.comparison_tab import ComparisonTab
from viewer.ui.analysis.hybrid_tab import HybridTab
from viewer.ui.analysis.overview_tab import OverviewTab
from viewer.ui.theme import apply_theme, style_sheet

PAGES = (
    "Overview",
    "Curves",
    "Hybrid",
    "Comparison",
    "Operating points",
    "Agreement",
    "Influence of the AI",
    "Time",
    "Subgroups",
)


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    if qapp.styleSheet() != style_sheet():
        apply_theme(qapp)


def test_a_table_is_opened_analysed_and_shown_on_every_page(qtbot: QtBot, tmp_path: Path) -> None:
    file = write_mrmc(tmp_path / "two_modalities.csv", study_table(readers=3, cases=30))
    window = opened(qtbot, file)
    assert window.tabs.count() == len(PAGES)
    for title in PAGES:
        page = window.page(title)
        window.tabs.setCurrentWidget(page)
        assert page.isVisible()
    overview = window.page("Overview")
    assert isinstance(overview, OverviewTab)
    assert "95 % CI" in overview.primary.text()


def test_results_and_tables_are_saved_where_they_are_asked_for(
    qtbot: QtBot, tmp_path: Path
) -> None:
    file = write_mrmc(tmp_path / "table.csv", study_table(readers=3, cases=30))
    folder = tmp_path / "out"
    folder.mkdir()
    window = opened(qtbot, file, FolderChooser(folder))
    window.tables_button.click()
    qtbot.waitUntil(lambda: not window.is_busy and window.tables_button.isEnabled())
    found = json.loads((folder / "results.json").read_text())
    assert found["readers"] == ["R01", "R02", "R03"]
    assert len(list(folder.glob("*.csv"))) > 1
    assert "results.json" in window.notices.texts[-1]


def test_what_is_no_table_is_said_and_the_analysis_before_stays(
    qtbot: QtBot, tmp_path: Path
) -> None:
    file = write_mrmc(tmp_path / "table.csv", study_table(readers=3, cases=30))
    window = opened(qtbot, file)
    nonsense = tmp_path / "letter.csv"
    nonsense.write_text("Dear colleague,\nplease find\n")
    window.open(nonsense)
    qtbot.waitUntil(lambda: not window.is_busy)
    assert "letter.csv" in window.notices.texts[-1]
    assert window.analysed is not None
    assert window.analysed.path == file
    assert window.tabs.isVisible()


def test_an_empty_window_offers_what_can_be_opened_and_saves_nothing(qtbot: QtBot) -> None:
    window = analysis_window()
    qtbot.addWidget(window)
    window.show()
    assert not window.report_button.isEnabled()
    assert window.analysed is None


def test_the_published_study_is_shown_with_its_published_areas(qtbot: QtBot, shared: Path) -> None:
    file = shared / "data" / "reader_studies" / "nyu_reader_study_1440breasts.csv"
    window = opened(qtbot, file)
    overview = window.page("Overview")
    assert isinstance(overview, OverviewTab)
    assert overview.modalities.words()[1][2:4] == ["0.779", "0.044"]
    hybrid = window.page("Hybrid")
    assert isinstance(hybrid, HybridTab)
    assert hybrid.areas.words()[1][1:4] == ["0.887", "+0.108", "0.456"]
    comparison = window.page("Comparison")
    assert isinstance(comparison, ComparisonTab)
    comparison.choice.setCurrentIndex(comparison.choice.count() - 1)
    assert "hybrid" in comparison.choice.currentText()
    assert comparison.tests.words()[1][0] == "Hybrid − Alone"
    hybrid.control.set(1.0)
    qtbot.waitUntil(lambda: hybrid.areas.words()[1][2] == "0.000")


def test_van_dykes_comparison_is_the_published_one(qtbot: QtBot, shared: Path) -> None:
    window = opened(qtbot, shared / "data" / "reader_studies" / "vandyke.imrmc")
    page = window.page("Comparison")
    assert isinstance(page, ComparisonTab)
    row = page.tests.words()[1]
    assert row[0] == "1 − 0"
    assert row[2] == "+0.0438"
    assert row[4] == "−0.0003 to 0.0879"
    assert row[7] == "0.051"
    page.choice.setCurrentIndex(page.choice.findText("AUC, jackknife"))
    assert page.tests.words()[1][5] == "F 4.456"
