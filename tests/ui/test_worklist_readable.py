"""The worklist is readable at every size of words, and keys of the window work in its search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from patient_builders import relabelled
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from readable import unreadable
from running_program import WAIT_MS, RunningProgram

from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.worklist import exam_wanted
from viewer.ui.text_size import scaled
from viewer.ui.theme import set_text_size
from viewer.ui.worklist.worklist_page import WorklistPage
from viewer.ui.worklist.worklist_words import Column

LONG = "Recalled from the screening round of 2023; second opinion of both readers wanted"
PERCENTS = (100, 150, 200)
SHOWN = (Column.STATUS, Column.EXAM)
"""What a row must say whole, whatever the size of words."""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of two exams, one with a long note, and of one that is not there."""
    folder = tmp_path_factory.mktemp("listed")
    made = write_phantom_exams(folder / "base", seed=4, slices=2, rows=96, columns=80)[0].folder
    for name in ("a", "b"):
        patient = {"PatientID": name, "PatientName": f"Family {name}"}
        relabelled(made, folder / name, study=name, StudyDate="20240610", **patient)
    table = folder / "list.csv"
    rows = [f"a,Case 1 of 2024-06-10 new,urgent,{LONG}", "b,Case 2,,", "gone,Case 3,,"]
    table.write_text("\n".join(["path,alias,priority,note", *rows]), encoding="utf-8")
    return table


@pytest.fixture
def page(
    show_exam: Callable[..., RunningProgram], listed: Path
) -> tuple[RunningProgram, WorklistPage]:
    running = show_exam(listed)
    exams = running.program.worklist.exams
    running.qtbot.waitUntil(lambda: exams.is_idle, timeout=WAIT_MS)
    shown = running.program.window._parts.worklist
    running.qtbot.waitUntil(lambda: shown.model.rowCount() == 3, timeout=WAIT_MS)
    first = shown.model.exam_id(0)
    assert first is not None
    running.program.session.apply(lambda state: exam_wanted(state, first))
    running.qtbot.waitUntil(lambda: running.state.exam_id == first, timeout=WAIT_MS)
    if not shown.isVisible():
        running.key(Qt.Key.Key_F5)
    running.qtbot.wait(60)
    return running, shown


@pytest.mark.parametrize("percent", PERCENTS)
def test_no_words_of_the_worklist_are_cut_in_a_small_window(
    page: tuple[RunningProgram, WorklistPage], qapp: QApplication, percent: int
) -> None:
    running, shown = page
    set_text_size(qapp, percent)
    running.qtbot.wait(100)
    assert unreadable(shown) == []
    for row in range(3):
        assert not shown.table.cut_columns(row) & set(SHOWN)
    header = shown.table.horizontalHeader()
    for column in (Column.STATUS, Column.PRIORS, Column.AI, Column.PRIORITY):
        if not shown.table.isColumnHidden(column):
            assert header.sectionSizeHint(column) <= shown.table.columnWidth(column)


@pytest.mark.parametrize("percent", PERCENTS)
def test_columns_without_words_take_no_room_that_names_and_dates_need(
    page: tuple[RunningProgram, WorklistPage], qapp: QApplication, percent: int
) -> None:
    running, shown = page
    set_text_size(qapp, percent)
    running.qtbot.wait(100)
    table, texts = shown.table, [shown.model.index(n, Column.PRIORS).data() for n in range(3)]
    assert texts == ["", "", ""]
    assert table.isColumnHidden(Column.PRIORS) == (percent > 100)
    assert not table.isColumnHidden(Column.STATUS)
    exams = [shown.model.index(n, Column.EXAM).data() for n in range(3)]
    assert max(map(len, exams)) > 20
    for row in range(3):
        assert Column.EXAM not in table.cut_columns(row)


def test_a_column_that_the_list_is_sorted_by_is_shown_also_without_words(
    page: tuple[RunningProgram, WorklistPage], qapp: QApplication
) -> None:
    running, shown = page
    set_text_size(qapp, 200)
    running.qtbot.wait(50)
    assert shown.table.isColumnHidden(Column.PRIORS)
    shown.table.show_order(Column.PRIORS, descending=False)
    assert not shown.table.isColumnHidden(Column.PRIORS)
    shown.table.show_order(None, descending=False)
    assert shown.table.isColumnHidden(Column.PRIORS)


@pytest.mark.parametrize("percent", PERCENTS)
def test_the_exam_that_hangs_is_listed_in_words_as_large_as_the_others(
    page: tuple[RunningProgram, WorklistPage], qapp: QApplication, percent: int
) -> None:
    running, shown = page
    set_text_size(qapp, percent)
    running.qtbot.wait(50)
    hung = shown.model.row_of(running.state.exam_id)
    assert hung is not None
    font = shown.model.index(hung, Column.EXAM).data(Qt.ItemDataRole.FontRole)
    assert isinstance(font, QFont)
    assert font.pixelSize() == shown.table.font().pixelSize()
    assert shown.table.rowHeight(hung) >= scaled(28)


def test_what_the_table_has_no_room_for_is_said_below_it(
    page: tuple[RunningProgram, WorklistPage], qapp: QApplication
) -> None:
    running, shown = page
    shown.table.selectRow(0)
    set_text_size(qapp, 200)
    running.qtbot.wait(50)
    said = shown.detail.text()
    assert LONG in said
    assert shown.model.index(0, Column.VIEWS).data() in said
    set_text_size(qapp, 100)
    running.qtbot.wait(50)
    assert shown.model.index(0, Column.VIEWS).data() not in shown.detail.text()


def test_the_palette_opens_from_the_search_and_what_was_typed_stays(
    page: tuple[RunningProgram, WorklistPage],
) -> None:
    running, shown = page
    shown.text.setFocus()
    shown.text.setText("Case")
    shown.text.setCursorPosition(0)
    opened: list[str] = []
    running.dialogs.answer = lambda dialog: bool(opened.append(type(dialog).__name__))
    running.qtbot.keyClick(shown.text, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert opened == ["Palette"]
    assert shown.text.text() == "Case"
