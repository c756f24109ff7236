"""A table of records with buttons that add and remove rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, Generic

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from viewer.study.protocol_problem import Problem
from viewer.ui.flow_layout import FlowLayout
from viewer.ui.study_design.record_model import Column, RecordModel, RecordT
from viewer.ui.text_size import follow_text_size, scaled

_ROW_HEIGHT = 28
"""Logical pixels at 100 % text, as what follows."""
_PADDING = 12
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
        self._most_rows: int | None = None
        self._made = made
        self.model: RecordModel[RecordT] = RecordModel(columns, self)
        self.view = _TableView(self)
        self.view.setModel(self.model)
        self.view.setAccessibleName(f"Table of {noun}s")
        self._set_up_view()
        row = QWidget(self)
        self.buttons = FlowLayout(row, gap=8)
        if made is not None:
            self.add_button(f"Add {noun}", self.add)
        self.remove_button = self.add_button("Remove", self.remove_chosen)
        self._refusal = QLabel(self)
        self._refusal.setObjectName("warning")
        self._refusal.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.view, 1)
        layout.addWidget(row)
        layout.addWidget(self._refusal)
        self._refusal.hide()
        self.view.resized.connect(self._fit_columns)
        self.model.modelReset.connect(self._fit_columns)
        follow_text_size(self.view, self._grow)
        self.model.edited.connect(self._replace)
        self.model.refused.connect(self._refuse)

    def add_button(self, text: str, act: Callable[[], None]) -> QPushButton:
        """Put a button under the table, after the others."""
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())
        self.buttons.addWidget(button)
        return button

    def show_records(self, records: Sequence[RecordT], problems: Sequence[Problem] = ()) -> None:
        """Show these; problems with a path (kind, row, key, ...) colour their cells."""
        self.model.show_records(records, _by_cell(problems))
        self._refuse("")

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
        self._most_rows = most
        self._fit()

    def _fit(self) -> None:
        if self._most_rows is None:
            return
        rows = max(_LEAST_ROWS, min(self._most_rows, self.model.rowCount() + 1))
        bar = self.view.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.view.setFixedHeight(scaled(_ROW_HEIGHT) * (rows + 1) + below + 2)

    def _grow(self) -> None:
        """Take the size of words."""
        view, row = self.view, scaled(_ROW_HEIGHT)
        # A row is never lower than its header's font, which changes only after the table's.
        view.verticalHeader().setMinimumSectionSize(1)
        view.verticalHeader().setDefaultSectionSize(row)
        view.horizontalHeader().setFixedHeight(row)
        self._fit_columns()

    @Slot()
    def _fit_columns(self) -> None:
        """Where room is short, columns give up what their words do not need; the last takes a rest.

        Beyond that the table scrolls.
        """
        header, room = self.view.horizontalHeader(), self.view.viewport().width()
        wanted = [scaled(column.width) for column in self.model.columns]
        spare = []
        for place, width in enumerate(wanted):
            title, words = header.sectionSizeHint(place), self.view.sizeHintForColumn(place)
            words += scaled(_PADDING)
            spare.append(max(0, width - max(title, min(words, width))))
        excess = sum(wanted) - room
        given = min(1.0, max(0, excess) / max(1, sum(spare)))
        widths = [w - ceil(given * s) for w, s in zip(wanted, spare, strict=True)]
        widths[-1] += max(0, room - sum(widths))
        for place, width in enumerate(widths):
            self.view.setColumnWidth(place, width)
        self._fit()

    @Slot(str)
    def _refuse(self, words: str) -> None:
        """Say why what was typed cannot be; nothing takes no room."""
        self._refusal.setText(words)
        self._refusal.setVisible(bool(words))

    @Slot(int, object)
    def _replace(self, row: int, record: RecordT) -> None:
        records = list(self.model.records)
        records[row] = record
        self._changed(tuple(records))

    def _set_up_view(self) -> None:
        view = self.view
        view.verticalHeader().hide()
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
        for place, column in enumerate(self.model.columns):
            if column.choices is not None:
                view.setItemDelegateForColumn(place, _ChoiceDelegate(column.choices, view))


class _TableView(QTableView):
    """Says when it has other room."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Tell it."""
        super().resizeEvent(event)
        self.resized.emit()


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
