"""A page of the wizard: fields with their explanations and, in words, what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viewer.study.protocol import Protocol
from viewer.study.toml_lines import Path as Place
from viewer.ui.icons import icon
from viewer.ui.study_design.draft import Draft
from viewer.ui.text_size import follow_text_size, no_wider, scaled
from viewer.ui.theme import WARNING

_MARGIN = 24
_LABEL_WIDTH = 190
"""Logical pixels at 100 % text, as what follows."""
_FIELD_WIDTH = 760
_LEAST_FIELD = 420
_MOST_SAID = 4
_SIGN = 14


class DesignPage(QScrollArea):
    """Subclasses add fields and follow the draft; the wizard asks for title, words and problems."""

    title = ""
    places: tuple[Place, ...] = ()
    """What of the protocol is decided here: its problems are said on this page."""

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = draft
        self._notes: list[FieldNote] = []
        self._rows: list[tuple[QBoxLayout, QLabel]] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inside = QWidget(self)
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(_MARGIN, _MARGIN - 6, _MARGIN, _MARGIN)
        self.column.setSpacing(14)
        heading = QLabel(self.title, self.inside)
        heading.setObjectName("title")
        heading.setWordWrap(True)
        self.column.addWidget(heading)
        self.column.addStretch(1)
        self.last_row = self.inside
        """The newest labelled field with its label, to be shown and hidden."""
        self.setWidget(self.inside)
        draft.changed.connect(self._follow_draft)

    @property
    def protocol(self) -> Protocol:
        """The draft as it stands."""
        return self.draft.protocol

    def set(self, **fields: object) -> None:
        """Replace fields of the protocol."""
        self.draft.change(replace(self.protocol, **fields))  # type: ignore[arg-type]

    def follow(self) -> None:
        """Show the draft as it stands; must not change it."""

    def entered(self) -> None:
        """The page came up: do what is too slow for every change."""

    def left(self) -> None:
        """The page went away."""

    def take_focus(self) -> None:
        """Give the keyboard to the first field."""
        for field in self.inside.findChildren(QWidget):
            if field.isEnabled() and field.focusPolicy() & Qt.FocusPolicy.TabFocus:
                field.setFocus(Qt.FocusReason.TabFocusReason)
                return

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is wrong on this page."""
        return tuple(problem.message for problem in self.draft.problems_at(*self.places))

    def start(self) -> None:
        """Show the draft for the first time; subclasses call it when they are laid out."""
        follow_text_size(self, self._fold)
        self.follow()
        self._say_problems()

    def add_words(self, text: str) -> QLabel:
        """Put an explanation below what is there."""
        label = wrapped(" ".join(text.split()), self.inside)
        no_wider(label, _FIELD_WIDTH + _LABEL_WIDTH)
        self._insert(label)
        return label

    def add_heading(self, text: str) -> None:
        """Begin a block."""
        label = QLabel(text, self.inside)
        label.setObjectName("heading")
        label.setWordWrap(True)
        label.setContentsMargins(0, 8, 0, 0)
        self._insert(label)

    def add_field(self, label: str, field: QWidget, *places: Place, words: str = "") -> None:
        """Put a labelled field below what is there; its problems are said under it."""
        name = QLabel(label, self.inside)
        name.setWordWrap(True)
        name.setBuddy(field)
        name.setContentsMargins(0, 5, 0, 0)
        beside = QVBoxLayout()
        beside.setSpacing(4)
        line = QHBoxLayout()
        line.addWidget(field, 1)
        if field.maximumWidth() < scaled(_FIELD_WIDTH):
            line.addStretch(1000)
        beside.addLayout(line)
        if words:
            beside.addWidget(wrapped(words, self.inside))
        if places:
            beside.addWidget(self.note(*places))
        holder = QWidget(self.inside)
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, holder)
        row.setSpacing(12)
        row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(beside, 1)
        row.setContentsMargins(0, 0, 0, 0)
        no_wider(holder, _FIELD_WIDTH + _LABEL_WIDTH)
        self._rows.append((row, name))
        self.last_row = holder
        self._insert(holder)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fold the labels above their fields where both have no room side by side."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        beside = self.viewport().width() >= scaled(_LABEL_WIDTH + _LEAST_FIELD)
        for row, name in self._rows:
            name.setVisible(beside or bool(name.text()))
            name.setMinimumWidth(scaled(_LABEL_WIDTH) if beside else 0)
            name.setMaximumWidth(scaled(_LABEL_WIDTH if beside else _FIELD_WIDTH))
            way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
            row.setDirection(way)
            row.setSpacing(12 if beside else 2)

    def add_wide(self, block: QWidget, *places: Place, stretch: int = 0) -> None:
        """Put something over the whole width below what is there."""
        self._insert(block, stretch)
        if places:
            self._insert(self.note(*places))

    def note(self, *places: Place) -> FieldNote:
        """A line that says what is wrong at these places, and takes no room when nothing is."""
        note = FieldNote(places, self.inside)
        self._notes.append(note)
        return note

    def _insert(self, widget: QWidget, stretch: int = 0) -> None:
        self.column.insertWidget(self.column.count() - 1, widget, stretch)

    @Slot()
    def _follow_draft(self) -> None:
        self.follow()
        self._say_problems()

    def _say_problems(self) -> None:
        for note in self._notes:
            found = self.draft.problems_at(*note.places)
            note.say(tuple(dict.fromkeys(problem.message for problem in found)))


class FieldNote(QWidget):
    """What is wrong with a field: a sign and words."""

    def __init__(self, places: tuple[Place, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places = places
        sign = QLabel(self)
        warning = icon("mdi6.alert-outline", WARNING)
        follow_text_size(sign, lambda: sign.setPixmap(warning.pixmap(scaled(_SIGN), scaled(_SIGN))))
        self._words = QLabel(self)
        self._words.setObjectName("warning")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; "" when nothing is wrong."""
        return self._words.text()

    def say(self, messages: tuple[str, ...]) -> None:
        """Say these, the first few of many."""
        said = [_sentence(message) for message in messages[:_MOST_SAID]]
        others = len(messages) - len(said)
        if others > 0:
            said.append(f"{others} more like these.")
        self._words.setText("\n".join(said))
        self.setVisible(bool(said))


def wrapped(text: str, parent: QWidget | None = None) -> QLabel:
    """Secondary words."""
    label = QLabel(text, parent)
    label.setObjectName("hint")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return label


def silently(widget: QWidget, act: Callable[[], None]) -> None:
    """Change a widget without its signals: it shows the draft, it does not edit it."""
    before = widget.blockSignals(True)
    try:
        act()
    finally:
        widget.blockSignals(before)


def _sentence(message: str) -> str:
    """With a capital and a full stop; names of fields stay as they are."""
    first = message.split(" ", 1)[0]
    start = message if "_" in first else message[:1].upper() + message[1:]
    return start if start.endswith((".", "!", "?")) else f"{start}."
