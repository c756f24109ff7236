"""A page of words with a few buttons: before, between and after the cases."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.ui.flow_layout import FlowLayout
from viewer.ui.panel.scroll_fade import ScrollFade
from viewer.ui.text_size import follow_text_size, scaled

_WIDTH = 560
_LEAST = 320
_EDGE = 48
_GAP = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it does, and what it says."""

    action: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """Everything a page says."""

    title: str
    lines: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    """Said less loudly below."""
    choices: tuple[Choice, ...] = ()
    """The first is what Enter does."""


class CentralPage(QWidget):
    """Shows words and buttons in the middle of a dark page."""

    chosen = Signal(str)
    """The action of a button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("centralPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown: PageWords | None = None
        self._buttons: dict[str, QPushButton] = {}
        self._title = QLabel(self)
        self._title.setObjectName("title")
        self._title.setWordWrap(True)
        self._body = QVBoxLayout()
        self._body.setSpacing(10)
        self._row = FlowLayout(gap=_GAP)
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addWidget(self._title)
        column.addLayout(self._body)
        column.addLayout(self._row)
        box = QWidget(self)
        box.setLayout(column)
        inside = QWidget(self)
        centre = QVBoxLayout(inside)
        centre.addWidget(box, 0, Qt.AlignmentFlag.AlignCenter)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        ScrollFade(self._scroll)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        self._box = box
        follow_text_size(self, self._take_width)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Stay within the window."""
        super().resizeEvent(event)
        self._take_width()

    @property
    def words(self) -> str:
        """Everything the page says."""
        shown = self._shown
        if shown is None:
            return ""
        return "\n".join((shown.title, *shown.lines, *shown.quiet))

    def button(self, action: str) -> QPushButton:
        """The button of an action; raises KeyError when the page has none."""
        return self._buttons[action]

    def choose_first(self) -> bool:
        """Do what the first button does; whether there is one."""
        shown = self._shown
        if shown is None or not shown.choices:
            return False
        self.chosen.emit(shown.choices[0].action)
        return True

    def show_words(self, words: PageWords) -> None:
        """Show other words."""
        if words == self._shown:
            return
        self._shown = words
        self._title.setText(words.title)
        _empty(self._body)
        _empty(self._row)
        self._buttons = {}
        for line in words.lines:
            self._body.addWidget(_line(line, "line", self))
        for line in words.quiet:
            self._body.addWidget(_line(line, "hint", self))
        for choice in words.choices:
            self._row.addWidget(self._add_button(choice, is_first=not self._buttons))

    def _take_width(self) -> None:
        """As wide as words so large want it, with a margin beside a scroll bar."""
        self._box.setFixedWidth(max(_LEAST, min(scaled(_WIDTH), self.width() - scaled(_EDGE))))

    def _add_button(self, choice: Choice, *, is_first: bool) -> QPushButton:
        button = QPushButton(choice.words, self)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("first", is_first)
        button.clicked.connect(lambda: self.chosen.emit(choice.action))
        self._buttons[choice.action] = button
        return button


def _line(text: str, name: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
