"""Curves as they are drawn, named and brought out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.ui.analysis.curve_plot import CurvePlot, DrawnCurve
from viewer.ui.analysis.figure_table import Cell, FigureTable
from viewer.ui.analysis.figures import NONE, between, number, seconds, signed
from viewer.ui.analysis.legend import Legend, LegendEntry
from viewer.ui.analysis.plot_tip import PlotTip
from viewer.ui.theme import apply_theme, style_sheet


@pytest.fixture
def plot(qtbot: QtBot, qapp: QApplication) -> CurvePlot:
    if qapp.styleSheet() != style_sheet():
        apply_theme(qapp)
    made = CurvePlot(x_title="x", y_title="y", name="curves")
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    qtbot.waitExposed(made)
    made.show_curves(
        [
            DrawnCurve(
                key="low",
                x=np.array([0.0, 1.0]),
                y=np.array([0.0, 1.0]),
                words="the diagonal",
                colour="#56b4e9",
            ),
            DrawnCurve(
                key="high",
                x=np.array([0.0, 0.0, 1.0]),
                y=np.array([0.0, 0.9, 1.0]),
                words="the good one",
                colour="#e69f00",
            ),
        ]
    )
    return made


def test_the_curve_under_the_mouse_is_found_along_its_lines_and_not_only_at_its_points(
    plot: CurvePlot,
) -> None:
    assert plot.curve_near(0.5, 0.5) == "low"
    assert plot.curve_near(0.5, 0.95) == "high"
    assert plot.curve_near(0.0, 0.4) == "high"
    assert plot.curve_near(0.8, 0.2) == ""


def test_the_name_stands_beside_the_mouse_within_the_plot(plot: CurvePlot, qtbot: QtBot) -> None:
    for x, y in ((0.02, 0.02), (0.5, 0.5), (0.99, 0.99)):
        place = plot.view.mapFromScene(plot.view.getViewBox().mapViewToScene(QPointF(x, y)))
        qtbot.mouseMove(plot.view.viewport(), place)
        qtbot.waitUntil(lambda: plot.said == "the diagonal")
        tip = plot.view.findChild(PlotTip)
        assert tip is not None
        assert plot.view.rect().contains(tip.geometry())
        assert not tip.geometry().contains(place)


def test_a_moved_curve_is_found_where_it_is_now(plot: CurvePlot) -> None:
    plot.move_curve("low", np.array([0.0, 1.0]), np.array([0.2, 0.2]), "lying down")
    assert plot.curve_near(0.6, 0.2) == "low"
    assert plot.curve_near(0.5, 0.5) == ""
    assert plot.curves["low"].words == "lying down"


def test_a_curve_that_is_no_longer_drawn_is_no_longer_named(plot: CurvePlot) -> None:
    plot.point_at("high")
    assert plot.pointed == "high"
    plot.show_curves([plot.curves["low"]])
    assert plot.pointed == ""
    assert plot.curve_near(0.5, 0.95) == ""


def test_figures_sort_by_value_and_dashes_come_first(qtbot: QtBot) -> None:
    table = FigureTable(("Reader", "AUC"))
    qtbot.addWidget(table)
    table.show_rows([("a", Cell("0.9", 0.9)), ("b", Cell("0.10", 0.1)), ("c", Cell(NONE))])
    table.horizontalHeader().sectionClicked.emit(1)
    assert [row[0] for row in table.words()[1:]] == ["c", "b", "a"]
    table.horizontalHeader().sectionClicked.emit(1)
    assert [row[0] for row in table.words()[1:]] == ["a", "b", "c"]
    assert table.row_of("b") == 1


def test_a_legend_takes_a_second_line_instead_of_hiding_a_model(qtbot: QtBot) -> None:
    entries = [LegendEntry(key=str(n), words=f"model number {n}", colour="#fff") for n in range(9)]
    legend = Legend(entries)
    qtbot.addWidget(legend)
    one_line = legend.heightForWidth(4000)
    assert legend.heightForWidth(500) > 2 * one_line
    legend.switch("3", False)
    assert "3" not in legend.on
    assert "4" in legend.on


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (number(-0.0004, 3), "0.000"),
        (number(-0.25, 2), "−0.25"),
        (signed(0.0385), "+0.038"),
        (signed(-0.0385), "−0.038"),
        (signed(0.0004), "0.000"),
        (signed(None), NONE),
        (between(0.1, None), NONE),
        (between(-0.1, 0.2), "−0.100 to 0.200"),
        (seconds(59.96), "60.0 s"),
        (seconds(754.0), "12 min 34 s"),
        (seconds(float("nan")), NONE),
    ],
)
def test_figures_have_fixed_decimals_true_minus_signs_and_a_dash_for_nothing(
    words: str, wanted: str
) -> None:
    assert words == wanted
