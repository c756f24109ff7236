"""A table of records with buttons that add and remove rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from viewer.study.protocol_problem import Problem
from viewer.ui.study_design.record_model import Column, RecordModel, RecordT

_ROW_HEIGHT = 28
_LEAST_ROWS = 4


class RecordTable(QWidget, Generic[RecordT]):
    """Edits a tuple of records: `changed` is called with the tuple as it should become."""

    def __init__(
        self,
        columns: Sequence[Column[RecordT]],
        *,
        changed: Callable[[tuple[RecordT, ...]], None],
        made: Callable[[], RecordT] | None = None,
        noun: str,
        parent: QWidget | None = None,
    ) -> None:
        """made: gives the record that the button Add adds; None: no such button."""
        super().__init__(parent)
        self._changed = changed
        self._made = made
        self._buttons_so_far = 0
        self.model: RecordModel[RecordT] = RecordModel(columns, self)
        self.view = QTableView(self)
        self.view.setModel(self.model)
        self.view.setAccessibleName(f"Table of {noun}s")
        self._set_up_view()
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        if made is not None:
            self.add_button(f"Add {noun}", self.add)
        self.remove_button = self.add_button("Remove", self.remove_chosen)
        self._refusal = QLabel(self)
        self._refusal.setObjectName("warning")
        self.buttons.addWidget(self._refusal)
        self.buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.view, 1)
        layout.addLayout(self.buttons)
        self.model.edited.connect(self._replace)
        self.model.refused.connect(self._refusal.setText)

    def add_button(self, text: str, act: Callable[[], None]) -> QPushButton:
        """Put a button under the table, before the others' end."""
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())
        self.buttons.insertWidget(self._buttons_so_far, button)
        self._buttons_so_far += 1
        return button

    def show_records(self, records: Sequence[RecordT], problems: Sequence[Problem] = ()) -> None:
        """Show these; problems with a path (kind, row, key, ...) colour their cells."""
        self.model.show_records(records, _by_cell(problems))
        self._refusal.clear()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The rows that are selected."""
        rows = {index.row() for index in self.view.selectionModel().selectedIndexes()}
        return tuple(sorted(rows))

    def add(self) -> None:
        """Add a row and go there."""
        if self._made is None:
            return
        self._changed((*self.model.records, self._made()))
        self.view.selectRow(self.model.rowCount() - 1)
        self.view.scrollToBottom()

    def remove_chosen(self) -> None:
        """Remove the selected rows."""
        gone = set(self.chosen)
        if gone:
            kept = (r for place, r in enumerate(self.model.records) if place not in gone)
            self._changed(tuple(kept))

    def fit_rows(self, most: int) -> None:
        """Be as high as the rows, up to so many."""
        rows = max(_LEAST_ROWS, min(most, self.model.rowCount() + 1))
        self.view.setFixedHeight(_ROW_HEIGHT * rows + self.view.horizontalHeader().height() + 2)

    @Slot(int, object)
    def _replace(self, row: int, record: RecordT) -> None:
        records = list(self.model.records)
        records[row] = record
        self._changed(tuple(records))

    def _set_up_view(self) -> None:
        view = self.view
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(28)
        for place, column in enumerate(self.model.columns):
            view.setColumnWidth(place, column.width)
            if column.choices is not None:
                view.setItemDelegateForColumn(place, _ChoiceDelegate(column.choices, view))
        header.setSectionResizeMode(len(self.model.columns) - 1, QHeaderView.ResizeMode.Stretch)


class _ChoiceDelegate(QStyledItemDelegate):
    """A list of choices in a cell."""

    def __init__(self, choices: Callable[[], Sequence[str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._choices = choices

    def createEditor(  # noqa: N802
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """A combo box that closes with its choice."""
        del option, index
        box = QComboBox(parent)
        box.addItems(list(self._choices()))
        box.activated.connect(lambda _=0: self._done(box))
        return box

    def setEditorData(  # noqa: N802
        self, editor: QWidget, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Start with what is there."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: Any, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Hand over the choice."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())

    def _done(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)


def _by_cell(problems: Sequence[Problem]) -> Mapping[tuple[int, str], str]:
    cells: dict[tuple[int, str], str] = {}
    for problem in problems:
        if len(problem.path) >= 3:
            _, row, key = problem.path[:3]
            cells.setdefault((int(row), str(key)), problem.message)
    return cells
