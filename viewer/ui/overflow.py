"""A bar's buttons laid out from their own wishes; what finds no room is in a menu at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from viewer.ui.text_size import scaled
from viewer.ui.title_button import TitleButton

_MARGIN = 6
_SPACING = 1
_DIVIDER = 9
"""Logical pixels of a line between groups, with the margins of the style sheet."""
_LEAST_TITLE = 48
"""Logical pixels at 100 % text below which no title shrinks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarParts:
    """The buttons of a bar, from left to right."""

    groups: tuple[tuple[QToolButton, ...], ...]
    """From the left edge on, with a line before each but the first."""
    right: tuple[QToolButton, ...]
    """Up to the right edge."""
    more: QToolButton
    """At the right edge while something finds no room."""
    optional: tuple[QToolButton, ...]
    """Those that may go into the menu: each has an action. The first stay longest."""


class Overflow:
    """Decides which buttons are shown and where they lie.

    Everything follows from the width of the bar and the size hints of its buttons, never from
    where they lie now: it may be asked at any time and settles at once. Titles shrink only when
    every optional button has gone.
    """

    def __init__(self, *, bar: QWidget, parts: BarParts) -> None:
        self._bar = bar
        self._parts = parts
        self._optional = frozenset(parts.optional)
        self._lines = [_line(bar) for _ in parts.groups[1:]]
        self._menu = QMenu(parts.more)
        self._menu.setToolTipsVisible(True)
        parts.more.setMenu(self._menu)
        parts.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        parts.more.hide()
        self._hidden: tuple[QToolButton, ...] = ()

    @property
    def hidden(self) -> tuple[QToolButton, ...]:
        """The buttons without room, from left to right."""
        return self._hidden

    @property
    def lines(self) -> tuple[QFrame, ...]:
        """The lines between the groups."""
        return tuple(self._lines)

    def fit(self) -> None:
        """Show what fits, each button as wide as it wishes, and offer the rest in the menu."""
        wishes = {button: _wish(button) for button in self._present()}
        gone: set[QToolButton] = set()
        stays = [button for button in self._parts.optional if button in wishes]
        while stays and self._needed(wishes, gone) > self._bar.width():
            gone.add(stays.pop())
        self._shrink_titles(wishes, self._needed(wishes, gone) - self._bar.width())
        self._show(gone)
        self._place(wishes, gone)
        self._offer(tuple(button for button in wishes if button in gone))

    def _present(self) -> Iterator[QToolButton]:
        """What has a place in the bar now: the program hides the titles that say nothing."""
        for button in (*_all(self._parts.groups), *self._parts.right):
            if button in self._optional or not button.isHidden():
                yield button
        yield self._parts.more

    def _needed(self, wishes: dict[QToolButton, int], gone: set[QToolButton]) -> int:
        """Width of what is shown while some buttons are gone."""
        more = self._parts.more
        shown = [b for b in wishes if b not in gone and (b is not more or gone)]
        lines = len(self._groups(wishes, gone)) - 1
        gaps = _SPACING * (len(shown) + lines - 1)
        return sum(wishes[b] for b in shown) + lines * _DIVIDER + gaps + 2 * _MARGIN

    def _groups(
        self, wishes: dict[QToolButton, int], gone: set[QToolButton]
    ) -> list[list[QToolButton]]:
        """The groups of which something is shown."""
        groups = (
            [button for button in group if button in wishes and button not in gone]
            for group in self._parts.groups
        )
        return [group for group in groups if group]

    def _shrink_titles(self, wishes: dict[QToolButton, int], excess: int) -> None:
        """Take what is too much from the widest title, down to the next one's width, and so on."""
        titles = [button for button in wishes if isinstance(button, TitleButton)]
        for _ in range(excess):
            widest = max(titles, key=lambda title: wishes[title], default=None)
            if widest is None or wishes[widest] <= scaled(_LEAST_TITLE):
                return
            wishes[widest] -= 1

    def _show(self, gone: set[QToolButton]) -> None:
        for button in self._parts.optional:
            _set_shown(button, button not in gone)
        _set_shown(self._parts.more, bool(gone))

    def _place(self, wishes: dict[QToolButton, int], gone: set[QToolButton]) -> None:
        left = _MARGIN
        groups = self._groups(wishes, gone)
        for number, group in enumerate(groups):
            if number > 0:
                self._lines[number - 1].setGeometry(left, 0, _DIVIDER, self._bar.height())
                left += _DIVIDER + _SPACING
            for button in group:
                self._put(button, left, wishes[button])
                left += wishes[button] + _SPACING
        for number, line in enumerate(self._lines):
            _set_shown(line, number < len(groups) - 1)
        end = self._bar.width() - _MARGIN
        for button in reversed((*self._parts.right, self._parts.more)):
            if not button.isHidden():
                self._put(button, end - wishes[button], wishes[button])
                end -= wishes[button] + _SPACING

    def _put(self, button: QToolButton, left: int, width: int) -> None:
        height = min(button.sizeHint().height(), self._bar.height())
        button.setGeometry(left, (self._bar.height() - height) // 2, width, height)

    def _offer(self, hidden: tuple[QToolButton, ...]) -> None:
        """Fill the menu anew only when other buttons go: it may be open."""
        if hidden == self._hidden:
            return
        self._hidden = hidden
        self._menu.clear()
        for button in hidden:
            self._menu.addAction(button.defaultAction())


def _all(groups: Sequence[Sequence[QToolButton]]) -> Iterator[QToolButton]:
    for group in groups:
        yield from group


def _wish(button: QToolButton) -> int:
    """Width of all its words, in the font of the style sheet even before it is first shown."""
    button.ensurePolished()
    return max(button.sizeHint().width(), button.minimumSizeHint().width(), button.minimumWidth())


def _set_shown(widget: QWidget, is_shown: bool) -> None:
    if widget.isHidden() == is_shown:
        widget.setVisible(is_shown)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("divider")
    return line
