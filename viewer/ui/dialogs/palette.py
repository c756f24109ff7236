"""The command palette: type, choose, Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from viewer.commands.palette import PaletteLine, matching
from viewer.ui.fonts import text_font
from viewer.ui.text_size import scaled
from viewer.ui.theme import ACCENT, DISABLED, HOVER, SECONDARY, SMALL_PIXELS, TEXT, TEXT_PIXELS

_LINE = Qt.ItemDataRole.UserRole
_WIDTH = 620
_ROWS = 9
_PADDING = 10
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _ROWS,
}

Index = QModelIndex | QPersistentModelIndex


class Palette(QDialog):
    """Lists the commands that match; `chosen` is the one to run once it is accepted."""

    def __init__(self, lines: Sequence[PaletteLine], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Command palette")
        self.setObjectName("palette")
        self._all = tuple(lines)
        self.chosen: str | None = None
        self.query = QLineEdit(self)
        self.query.setPlaceholderText("Type a command, such as invert or save")
        self.query.setAccessibleName("Command")
        self.query.setClearButtonEnabled(False)
        self._model = QStandardItemModel(self)
        self.list = QListView(self)
        self.list.setAccessibleName("Matching commands")
        self.list.setModel(self._model)
        self.list.setItemDelegate(_LineDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Keys stay with the text; a click chooses, but never takes them.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._note = QLabel(self)
        self._note.setObjectName("hint")
        self._note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self.query)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._note)
        self.query.textChanged.connect(self._filter)
        self.list.clicked.connect(self._take)
        selection = self.list.selectionModel()
        selection.currentChanged.connect(self._explain)
        self._filter("")
        self._fit(parent)
        self.query.setFocus()

    @property
    def lines(self) -> tuple[PaletteLine, ...]:
        """What is listed."""
        rows = range(self._model.rowCount())
        return tuple(self._model.item(row).data(_LINE) for row in rows)

    @property
    def current(self) -> PaletteLine | None:
        """The line that Enter runs."""
        index = self.list.currentIndex()
        line = index.data(_LINE) if index.isValid() else None
        return line if isinstance(line, PaletteLine) else None

    @property
    def note(self) -> str:
        """What is said below the list."""
        return self._note.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move in the list, run, or close; everything else is typed."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self._step(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        last = self._model.rowCount() - 1
        if last >= 0:
            row = min(max(self.list.currentIndex().row() + by, 0), last)
            self.list.setCurrentIndex(self._model.index(row, 0))

    def _filter(self, query: str) -> None:
        self._model.clear()
        for line in matching(self._all, query):
            item = QStandardItem(line.title)
            item.setData(line, _LINE)
            item.setData(line.words, Qt.ItemDataRole.AccessibleTextRole)
            item.setEditable(False)
            self._model.appendRow(item)
        if self._model.rowCount():
            self.list.setCurrentIndex(self._model.index(0, 0))
        self._explain()

    def _take(self, index: QModelIndex) -> None:
        """Run the line unless it cannot be; then its reason stays in sight."""
        line = index.data(_LINE)
        if isinstance(line, PaletteLine) and line.obstacle is None:
            self.chosen = line.command_id
            self.accept()

    def _explain(self) -> None:
        line = self.current
        if line is None:
            self._note.setText("No command matches.")
        elif line.obstacle is not None:
            self._note.setText(f"{line.help} Not now: {line.obstacle}.")
        else:
            self._note.setText(line.help)
        # Screen readers follow the text field, where the keyboard is.
        self.query.setAccessibleDescription("" if line is None else line.words)

    def _fit(self, parent: QWidget | None) -> None:
        """High enough for some rows and two lines of help, at the top of the window."""
        self._note.setMinimumHeight(2 * self._note.fontMetrics().lineSpacing())
        width = scaled(_WIDTH)
        height = _row_height() * _ROWS + scaled(110)
        if parent is not None:
            window = parent.window()
            width = min(width, window.width() - 40)
            height = min(height, window.height() - 80)
            corner = window.mapToGlobal(window.rect().topLeft())
            self.move(corner.x() + (window.width() - width) // 2, corner.y() + 48)
        self.resize(width, height)


class _LineDelegate(QStyledItemDelegate):
    """Title and group at the left, keys or the reason at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """One row."""
        del option, index
        return QSize(200, _row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line; the current one on a raised ground with a bar before it."""
        line = index.data(_LINE)
        view = self.parent()
        if not isinstance(line, PaletteLine) or not isinstance(view, QListView):
            return
        rect: QRect = option.rect
        painter.save()
        if view.currentIndex() == index:
            painter.fillRect(rect, QColor(HOVER))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(ACCENT))
        inside = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        right = _draw_right(painter, inside, line)
        _draw_left(painter, inside.adjusted(0, 0, -right - _PADDING, 0), line)
        painter.restore()


def _draw_right(painter: QPainter, rect: QRect, line: PaletteLine) -> int:
    """Draw keys, or why it cannot be used; returns the width used."""
    painter.setFont(text_font(scaled(SMALL_PIXELS)))
    painter.setPen(QColor(SECONDARY))
    text = ", ".join(line.keys) if line.obstacle is None else line.obstacle
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() // 2)
    align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, align, text)
    return metrics.horizontalAdvance(text)


def _draw_left(painter: QPainter, rect: QRect, line: PaletteLine) -> None:
    painter.setFont(text_font(scaled(TEXT_PIXELS), QFont.Weight.Medium))
    painter.setPen(QColor(TEXT if line.obstacle is None else DISABLED))
    metrics = painter.fontMetrics()
    title = metrics.elidedText(line.title, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, title)
    used = metrics.horizontalAdvance(title) + _PADDING
    painter.setFont(text_font(scaled(SMALL_PIXELS)))
    painter.setPen(QColor(SECONDARY))
    group = rect.adjusted(used, 0, 0, 0)
    if group.width() > painter.fontMetrics().horizontalAdvance(line.group):
        painter.drawText(group, Qt.AlignmentFlag.AlignVCenter, line.group)


def _row_height() -> int:
    return scaled(30)
