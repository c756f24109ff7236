"""A page of words with a few buttons: before, between and after the cases."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_WIDTH = 560


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
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addWidget(self._title)
        column.addLayout(self._body)
        column.addLayout(self._row)
        box = QWidget(self)
        box.setLayout(column)
        box.setFixedWidth(_WIDTH)
        centre = QVBoxLayout(self)
        centre.addWidget(box, 0, Qt.AlignmentFlag.AlignCenter)

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
        self._row.addStretch(1)

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


def _empty(layout: QVBoxLayout | QHBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()
