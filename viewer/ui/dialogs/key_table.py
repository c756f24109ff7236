"""Edits which key does what; conflicts are named while typing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.key_bindings import bind
from viewer.commands.table import COMMANDS

_WORDS = "Several keys are separated by spaces, such as: PgDown Shift+Down. Empty: no key."


class KeyTable(QWidget):
    """All commands with their keys."""

    def __init__(self, own: Mapping[str, tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bound = bind(COMMANDS, own)
        self._cells: dict[str, QTableWidgetItem] = {}
        self.table = QTableWidget(len(COMMANDS), 3, self)
        self.table.setHorizontalHeaderLabels(["Group", "Command", "Keys"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for row, command in enumerate(COMMANDS):
            for column, text in enumerate((command.group.value, command.title.rstrip("…"))):
                item = QTableWidgetItem(text)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                item.setToolTip(command.help)
                self.table.setItem(row, column, item)
            self._cells[command.id] = QTableWidgetItem(" ".join(bound.keys_of[command.id]))
            self.table.setItem(row, 2, self._cells[command.id])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(0, 80)
        self.table.setColumnWidth(2, 190)
        self.table.cellChanged.connect(self._complain)
        self._complaints = QLabel(self)
        self._complaints.setObjectName("warning")
        self._complaints.setWordWrap(True)
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._complaints)
        self._complain()

    @property
    def own(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that differ from the defaults, by command id."""
        changed = {}
        for command in COMMANDS:
            keys = tuple(self._cells[command.id].text().split())
            if keys != command.keys:
                changed[command.id] = keys
        return changed

    @property
    def complaints(self) -> str:
        """What is wrong with the keys as they stand."""
        return self._complaints.text()

    def set_keys(self, command_id: str, keys: str) -> None:
        """Type keys for a command."""
        self._cells[command_id].setText(keys)

    def _complain(self) -> None:
        self._complaints.setText("\n".join(bind(COMMANDS, self.own).complaints))
