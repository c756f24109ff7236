"""Every key and mouse gesture on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.cheat_sheet import CheatSheetBlock, CheatSheetLine
from viewer.ui.theme import ACCENT, SECONDARY, TEXT

_COLUMNS = 3


class CheatSheet(QDialog):
    """The table of commands, by group, in columns."""

    def __init__(
        self,
        blocks: Sequence[CheatSheetBlock],
        parent: QWidget | None = None,
        *,
        note: str = "Keys can be changed under Settings.",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse")
        inside = QWidget(self)
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(20, 16, 20, 8)
        columns.setSpacing(36)
        for column in _balanced(blocks, _COLUMNS):
            columns.addLayout(self._column(column), 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        words = QLabel(note, self)
        words.setObjectName("hint")
        bottom = QHBoxLayout()
        bottom.setContentsMargins(20, 4, 16, 12)
        bottom.addWidget(words, 1)
        bottom.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addLayout(bottom)
        self._fit(inside, parent)

    def _fit(self, inside: QWidget, parent: QWidget | None) -> None:
        """As large as the sheet, within the window it belongs to."""
        wanted = inside.sizeHint()
        limit = parent.size() if parent else wanted
        self.resize(
            min(max(wanted.width() + 24, 1080), limit.width() - 40),
            min(wanted.height() + 60, limit.height() - 40),
        )

    def _column(self, blocks: Sequence[CheatSheetBlock]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(14)
        for block in blocks:
            label = QLabel(_block_words(block), self)
            label.setTextFormat(Qt.TextFormat.RichText)
            column.addWidget(label)
        column.addStretch(1)
        return column


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


def _balanced(
    blocks: Sequence[CheatSheetBlock], columns: int
) -> tuple[tuple[CheatSheetBlock, ...], ...]:
    """Share the blocks among columns in order, about equally high."""
    total = sum(len(block.lines) + 2 for block in blocks)
    shared: list[list[CheatSheetBlock]] = [[] for _ in range(columns)]
    before = 0
    for block in blocks:
        height = len(block.lines) + 2
        middle = before + height / 2
        shared[min(columns - 1, int(middle * columns / total))].append(block)
        before += height
    return tuple(tuple(column) for column in shared)
