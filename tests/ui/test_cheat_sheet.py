"""The sheet of keys stays readable however many commands there are."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from viewer.commands.cheat_sheet import CheatSheetBlock, CheatSheetLine, cheat_sheet
from viewer.commands.key_bindings import bind
from viewer.commands.table import COMMANDS
from viewer.ui.dialogs.cheat_sheet import CheatSheet, balanced

BLOCKS = cheat_sheet(COMMANDS, bind(COMMANDS))


def line(number: int) -> CheatSheetLine:
    title = f"Command {number}"
    return CheatSheetLine(command_id=str(number), title=title, help="", keys=(), mouse=())


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5])
def test_every_line_is_in_one_column_in_order_and_columns_are_about_equal(columns: int) -> None:
    blocks = [
        CheatSheetBlock(title=str(size), lines=tuple(line(n) for n in range(size)))
        for size in (3, 40, 8, 1, 25, 60)
    ]
    shared = balanced(blocks, columns)
    assert len(shared) <= columns
    lines = [(block.title, one) for column in shared for block in column for one in block.lines]
    assert lines == [(block.title, one) for block in blocks for one in block.lines]
    heights = [sum(len(block.lines) + 2 for block in column) for column in shared]
    assert max(heights) <= sum(heights) / columns + 8


def test_typing_leaves_the_lines_that_match(qtbot: QtBot) -> None:
    sheet = CheatSheet(BLOCKS)
    qtbot.addWidget(sheet)
    assert sheet.shown == BLOCKS
    sheet.search.setText("invert")
    assert "image.invert" in {line.command_id for block in sheet.shown for line in block.lines}
    assert sum(len(block.lines) for block in sheet.shown) < 6
    sheet.search.setText("no such thing")
    assert sheet.shown == ()


def test_a_wide_sheet_has_more_columns_and_none_is_cut(qtbot: QtBot) -> None:
    sheet = CheatSheet(BLOCKS)
    qtbot.addWidget(sheet)
    sheet.show()
    for width, columns in ((700, 2), (1240, 3), (1800, 5)):
        sheet.resize(width, 800)
        qtbot.waitUntil(lambda: sheet.columns == columns)  # noqa: B023
        qtbot.wait(80)
        for label in sheet.findChildren(QLabel):
            assert label.mapTo(sheet, label.rect().topRight()).x() <= sheet.width()
