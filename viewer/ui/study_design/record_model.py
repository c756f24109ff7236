"""A table of frozen records: a cell edited gives a new record, problems colour their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QColor

from viewer.ui.theme import SECONDARY, WARNING

RecordT = TypeVar("RecordT")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RecordT]):
    """One column: how a record is read and how a record with another value is made.

    write: raises ValueError, with words, for what cannot be; None: read only.
    choices: the values offered; None: free text. tick, ticked: for a column of ticks.
    """

    key: str
    """As the protocol's file calls it, so that problems find their cell."""
    title: str
    read: Callable[[RecordT], str]
    write: Callable[[RecordT, str], RecordT] | None = None
    choices: Callable[[], Sequence[str]] | None = None
    tick: Callable[[RecordT, bool], RecordT] | None = None
    ticked: Callable[[RecordT], bool] | None = None
    tip: str = ""
    width: int = 120


class RecordModel(QAbstractTableModel, Generic[RecordT]):
    """Rows of records; it holds no truth of its own: edits are told, and shown when they return."""

    edited = QtSignal(int, object)
    """Row and the record as it should become."""
    refused = QtSignal(str)
    """Why what was typed cannot be."""

    def __init__(self, columns: Sequence[Column[RecordT]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._records: tuple[RecordT, ...] = ()
        self._problems: Mapping[tuple[int, str], str] = {}

    @property
    def records(self) -> tuple[RecordT, ...]:
        """What is shown."""
        return self._records

    def show_records(
        self, records: Sequence[RecordT], problems: Mapping[tuple[int, str], str]
    ) -> None:
        """Show other records; problems: (row, key of a column) -> words."""
        same_length = len(records) == len(self._records)
        if not same_length:
            self.beginResetModel()
        self._records, self._problems = tuple(records), problems
        if not same_length:
            self.endResetModel()
        elif self._records:
            last = self.index(len(self._records) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def refresh(self) -> None:
        """Read every cell again."""
        if self._records:
            last = self.index(len(self._records) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """How many records."""
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What can be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        column = self.columns[index.column()]
        if column.write is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        if column.tick is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, ticks, and the colour of what is wrong."""
        column, record = self.columns[index.column()], self._records[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None if column.ticked is not None else column.read(record)
        if role == Qt.ItemDataRole.CheckStateRole and column.ticked is not None:
            return Qt.CheckState.Checked if column.ticked(record) else Qt.CheckState.Unchecked
        problem = self._problems.get((index.row(), column.key))
        if role == Qt.ItemDataRole.ForegroundRole:
            if problem:
                return QColor(WARNING)
            return QColor(SECONDARY) if column.write is None else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return problem or column.read(record) or None
        return None

    def setData(  # noqa: N802
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Tell what the record should become."""
        column, record = self.columns[index.column()], self._records[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and column.tick is not None:
            is_on = Qt.CheckState(value) is Qt.CheckState.Checked
            self.edited.emit(index.row(), column.tick(record, is_on))
            return True
        if role != Qt.ItemDataRole.EditRole or column.write is None:
            return False
        try:
            changed = column.write(record, str(value).strip())
        except ValueError as error:
            self.refused.emit(str(error))
            return False
        if changed != record:
            self.edited.emit(index.row(), changed)
        return True
