"""Pages of the analysis window on a small study: what they say is what the results hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from analysis_builders import study_table
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.analysis.analyse import analyse
from viewer.analysis.gain import gain
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import StudyResults
from viewer.analysis.study_table import StudyTable
from viewer.jobs.lambda_sweep import LambdaSweep
from viewer.statistics.hybrid import mix
from viewer.ui.analysis.agreement_tab import AgreementTab
from viewer.ui.analysis.comparison_tab import ComparisonTab
from viewer.ui.analysis.curves_tab import CurvesTab
from viewer.ui.analysis.figures import NONE, number
from viewer.ui.analysis.hybrid_tab import HybridTab
from viewer.ui.analysis.influence_tab import InfluenceTab
from viewer.ui.analysis.operating_tab import OperatingTab
from viewer.ui.analysis.overview_tab import OverviewTab
from viewer.ui.analysis.plot_look import round_ticks
from viewer.ui.analysis.subgroups_tab import SubgroupsTab
from viewer.ui.analysis.time_tab import TimeTab
from viewer.ui.theme import apply_theme, style_sheet

OPTIONS = AnalysisOptions(bootstraps=50, recall_threshold=0.3)


@pytest.fixture(scope="module")
def table() -> StudyTable:
    return study_table()


@pytest.fixture(scope="module")
def results(table: StudyTable) -> StudyResults:
    return analyse(table, OPTIONS)


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    if qapp.styleSheet() != style_sheet():
        apply_theme(qapp)


MakeTab = Callable[[StudyTable, StudyResults], HybridTab]


@pytest.fixture
def hybrid_tab(qtbot: QtBot) -> Iterator[MakeTab]:
    """Makes pages with their sweep done."""
    sweepers: list[LambdaSweep] = []

    def make(table: StudyTable, results: StudyResults) -> HybridTab:
        sweeper = LambdaSweep()
        sweepers.append(sweeper)
        tab = HybridTab(table=table, results=results, sweeper=sweeper)
        qtbot.addWidget(tab)
        tab.show()
        qtbot.waitUntil(lambda: not sweeper.is_running, timeout=30_000)
        return tab

    yield make
    for sweeper in sweepers:
        sweeper.close()


def test_the_overview_states_the_primary_comparison_with_its_interval_and_test(
    qtbot: QtBot, results: StudyResults
) -> None:
    tab = OverviewTab(results)
    qtbot.addWidget(tab)
    analysis = results.mrmc_of("auc", "delong")
    assert analysis is not None
    test = gain(analysis.pairs[0]).rrrc
    assert test is not None
    words = tab.primary.text()
    assert number(test.ci_low) in words
    assert number(test.ci_high) in words
    assert "readers and cases random" in words
    assert tab.modalities.words()[1][:3] == [
        "Alone",
        "4",
        number(results.by_modality["unaided"].mean_auc),
    ]
    assert "GMIC" in tab.hybrid.text()


def test_two_readers_are_not_generalised(qtbot: QtBot) -> None:
    results = analyse(study_table(readers=2), OPTIONS)
    tab = OverviewTab(results)
    qtbot.addWidget(tab)
    assert "no generalisation to other readers" in tab.primary.text()
    comparison = ComparisonTab(results)
    qtbot.addWidget(comparison)
    by_random = {row[1]: row for row in comparison.tests.words()[1:]}
    assert by_random["readers and cases"][3:] == [NONE] * 5
    assert by_random["cases"][7] != NONE


def test_unbalanced_readings_are_refused_in_words_and_u_statistics_serve(qtbot: QtBot) -> None:
    table = study_table()
    scores = table.ratings.scores.copy()
    scores[0, 1, :20] = np.nan
    unbalanced = replace(table, ratings=replace(table.ratings, scores=scores), ai={})
    results = analyse(unbalanced, OPTIONS)
    tab = ComparisonTab(results)
    qtbot.addWidget(tab)
    assert tab.tests.isHidden()
    assert any(row[0] == "Alone − With AI" for row in tab.u_statistics.words()[1:])
    overview = OverviewTab(results)
    qtbot.addWidget(overview)
    assert "unbalanced" in overview.primary.text()


def test_every_reader_has_a_curve_and_the_legend_hides_a_modality(
    qtbot: QtBot, results: StudyResults
) -> None:
    tab = CurvesTab(results)
    qtbot.addWidget(tab)
    readers = {f"aided:{reader}" for reader in results.readers}
    assert readers <= set(tab.roc.curves)
    assert readers <= set(tab.pr.curves)
    assert "ai:GMIC" in tab.roc.curves
    tab.legend.switch("aided", False)
    assert not readers & set(tab.roc.curves)
    assert "unaided:average" in tab.roc.curves
    tab.averages.setChecked(False)
    assert "unaided:average" not in tab.roc.curves


def test_a_clicked_row_brings_its_curve_out_in_both_plots(
    qtbot: QtBot, results: StudyResults
) -> None:
    tab = CurvesTab(results)
    qtbot.addWidget(tab)
    row = tab.table.row_of("R03")
    assert row is not None
    tab.table.cellClicked.emit(row, 0)
    assert tab.roc.pointed == tab.pr.pointed == "unaided:R03"


def test_the_slider_moves_every_curve_and_area_to_its_lambda(
    qtbot: QtBot, hybrid_tab: MakeTab, table: StudyTable, results: StudyResults
) -> None:
    tab = hybrid_tab(table, results)
    tab.control.set(0.3)
    mixed = mix(table.ratings.scores[0], table.ai["GMIC"], 0.3)
    truth = table.ratings.truth
    qtbot.waitUntil(lambda: tab.sweep.line.value() == pytest.approx(0.3))
    for place, reader in enumerate(results.readers):
        row = tab.areas.row_of(reader)
        assert row is not None
        positive, negative = mixed[place, truth], mixed[place, ~truth]
        above = positive[:, None] > negative[None, :]
        tied = positive[:, None] == negative[None, :]
        area = float((above + 0.5 * tied).mean())
        assert tab.areas.words()[row + 1][1] == number(area)
        curve = tab.roc.curves[f"hybrid:{reader}"]
        drawn = float(np.sum(np.diff(curve.x) * (curve.y[1:] + curve.y[:-1])) / 2)
        assert drawn == pytest.approx(area, abs=1e-12)


def test_best_lambdas_and_their_optimism_are_those_of_the_results(
    qtbot: QtBot, hybrid_tab: MakeTab, table: StudyTable, results: StudyResults
) -> None:
    tab = hybrid_tab(table, results)
    hybrid = results.hybrid
    assert hybrid is not None
    for reader in results.readers:
        row = tab.areas.row_of(reader)
        assert row is not None
        words = tab.areas.words()[row + 1]
        assert words[4] == number(hybrid.lambda_star[reader], 2)
        assert words[5] == number(hybrid.auc_star[reader])
        assert words[6] == number(hybrid.auc_left_out[reader])
    best = hybrid.lambda_star["R01"], hybrid.auc_star["R01"]
    assert "best λ" in tab.sweep.words_at(*best)


def test_dragging_the_line_of_the_sweep_moves_the_slider(
    qtbot: QtBot, hybrid_tab: MakeTab, table: StudyTable, results: StudyResults
) -> None:
    tab = hybrid_tab(table, results)
    tab.sweep.lambda_dragged.emit(0.82)
    assert tab.control.value == pytest.approx(0.82)
    qtbot.waitUntil(lambda: tab.sweep.line.value() == pytest.approx(0.82))


def test_other_ai_scales_and_modalities_can_be_mixed(
    qtbot: QtBot, hybrid_tab: MakeTab, table: StudyTable, results: StudyResults
) -> None:
    tab = hybrid_tab(table, results)
    before = tab.areas.words()[1]
    tab.base.setCurrentIndex(tab.base.findData("aided"))
    tab.scale.setCurrentIndex(tab.scale.findData("ranks"))
    tab.choose()
    assert tab.areas.words()[1] != before


def test_ratings_that_are_no_probabilities_are_not_mixed(hybrid_tab: MakeTab) -> None:
    table = replace(study_table(), is_probability=False)
    tab = hybrid_tab(table, analyse(table, OPTIONS))
    assert "probabilities" in tab.words
    assert not tab.control.isEnabled()
    assert tab.roc.curves == {}


def test_tables_of_points_agreement_influence_time_and_subgroups_hold_the_results(
    qtbot: QtBot, table: StudyTable, results: StudyResults
) -> None:
    operating = OperatingTab(results)
    agreement = AgreementTab(results)
    influence = InfluenceTab(results, table)
    time = TimeTab(results)
    subgroups = SubgroupsTab(results)
    for tab in (operating, agreement, influence, time, subgroups):
        qtbot.addWidget(tab)
    point = results.by_modality["unaided"].readers["R01"].at_recall
    assert point is not None
    assert operating.recalls.words()[1][8] == str(point.true_positive)
    assert agreement.within.words()[1][:3] == ["R01", "Alone", "2"]
    everyone = influence.tables[0].words()[1]
    assert everyone[0] == "All readers"
    switches = next(found for found in results.switches if not found.reader)
    assert everyone[1] == f"+{switches.positives_gained}"
    assert influence.plots[0].readings == table.ratings.scores[0].size
    assert len(time.table.words()) == len(results.times) + 1
    assert [row[0] for row in subgroups.tables["density"].words()[1:]] == ["b", "c"]


def test_pages_without_data_say_so(qtbot: QtBot) -> None:
    plain = replace(
        study_table(modalities=("unaided",)), active_seconds=None, case_groups={}, repeats=()
    )
    results = analyse(plain, OPTIONS)
    for made in (InfluenceTab(results, plain), TimeTab(results), SubgroupsTab(results)):
        qtbot.addWidget(made)
        labels = [child.text() for child in made.findChildren(type(OverviewTab(results).primary))]
        assert any(text.strip() for text in labels)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0.7, 1.0, [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]),
        (0.0, 11.0, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]),
        (0.0, 93.0, [0.0, 20.0, 40.0, 60.0, 80.0]),
    ],
)
def test_axes_carry_round_numbers(low: float, high: float, wanted: list[float]) -> None:
    assert round_ticks(low, high) == wanted
