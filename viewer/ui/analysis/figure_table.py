"""A table of figures: read-only, tabular, sorted by a click, copied with Ctrl+C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import SECONDARY, TEXT

_ROW_HEIGHT = 26
"""Logical pixels at 100 % text, as all that follow."""
_HEADER_HEIGHT = 28
_VALUE = Qt.ItemDataRole.UserRole
_PADDING = 16
_LEAST_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says; value: what it is sorted by, None for words."""

    text: str
    value: float | None = None
    is_strong: bool = False
    colour: str = ""
    tip: str = ""


Row = Sequence[Cell | str]


class FigureTable(QTableWidget):
    """As high as its rows, so that the page scrolls and not the table."""

    row_chosen = Signal(str)
    """The first column's words of the row that was clicked."""

    def __init__(self, headers: Sequence[str], parent: QWidget | None = None) -> None:
        """headers: of the columns; the first holds names, the others figures."""
        super().__init__(0, len(headers), parent)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setObjectName("figures")
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSortIndicatorShown(False)
        header.sectionClicked.connect(self._sort)
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None
        self.show_columns(headers)
        follow_text_size(self, self._grow)
        self.cellClicked.connect(self._tell)

    def show_columns(self, headers: Sequence[str]) -> None:
        """Have other columns; the rows are gone."""
        self._headers = list(headers)
        self.setRowCount(0)
        self.setColumnCount(len(headers))
        for column, words in enumerate(headers):
            title = QTableWidgetItem(words)
            title.setTextAlignment(_aligned(column))
            self.setHorizontalHeaderItem(column, title)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; the columns widen to what they hold."""
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                self.setItem(number, column, _item(_as_cell(cell), column))
        self.widen()

    def widen(self) -> None:
        """Fit the columns to what they hold."""
        self.resizeColumnsToContents()
        for column in range(self.columnCount()):
            self.setColumnWidth(column, self.columnWidth(column) + scaled(_PADDING))
        # No wider than its columns: an empty rest of a row says nothing.
        self.setMaximumWidth(self._content_width())
        self.updateGeometry()

    def change_cell(self, row: int, column: int, cell: Cell) -> None:
        """Change one cell in place."""
        item = self.item(row, column)
        if item is not None and item.text() != cell.text:
            item.setText(cell.text)
            item.setData(_VALUE, cell.value)

    def words(self) -> list[list[str]]:
        """What the table says, header first."""
        return [self._headers, *(self._words_of(row) for row in range(self.rowCount()))]

    def row_of(self, name: str) -> int | None:
        """The row that begins with this word."""
        for row in range(self.rowCount()):
            if self._text(row, 0) == name:
                return row
        return None

    def sizeHint(self) -> QSize:  # noqa: N802
        """High enough for every row."""
        height = scaled(_HEADER_HEIGHT) + scaled(_ROW_HEIGHT) * self.rowCount() + 2
        if self.horizontalScrollBar().maximum() > 0:
            height += self.horizontalScrollBar().sizeHint().height()
        return QSize(self._content_width(), height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Every row is shown; narrow windows scroll sideways."""
        return QSize(min(scaled(_LEAST_WIDTH), self._content_width()), self.sizeHint().height())

    def _grow(self) -> None:
        """Take the size of words."""
        # A row is never lower than its header's font, which changes only after the table's.
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW_HEIGHT))
        self.horizontalHeader().setFixedHeight(scaled(_HEADER_HEIGHT))
        # Nor do the titles have theirs yet.
        QTimer.singleShot(0, self, self.widen)

    def _content_width(self) -> int:
        return sum(self.columnWidth(column) for column in range(self.columnCount())) + 2

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Keep the height in step with a scroll bar that comes or goes."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy the chosen rows with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        else:
            super().keyPressEvent(event)

    def _copy(self) -> None:
        rows = sorted({index.row() for index in self.selectedIndexes()})
        lines = [self.words()[0], *(self._words_of(row) for row in rows)]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def _words_of(self, row: int) -> list[str]:
        return [self._text(row, column) for column in range(self.columnCount())]

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return "" if item is None else item.text()

    @Slot(int)
    def _sort(self, column: int) -> None:
        up, down = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        order = down if self._sorted_by == (column, up) else up
        self._sorted_by = (column, order)
        self.sortItems(column, order)

    @Slot(int, int)
    def _tell(self, row: int, column: int) -> None:
        del column
        self.row_chosen.emit(self._text(row, 0))


class _FigureItem(QTableWidgetItem):
    """Sorted by its figure where it has one."""

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, others = self.data(_VALUE), other.data(_VALUE)
        if isinstance(mine, float) and isinstance(others, float):
            return mine < others
        return (isinstance(mine, float), self.text()) < (isinstance(others, float), other.text())


def _as_cell(cell: Cell | str) -> Cell:
    return Cell(cell) if isinstance(cell, str) else cell


def _item(cell: Cell, column: int) -> QTableWidgetItem:
    item = _FigureItem(cell.text)
    item.setTextAlignment(_aligned(column))
    item.setForeground(QColor(cell.colour or (TEXT if cell.text != "–" else SECONDARY)))
    item.setData(_VALUE, None if cell.value is None else float(cell.value))
    if cell.is_strong:
        font = item.font()
        font.setWeight(font.Weight.DemiBold)
        item.setFont(font)
    if cell.tip:
        item.setToolTip(cell.tip)
    return item


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
