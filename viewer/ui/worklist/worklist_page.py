"""The worklist on screen: a filter, the table, and how many exams are read."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.worklist import ReadingStatus, WorklistFilter
from viewer.session.session import Change, Session
from viewer.session.worklist import exam_wanted, lines, list_filtered, list_shown
from viewer.session.worklist_order import list_ordered
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.worklist.find_field import FindField
from viewer.ui.worklist.worklist_model import WorklistModel
from viewer.ui.worklist.worklist_table import WorklistTable
from viewer.ui.worklist.worklist_words import ORDERS, Column, cells_of, summary

_REFRESH_MS = 40
_FIND_WIDTH = 260
_FIELDS = ("worklist", "exam_id", "exams", "ai", "confirmed_patients", "options")
_ALL = "All"
_KEYS = (
    "Enter opens   Esc goes back to the images   type to find   click a title, or F7, to sort   "
    "F8 turns the order"
)


class WorklistPage(QWidget):
    """Follows the session while it is on screen."""

    def __init__(self, *, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("worklistPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self.model = WorklistModel(self)
        self.table = WorklistTable(self.model, self)
        self.text = FindField(self)
        self.text.setPlaceholderText("Find in the list")
        self.text.setAccessibleName("Find in the list")
        follow_text_size(self.text, lambda: self.text.setMaximumWidth(scaled(_FIND_WIDTH)))
        self.status = QComboBox(self)
        self.status.setAccessibleName("Status")
        self.status.addItems([_ALL, *(status.value for status in ReadingStatus)])
        self.priors = QCheckBox("Priors as lines of their own", self)
        self.count = QLabel(self)
        self.count.setObjectName("hint")
        self.detail = QLabel(self)
        self.detail.setWordWrap(True)
        self.detail.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing = QLabel("No line matches. Esc empties the search.", self)
        self.nothing.setObjectName("warning")
        self.nothing.hide()
        self._lay_out()
        # Rows follow a moment later: an AI that runs must not repaint the list at every slice.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self.text.textChanged.connect(self._filter)
        self.status.currentIndexChanged.connect(self._filter)
        self.priors.toggled.connect(self._filter)
        self.table.exam_chosen.connect(self._open)
        self.table.selectionModel().currentChanged.connect(self._tell)
        self.table.horizontalHeader().sectionResized.connect(self._tell)
        self.table.text_typed.connect(self._type)
        self.table.title_clicked.connect(self._sort)
        session.changed.connect(self._follow)

    @Slot()
    def refresh(self) -> None:
        """Bring the rows in step with the session."""
        state = self._session.state
        before = self.table.selected
        listed = lines(state)
        order = state.worklist.order
        by = next((column for column, known in ORDERS.items() if known is order.by), None)
        self.table.show_order(by, descending=order.descending)
        if self.model.show_rows([cells_of(line, state) for line in listed]):
            self.table.select_exam(before or state.exam_id)
        self._tell()
        self.count.setText(summary(state, len(listed)))
        self.nothing.setVisible(not listed)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc empties the filter, then leaves the list; keys of the filter stay in it."""
        in_text = self.text.hasFocus()
        if event.key() == Qt.Key.Key_Escape:
            if self.text.text():
                self.text.clear()
                self.table.setFocus()
            else:
                self._session.apply(lambda state: list_shown(state, visible=False))
        elif in_text and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.table.setFocus()
            self.table.select_exam(self.table.selected)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, N802
        """Let Tab go round the page; elsewhere in the window it steps panes."""
        stops = (self.table, self.text, self.status, self.priors)
        here = next_stop = 0
        for number, stop in enumerate(stops):
            if stop.hasFocus():
                here = number
        next_stop = (here + (1 if next else -1)) % len(stops)
        stops[next_stop].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Fill the rows and give the table the keyboard, at the exam that hangs."""
        super().showEvent(event)
        self.refresh()
        self.table.select_exam(self._session.state.exam_id or self.table.selected)
        self.table.setFocus()

    def _lay_out(self) -> None:
        title = QLabel("Worklist", self)
        title.setObjectName("title")
        words = QLabel(_KEYS, self)
        words.setObjectName("hint")
        words.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        bar = QHBoxLayout()
        bar.setSpacing(12)
        bar.addWidget(self.text, 1)
        bar.addWidget(self.status)
        bar.addWidget(self.priors)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(bar)
        column.addWidget(self.nothing)
        column.addWidget(self.table, 1)
        column.addWidget(self.detail)
        column.addWidget(words)

    @Slot()
    def _filter(self) -> None:
        known = {status.value: status for status in ReadingStatus}
        chosen = WorklistFilter(
            text=self.text.text(),
            status=known.get(self.status.currentText()),
            priors=self.priors.isChecked(),
        )
        self._session.apply(lambda state: list_filtered(state, chosen))

    @Slot(int)
    def _sort(self, column: int) -> None:
        by = ORDERS[Column(column)]
        self._session.apply(lambda s: list_ordered(s, s.worklist.order.clicked(by)))
        self.refresh()

    @Slot()
    def _tell(self) -> None:
        """Say in full what the selected row has no room for."""
        row = self.table.currentIndex().row()
        self.detail.setText(self.model.detail(row, self.table.cut_columns(row)))

    @Slot(str)
    def _open(self, exam_id: str) -> None:
        self._session.apply(lambda state: exam_wanted(state, exam_id))

    @Slot(str)
    def _type(self, text: str) -> None:
        self.text.setFocus()
        self.text.insert(text)

    def _follow(self, change: Change) -> None:
        if self.isVisible() and change.touches(*_FIELDS) and not self._timer.isActive():
            self._timer.start()
