"""The table of the worklist: arrows and Enter by itself, letters to the filter, the rest up."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.worklist.worklist_model import WorklistModel
from viewer.ui.worklist.worklist_words import CANNOT, OPENING, Column

_ROW_HEIGHT = 28
"""Logical pixels at 100 % text, as all that follow."""
_WIDTHS = {
    Column.STATUS: 110,
    Column.EXAM: 200,
    Column.KINDS: 180,
    Column.VIEWS: 220,
    Column.PRIORS: 120,
    Column.AI: 110,
    Column.PRIORITY: 100,
}
_SHORT = (Column.PRIORS, Column.AI, Column.PRIORITY, Column.STATUS)
"""Columns that need no more than their words, and no room without any."""
_GIVING_WAY = {Column.VIEWS: 60, Column.KINDS: 60, Column.EXAM: 120}
"""Columns that are narrower in a narrow window, down to so much; the first ones first."""
_WIDEST_EXAM = 400
_LEAST_NOTE = 80
_SIGN = 16
_BESIDE_SIGN = 12
_MOVES = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
_ENDS = {Qt.Key.Key_Home, Qt.Key.Key_End}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_FOR_THE_WINDOW = {Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab} | {
    Qt.Key(Qt.Key.Key_F1 + number) for number in range(12)
}
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class WorklistTable(QTableView):
    """Shows and selects."""

    exam_chosen = Signal(str)
    """Enter or a double click on a row: the exam id."""
    title_clicked = Signal(int)
    """A click on the title of a Column."""
    text_typed = Signal(str)
    """Letters typed while the table has the keyboard."""

    def __init__(self, model: WorklistModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        self.setAccessibleName("Worklist")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self.title_clicked)
        header.setSectionResizeMode(Column.NOTE, QHeaderView.ResizeMode.Stretch)
        header.installEventFilter(self)
        self.doubleClicked.connect(lambda index: self._choose(index.row()))
        follow_text_size(self, self._grow)
        model.modelReset.connect(self._fit_columns)
        model.dataChanged.connect(self._fit_columns)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Give the titles their room: they take the size of words after the table does."""
        handled = super().eventFilter(watched, event)
        if watched is self.horizontalHeader() and event.type() == QEvent.Type.FontChange:
            self._fit_columns()
        return handled

    def cut_columns(self, row: int) -> frozenset[Column]:
        """The columns with less room than a row's words need."""
        return frozenset(
            column
            for column in Column
            if not self.isColumnHidden(column)
            and self.sizeHintForIndex(self._rows.index(row, column)).width()
            > self.columnWidth(column)
        )

    def select_exam(self, exam_id: str | None) -> None:
        """Move to an exam's row, else to the first."""
        row = self._rows.row_of(exam_id)
        if self._rows.rowCount():
            self.selectRow(0 if row is None else row)

    def show_order(self, column: Column | None, *, descending: bool) -> None:
        """Mark the column that the list is sorted by; None: none."""
        way = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(-1 if column is None else int(column), way)
        self._fit_columns()

    @property
    def selected(self) -> str | None:
        """The exam of the selected row."""
        return self._rows.exam_id(self.currentIndex().row())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move and choose; pass letters on; leave everything else to the window."""
        key, is_chord = Qt.Key(event.key()), bool(event.modifiers() & _CHORD)
        if key in _ENTER and not is_chord:
            self._choose(self.currentIndex().row())
        elif key in _MOVES and not is_chord:
            super().keyPressEvent(event)
            # Qt passes a move past the end on; it must not scroll the images behind the list.
            event.accept()
        elif key in _ENDS and not is_chord:
            self.selectRow(0 if key == Qt.Key.Key_Home else self._rows.rowCount() - 1)
        elif not is_chord and event.text().strip() and event.text().isprintable():
            self.text_typed.emit(event.text())
        elif is_chord or key in _FOR_THE_WINDOW:
            event.ignore()
        else:
            # Space and its like would act on the images behind the list.
            event.accept()

    def _grow(self) -> None:
        """Take the size of words."""
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW_HEIGHT))
        self.setIconSize(QSize(scaled(_SIGN), scaled(_SIGN)))
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Where room is short, columns that hold little give way first, then wide ones.

        One that holds nothing is not shown then; beyond that the table scrolls.
        """
        widths = {column: scaled(width) for column, width in _WIDTHS.items()}
        names = self.sizeHintForColumn(Column.EXAM)
        widths[Column.EXAM] = min(scaled(_WIDEST_EXAM), max(widths[Column.EXAM], names))
        excess = sum(widths.values()) + scaled(_LEAST_NOTE) - self.viewport().width()
        leasts = {column: self._needed(column, widths[column]) for column in _SHORT}
        leasts.update({column: scaled(least) for column, least in _GIVING_WAY.items()})
        for column, least in leasts.items():
            given = min(max(0, excess), widths[column] - least)
            widths[column] -= given
            excess -= given
        for column, width in widths.items():
            self.setColumnHidden(column, width == 0)
            self.setColumnWidth(column, width)

    def _needed(self, column: Column, most: int) -> int:
        """The width that a column's title and words need; 0 where it has no words."""
        header = self.horizontalHeader()
        is_sorted_by = header.sortIndicatorSection() == column
        if not self._rows.holds(column) and not is_sorted_by:
            return 0
        words = self.sizeHintForColumn(column)
        if column is Column.STATUS:
            longest = max(map(self.fontMetrics().horizontalAdvance, (OPENING, CANNOT)))
            words = max(words, longest + scaled(_SIGN + _BESIDE_SIGN))
        return min(most, max(header.sectionSizeHint(column), words))

    def _choose(self, row: int) -> None:
        exam_id = self._rows.exam_id(row)
        if exam_id is not None:
            self.exam_chosen.emit(exam_id)
