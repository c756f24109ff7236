"""The worklist as a Qt model: words come from the session, nothing is kept here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QIcon

from viewer.domain.worklist import ReadingStatus
from viewer.ui.fonts import text_font
from viewer.ui.icons import icon
from viewer.ui.text_size import scaled
from viewer.ui.theme import ACCENT, SECONDARY, TEXT, TEXT_PIXELS, WARNING
from viewer.ui.worklist.worklist_words import TITLES, Cells, Column

AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_SORTS = "Click to sort; again: the other way; once more: as found."
_PRIORITIES = f"{_SORTS} 1 comes before 2, urgent before routine, lines without one last."
_DISPLAY = Qt.ItemDataRole.DisplayRole


class WorklistModel(QAbstractTableModel):
    """Rows of cells; resets only when other exams are listed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Cells, ...] = ()
        self._icons = _status_icons()

    def show_rows(self, rows: Sequence[Cells]) -> bool:
        """Take other rows; returns whether other exams are listed than before."""
        new = tuple(rows)
        if [r.exam_id for r in new] == [r.exam_id for r in self._rows]:
            changed = [
                n for n, pair in enumerate(zip(self._rows, new, strict=True)) if _differ(*pair)
            ]
            self._rows = new
            for number in changed:
                last = self.index(number, len(Column) - 1)
                self.dataChanged.emit(self.index(number, 0), last)
            return False
        self.beginResetModel()
        self._rows = new
        self.endResetModel()
        return True

    def exam_id(self, row: int) -> str | None:
        """The exam of a row; None where it cannot be opened, or there is no such row."""
        return self._rows[row].exam_id if 0 <= row < len(self._rows) else None

    def detail(self, row: int, cut: Collection[Column] = ()) -> str:
        """What a row says of its exam, and its note, in full; and what else is cut in the table."""
        if not 0 <= row < len(self._rows):
            return ""
        texts = self._rows[row].texts
        said = [c for c in Column if c in (Column.EXAM, Column.NOTE) or c in cut]
        return "   ".join(texts[column] for column in said if texts[column])

    def holds(self, column: Column) -> bool:
        """Whether any row says something in a column."""
        return any(cells.texts[column] for cells in self._rows)

    def row_of(self, exam_id: str | None) -> int | None:
        """The row of an exam."""
        found = (n for n, cells in enumerate(self._rows) if cells.exam_id == exam_id)
        return None if exam_id is None else next(found, None)

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:  # noqa: N802
        """All rows; cells have none."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:  # noqa: N802
        """The same for all rows."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> object:
        """The columns' titles."""
        if orientation is Qt.Orientation.Horizontal and role == _DISPLAY:
            return TITLES[Column(section)]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _PRIORITIES if Column(section) is Column.PRIORITY else _SORTS
        return None

    def data(self, index: AnyIndex, role: int = _DISPLAY) -> object:
        """Words, signs and how they stand out."""
        if not index.isValid():
            return None
        cells, column = self._rows[index.row()], Column(index.column())
        text = cells.texts[column]
        if role == _DISPLAY:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return text or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{TITLES[column]}: {text or 'none'}"
        if role == Qt.ItemDataRole.DecorationRole and column is Column.STATUS:
            return self._icons[cells.status]
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(_colour(cells, column))
        if role == Qt.ItemDataRole.FontRole and cells.is_hung:
            return text_font(scaled(TEXT_PIXELS), QFont.Weight.DemiBold)
        return None


def _differ(before: Cells, after: Cells) -> bool:
    return before != after


def _colour(cells: Cells, column: Column) -> str:
    if cells.status is None or (column is Column.PRIORS and cells.is_doubtful):
        return WARNING
    is_quiet = cells.status is ReadingStatus.READ and not cells.is_hung
    return SECONDARY if is_quiet or column is Column.NOTE else TEXT


def _status_icons() -> dict[ReadingStatus | None, QIcon]:
    return {
        ReadingStatus.UNREAD: icon("mdi6.circle-outline", SECONDARY),
        ReadingStatus.OPEN: icon("mdi6.circle-half-full", ACCENT),
        ReadingStatus.READ: icon("mdi6.check-circle-outline", SECONDARY),
        None: icon("mdi6.alert-outline", WARNING),
    }
