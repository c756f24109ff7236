"""The list of marks and key images below the AI's part of the right panel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtCore import Slot as QtSlot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from viewer.session.key_images import key_image_dropped, key_image_shown, open_key_images
from viewer.session.marks import mark_deleted, mark_shown
from viewer.session.session import Change, Session
from viewer.ui.fonts import text_font
from viewer.ui.pane.ink import DRAWN
from viewer.ui.panel.mark_lines import MarkLine, absent_words, mark_lines
from viewer.ui.text_size import scaled
from viewer.ui.theme import ACCENT, SECONDARY, SMALL_PIXELS, TEXT

_ROW = 22
_MOST_ROWS = 7
_REFRESH_MS = 30
_CURRENT = QColor("#1f2a36")
_LINE_ROLE = Qt.ItemDataRole.UserRole
_MOVING = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
_GOING = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class MarkRows(QListWidget):
    """One row for each mark and key image.

    It has the keyboard only while it is given, never by a click; keys it does not use go to the
    window.
    """

    chosen = Signal(object)
    """A MarkLine to go to."""
    delete_requested = Signal(object)
    left = Signal()
    """Esc: the keyboard goes back to the images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("markRows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setAccessibleName("Marks and key images")
        self.setItemDelegate(_LineDelegate(self))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(_LINE_ROLE)))
        self._lines: tuple[MarkLine, ...] = ()

    @property
    def lines(self) -> tuple[MarkLine, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[MarkLine]) -> None:
        """Show other lines; the row in hand stays where it is."""
        if tuple(lines) == self._lines:
            return
        row = self.currentRow()
        self._lines = tuple(lines)
        self.clear()
        for line in self._lines:
            item = QListWidgetItem(line.spoken)
            item.setData(_LINE_ROLE, line)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, line.spoken)
            item.setToolTip(line.spoken)
            self.addItem(item)
        current = next((n for n, line in enumerate(self._lines) if line.is_current), row)
        self.setCurrentRow(min(current, len(self._lines) - 1))
        self.setFixedHeight(scaled(_ROW) * min(len(self._lines), _MOST_ROWS))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move, go, delete, leave; every other key is the window's."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key, item = Qt.Key(event.key()), self.currentItem()
        if plain != Qt.KeyboardModifier.NoModifier:
            event.ignore()
        elif key in _MOVING:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif item is not None and key in _GOING:
            self.chosen.emit(item.data(_LINE_ROLE))
        elif item is not None and key == Qt.Key.Key_Delete:
            self.delete_requested.emit(item.data(_LINE_ROLE))
        else:
            event.ignore()


class _LineDelegate(QStyledItemDelegate):
    """Draws number, place and words in columns."""

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """A row."""
        del option, index
        return QSize(120, scaled(_ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one line."""
        line: MarkLine = index.data(_LINE_ROLE)
        row, state, view = QRectF(option.rect), option.state, option.widget
        painter.save()
        if line.is_current:
            painter.fillRect(row, _CURRENT)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(text_font(scaled(SMALL_PIXELS), QFont.Weight.DemiBold))
        painter.setPen(DRAWN)
        painter.drawText(row.adjusted(12, 0, 0, 0), middle, line.number)
        painter.setFont(text_font(scaled(SMALL_PIXELS)))
        painter.setPen(QColor(SECONDARY))
        painter.drawText(row.adjusted(12 + scaled(24), 0, 0, 0), middle, line.where)
        painter.setPen(QColor(TEXT))
        left = 24.0 + scaled(24) + _widest_place(index.model(), painter.fontMetrics())
        place = row.adjusted(left, 0, -8, 0)
        words = painter.fontMetrics().elidedText(
            line.words, Qt.TextElideMode.ElideRight, round(place.width())
        )
        painter.drawText(place, middle, words)
        if state & QStyle.StateFlag.State_Selected and view.hasFocus():
            painter.setPen(QColor(ACCENT))
            painter.drawRect(row.adjusted(2.5, 0.5, -3.5, -1.5))
        painter.restore()


def _widest_place(model: QAbstractItemModel, metrics: QFontMetrics) -> int:
    """Logical pixels of the longest place in the list, so that words stand in a column."""
    lines = (model.index(row, 0).data(_LINE_ROLE) for row in range(model.rowCount()))
    return max(metrics.horizontalAdvance(line.where) for line in lines)


class MarkBlock(QWidget):
    """Title, rows, and what is not listed; hidden while there is nothing."""

    left = Signal()

    def __init__(self, *, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._title = QLabel("MARKS", self)
        self._title.setObjectName("section")
        self._count = QLabel(self)
        self._count.setObjectName("hint")
        self._absent = QLabel(self)
        self._absent.setObjectName("hint")
        self._absent.setContentsMargins(12, 2, 12, 0)
        self.rows = MarkRows(self)
        self._lay_out()
        self.rows.chosen.connect(self._go_to)
        self.rows.delete_requested.connect(self._delete)
        self.rows.left.connect(self.left)
        # Words may follow a moment later than the image.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        session.changed.connect(self._follow)
        self.refresh()

    @QtSlot()
    def refresh(self) -> None:
        """Show the session as it is."""
        state = self._session.state
        lines, absent = mark_lines(state), absent_words(state)
        self.setVisible(bool(lines or absent))
        self.rows.setVisible(bool(lines))
        self.rows.show_lines(lines)
        self._count.setText("hidden: Alt+H shows them" if not state.marks.visible else "")
        self._absent.setText(absent)
        self._absent.setVisible(bool(absent))

    def take_keyboard(self) -> bool:
        """Give the keyboard to the rows; whether there are any in sight."""
        self.refresh()
        if not self.rows.isVisible():
            return False
        if self.rows.currentRow() < 0:
            self.rows.setCurrentRow(0)
        self.rows.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 12, 2)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.rows)
        column.addWidget(self._absent)

    @QtSlot(object)
    def _go_to(self, line: MarkLine) -> None:
        mark_id, key = line.mark_id, line.key
        if mark_id is not None:
            self._session.apply(lambda state: mark_shown(state, mark_id))
        elif key is not None:
            self._session.apply(lambda state: key_image_shown(state, key))

    @QtSlot(object)
    def _delete(self, line: MarkLine) -> None:
        mark_id, key = line.mark_id, line.key
        if mark_id is not None:
            self._session.apply(lambda state: mark_deleted(state, mark_id))
        elif key is not None:
            self._session.apply(lambda state: key_image_dropped(state, key))

    def _follow(self, change: Change) -> None:
        if change.touches("exam_id"):
            # Never the marks of one exam beside the images of another, not for a moment.
            self._timer.stop()
            self.refresh()
        elif self._concerns(change) and not self._timer.isActive():
            self._timer.start()

    def _concerns(self, change: Change) -> bool:
        """Whether lines may differ; a step through slices changes only which key image is shown."""
        if change.touches("exams", "marks", "active"):
            return True
        before, after = change.old.active_pane, change.new.active_pane
        if before.image_id != after.image_id:
            return True
        return before.slice_index != after.slice_index and bool(open_key_images(change.new))
