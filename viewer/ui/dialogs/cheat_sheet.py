"""Every key and mouse gesture on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.cheat_sheet import CheatSheetBlock, CheatSheetLine
from viewer.ui.text_size import scaled
from viewer.ui.theme import ACCENT, SECONDARY, TEXT

_COLUMN_WIDTH = 340
"""Logical pixels of a column at 100 % text; as many columns as the sheet is wide."""
_MOST_COLUMNS = 5
_FIRST_WIDTH = 1120
_REFLOW_MS = 40
_TITLE_ROWS = 2
_LEAST_LINES = 3
"""A block is not split into fewer."""


class CheatSheet(QDialog):
    """The table of commands, by group, in as many columns as there is room; found by typing."""

    def __init__(
        self,
        blocks: Sequence[CheatSheetBlock],
        parent: QWidget | None = None,
        *,
        note: str = "Keys can be changed under Settings.",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse")
        self._blocks = tuple(blocks)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a command, a key or a gesture")
        self.search.setAccessibleName("Find a command, a key or a gesture")
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Commands")
        self._columns = 0
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        words = QLabel(note, self)
        words.setObjectName("hint")
        bottom = QHBoxLayout()
        bottom.setContentsMargins(20, 4, 16, 12)
        bottom.addWidget(words, 1)
        bottom.addWidget(buttons)
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 16, 4)
        top.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(bottom)
        # Laying out is not done again for every pixel of a drag at the window's edge.
        self._reflow = QTimer(self)
        self._reflow.setSingleShot(True)
        self._reflow.setInterval(_REFLOW_MS)
        self._reflow.timeout.connect(self._lay_out)
        self.search.textChanged.connect(self._lay_out)
        self._fit(parent)
        self._lay_out()
        self.search.setFocus()

    @property
    def shown(self) -> tuple[CheatSheetBlock, ...]:
        """The blocks with the lines that match what was typed."""
        return found_lines(self._blocks, self.search.text())

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return min(_MOST_COLUMNS, max(1, self.width() // scaled(_COLUMN_WIDTH)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the room for more or fewer columns."""
        super().resizeEvent(event)
        if self.columns != self._columns:
            self._reflow.start()

    def _fit(self, parent: QWidget | None) -> None:
        """As large as the sheet needs, within the window it belongs to."""
        width, height = scaled(_FIRST_WIDTH), scaled(860)
        if parent is not None:
            width = min(width, parent.width() - 40)
            height = min(height, parent.height() - 40)
        self.resize(width, height)

    def _lay_out(self) -> None:
        self._columns = self.columns
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(20, 8, 20, 8)
        columns.setSpacing(28)
        blocks = self.shown
        for column in balanced(blocks, self._columns):
            columns.addLayout(self._column(column, inside), 1)
        if not blocks:
            columns.addWidget(QLabel("Nothing matches.", inside))
        self._scroll.setWidget(inside)

    def _column(self, blocks: Sequence[CheatSheetBlock], parent: QWidget) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(14)
        for block in blocks:
            label = QLabel(_block_words(block), parent)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch(1)
        return column


def found_lines(blocks: Sequence[CheatSheetBlock], text: str) -> tuple[CheatSheetBlock, ...]:
    """The lines that contain every word of the text; all when there is none."""
    words = text.casefold().split()
    found = []
    for block in blocks:
        lines = tuple(line for line in block.lines if all(w in _searched(line) for w in words))
        if lines:
            found.append(replace(block, lines=lines))
    return tuple(found)


def _searched(line: CheatSheetLine) -> str:
    return " ".join((line.title, line.help, *line.keys, *line.mouse)).casefold()


def _block_words(block: CheatSheetBlock) -> str:
    rows = "".join(_line_words(line) for line in block.lines)
    return (
        f'<p style="color:{ACCENT}; font-weight:600; margin-bottom:4px">{escape(block.title)}</p>'
        f'<table cellspacing="0" cellpadding="2" width="100%">{rows}</table>'
    )


def _line_words(line: CheatSheetLine) -> str:
    keys = ", ".join(escape(key) for key in line.keys)
    mouse = ", ".join(escape(gesture) for gesture in line.mouse)
    how = " · ".join(part for part in (keys, mouse) if part) or "menu"
    return (
        f'<tr><td style="color:{TEXT}">{escape(line.title)}</td>'
        f'<td align="right" style="color:{SECONDARY}; padding-left:12px">{how}</td></tr>'
    )


def balanced(
    blocks: Sequence[CheatSheetBlock], columns: int
) -> tuple[tuple[CheatSheetBlock, ...], ...]:
    """Share the blocks among columns in order, about equally high; long ones go on in the next."""
    total = sum(len(block.lines) + _TITLE_ROWS for block in blocks)
    limit = total / max(columns, 1) + _TITLE_ROWS
    shared: list[list[CheatSheetBlock]] = [[]]
    used = 0.0
    for block in blocks:
        lines = block.lines
        while lines:
            is_last = len(shared) == columns
            room = len(lines) if is_last else int(limit - used) - _TITLE_ROWS
            if room < min(_LEAST_LINES, len(lines)):
                shared.append([])
                used = 0.0
                continue
            taken, lines = lines[:room], lines[room:]
            shared[-1].append(replace(block, lines=taken))
            used += len(taken) + _TITLE_ROWS
    return tuple(tuple(column) for column in shared)
