"""Edits which key does what; conflicts are named while typing."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.key_bindings import bind
from viewer.commands.table import COMMANDS, by_id
from viewer.ui.dialogs.key_tools import KeyTools
from viewer.ui.text_size import scaled

_WORDS = "Several keys are separated by spaces, such as: PgDown Shift+Down. Empty: no key."
_KEYS = 2


class KeyTable(QWidget):
    """All commands with their keys: found by typing, edited, set back one by one or all."""

    def __init__(self, own: Mapping[str, tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: dict[str, QTableWidgetItem] = {}
        self._ids = tuple(by_id())
        self.table = self._make_table()
        self.tools = KeyTools(self)
        self._complaints = QLabel(self)
        self._complaints.setObjectName("warning")
        self._complaints.setWordWrap(True)
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        words.setWordWrap(True)
        self.reset_one = QPushButton("Set back this command", self)
        self.reset_one.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tools)
        layout.addWidget(words)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._complaints)
        layout.addWidget(self.reset_one, 0, Qt.AlignmentFlag.AlignLeft)
        self.tools.search_changed.connect(self._filter)
        self.tools.preset_chosen.connect(self.show_keys)
        self.reset_one.clicked.connect(self._reset_current)
        self.show_keys(own)
        self.table.cellChanged.connect(self._complain)

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

    def show_keys(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Show the defaults with these laid over them."""
        bound = bind(COMMANDS, own)
        self.table.blockSignals(True)
        for command_id, cell in self._cells.items():
            cell.setText(" ".join(bound.keys_of[command_id]))
        self.table.blockSignals(False)
        self.table.viewport().update()
        self._complain()

    def shown(self) -> tuple[str, ...]:
        """The ids of the commands that match what was typed."""
        return tuple(i for row, i in enumerate(self._ids) if not self.table.isRowHidden(row))

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(COMMANDS), 3, self)
        table.setAccessibleName("Keys of all commands")
        table.setHorizontalHeaderLabels(["Group", "Command", "Keys"])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(scaled(28))
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # Tab leaves the table: a reader without a mouse must get to the buttons below.
        table.setTabKeyNavigation(False)
        for row, command in enumerate(COMMANDS):
            for column, text in enumerate((command.group.value, command.title.rstrip("…"))):
                item = QTableWidgetItem(text)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                item.setToolTip(command.help)
                table.setItem(row, column, item)
            cell = QTableWidgetItem()
            cell.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"keys of {command.title}")
            self._cells[command.id] = cell
            table.setItem(row, _KEYS, cell)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(0, scaled(80))
        table.setColumnWidth(_KEYS, scaled(190))
        return table

    def _filter(self, text: str) -> None:
        """Leave the rows whose command or keys contain the text."""
        wanted = text.casefold()
        for row in range(self.table.rowCount()):
            items = (self.table.item(row, column) for column in range(3))
            words = " ".join(item.text() for item in items if item is not None)
            self.table.setRowHidden(row, wanted not in words.casefold())

    def _reset_current(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            command = by_id()[self._ids[row]]
            self.set_keys(command.id, " ".join(command.keys))

    def _complain(self) -> None:
        own = self.own
        complaints = bind(COMMANDS, own).complaints
        self._complaints.setText("\n".join(complaints))
        self._complaints.setVisible(bool(complaints))
        self.tools.show_preset_of(own)
