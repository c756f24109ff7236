"""The marks of the form: a line each, and the selected one's class and confidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from viewer.session.study_form import StudyForm
from viewer.session.study_marks import DraftMark
from viewer.study.answer import FindingClass
from viewer.ui.fonts import text_font
from viewer.ui.icons import icon
from viewer.ui.pane.ink import READER
from viewer.ui.study.choice_row import ChoiceRow
from viewer.ui.study.field import Field
from viewer.ui.study.percent_slider import PercentSlider
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import SECONDARY, SMALL_PIXELS, TEXT, WARNING

_ROW = 22
_SIGN = 16
_NUMBER, _PLACE, _WORDS = 12, 32, 104
"""Where the columns of a line begin, in logical pixels at 100 % text."""
_ACTIVE = QColor("#1f2a36")
_SHORT = {
    FindingClass.MASS: "Mass",
    FindingClass.CALCIFICATION: "Calc.",
    FindingClass.DISTORTION: "Distort.",
    FindingClass.ASYMMETRY: "Asym.",
}
CLASSES = tuple(_SHORT)


def mark_words(mark: DraftMark) -> str:
    """Class and confidence, as far as they are given."""
    finding = "" if mark.finding is None else mark.finding.value
    confidence = "" if mark.confidence_percent is None else f"{mark.confidence_percent:g} %"
    return f"{finding} {confidence}".strip()


def _line(number: int, mark: DraftMark) -> str:
    return f"mark {number}, {mark.view} slice {mark.slice_index + 1}, {mark_words(mark)}"


class MarkRows(QWidget):
    """One line for each mark; a click selects it and goes there."""

    mark_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[DraftMark, ...] = ()
        self._selected: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Marks")
        follow_text_size(self, self._take_height)

    def show_marks(self, marks: Sequence[DraftMark], selected: str | None) -> None:
        """Show other marks."""
        self._marks, self._selected = tuple(marks), selected
        self.setAccessibleDescription("; ".join(_line(n, m) for n, m in enumerate(marks, 1)))
        self._take_height()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """All lines."""
        return QSize(scaled(200), scaled(_ROW) * len(self._marks))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the mark under the pointer."""
        index = int(event.position().y() // scaled(_ROW))
        if 0 <= index < len(self._marks):
            self.mark_chosen.emit(self._marks[index].mark_id)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the lines."""
        del event
        painter = QPainter(self)
        for index, mark in enumerate(self._marks):
            self._draw(painter, index, mark)
        painter.end()

    def _take_height(self) -> None:
        self.setFixedHeight(scaled(_ROW) * len(self._marks))

    def _draw(self, painter: QPainter, index: int, mark: DraftMark) -> None:
        height = scaled(_ROW)
        row = QRectF(0, index * height, self.width(), height)
        if mark.mark_id == self._selected:
            painter.fillRect(row, _ACTIVE)
        painter.setFont(text_font(scaled(SMALL_PIXELS), QFont.Weight.DemiBold))
        painter.setPen(READER)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row.adjusted(scaled(_NUMBER), 0, 0, 0), middle, f"{index + 1}")
        painter.setFont(text_font(scaled(SMALL_PIXELS)))
        painter.setPen(QColor(SECONDARY))
        painter.drawText(
            row.adjusted(scaled(_PLACE), 0, 0, 0), middle, f"{mark.view} {mark.slice_index + 1}"
        )
        painter.setPen(QColor(TEXT if mark.is_whole else WARNING))
        words = mark_words(mark) if mark.is_whole else "class and confidence?"
        painter.drawText(row.adjusted(scaled(_WORDS), 0, -scaled(8), 0), middle, words)


class MarkList(QWidget):
    """Lines, and below them what the selected mark is."""

    mark_chosen = Signal(str)
    class_chosen = Signal(str, object)
    """Mark id, FindingClass."""
    confidence_placed = Signal(str, float)
    delete_requested = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected: str | None = None
        title = QLabel("MARKS", self)
        title.setObjectName("section")
        self._hint = QLabel("M: mark tool, then click on the image", self)
        self._hint.setObjectName("hint")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.rows = MarkRows(self)
        self.classes = ChoiceRow(
            name="Class of the mark",
            choices=[_SHORT[finding] for finding in CLASSES],
            keys={"M": (0,), "C": (1,), "D": (2,), "A": (3,)},
        )
        self.confidence = PercentSlider(name="Confidence of the mark", ticks=(25, 50, 75))
        self._value = QLabel(self)
        self._value.setObjectName("small")
        self._delete = QToolButton(self)
        self._delete.setIcon(icon("mdi6.delete-outline"))
        self._delete.setToolTip("<b>Delete mark</b>&nbsp;&nbsp;Del")
        self._delete.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._delete.setObjectName("flat")
        follow_text_size(self._delete, self._grow)
        self._editor = QWidget(self)
        self._lay_out(title)
        self._connect()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the selected mark; empty while none is selected."""
        return () if self._selected is None else (self.classes, self.confidence)

    def show_form(self, form: StudyForm, *, enabled: bool) -> None:
        """Show the marks of a form."""
        marks = form.marks
        selected = next((m for m in marks if m.mark_id == form.selected_mark), None)
        self.rows.show_marks(marks, form.selected_mark)
        self._hint.setVisible(not marks and enabled)
        self._selected = None if selected is None else selected.mark_id
        self._editor.setVisible(selected is not None)
        for field in (self.classes, self.confidence, self._delete):
            field.setEnabled(enabled)
        if selected is None:
            return
        self.classes.show_index(
            None if selected.finding is None else CLASSES.index(selected.finding)
        )
        self.confidence.show_percent(selected.confidence_percent)
        percent = selected.confidence_percent
        self._value.setText("confidence" if percent is None else f"confidence {percent:g} %")

    def _lay_out(self, title: QLabel) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 12, 0)
        head.addWidget(title)
        head.addWidget(self._hint, 1)
        below = QHBoxLayout()
        below.setSpacing(6)
        below.addWidget(self._value)
        below.addWidget(self.confidence, 1)
        below.addWidget(self._delete)
        editor = QVBoxLayout(self._editor)
        editor.setContentsMargins(12, 2, 12, 2)
        editor.setSpacing(4)
        editor.addWidget(self.classes)
        editor.addLayout(below)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.rows)
        column.addWidget(self._editor)

    def _connect(self) -> None:
        self.rows.mark_chosen.connect(self.mark_chosen)
        self.classes.chosen.connect(
            lambda index: self._tell(lambda i: self.class_chosen.emit(i, CLASSES[index]))
        )
        self.confidence.placed.connect(
            lambda percent, _: self._tell(lambda i: self.confidence_placed.emit(i, percent))
        )
        self._delete.clicked.connect(lambda: self._tell(self.delete_requested.emit))
        for field in (self.classes, self.confidence):
            field.left.connect(self.left)

    def _grow(self) -> None:
        self._delete.setIconSize(QSize(scaled(_SIGN), scaled(_SIGN)))

    def _tell(self, tell: Callable[[str], None]) -> None:
        if self._selected is not None:
            tell(self._selected)
