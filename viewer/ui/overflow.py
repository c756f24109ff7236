"""Buttons of a bar that find no room go into a menu at its end, and come back with the room."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLayoutItem, QMenu, QToolButton, QWidget

from viewer.ui.text_size import scaled

_SLACK = 48
_DIVIDER = 12
"""Logical pixels of a line between groups with its margins, at most."""


class Overflow:
    """Hides buttons from the last to the first until the others fit.

    Only buttons with an action are hidden: the menu offers what they do.
    """

    def __init__(self, *, layout: QHBoxLayout, more: QToolButton) -> None:
        self._layout = layout
        self._more = more
        self._menu = QMenu(more)
        self._menu.setToolTipsVisible(True)
        more.setMenu(self._menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.hide()
        self._hidden: tuple[QToolButton, ...] = ()

    @property
    def hidden(self) -> tuple[QToolButton, ...]:
        """The buttons without room."""
        return self._hidden

    def fit(self, width: int) -> None:
        """Show as many buttons as go into a width of logical pixels."""
        for button in self._hidden:
            button.show()
        self._more.hide()
        hidden: list[QToolButton] = []
        if self._needed() > width:
            self._more.show()
            for button in reversed(self._in_order()):
                if self._needed() <= width:
                    break
                button.hide()
                hidden.insert(0, button)
        self._hidden = tuple(hidden)
        self._menu.clear()
        for button in hidden:
            self._menu.addAction(button.defaultAction())

    def _needed(self) -> int:
        """Width of everything that is shown, as the widgets wish it now: layouts follow later."""
        shown = [widget for widget in self._widgets() if not widget.isHidden()]
        wide = sum(_width(widget) + self._layout.spacing() for widget in shown)
        margins = self._layout.contentsMargins()
        return wide + margins.left() + margins.right() + scaled(_SLACK)

    def _in_order(self) -> list[QToolButton]:
        """The buttons that can go: those after the stretch stay longest."""
        spacers = [i for i, item in enumerate(self._items()) if item.spacerItem()]
        stretch = spacers[0] if spacers else -1
        shown = [widget for widget in self._widgets() if not widget.isHidden()]
        buttons = [w for w in shown if isinstance(w, QToolButton) and w.defaultAction()]
        right = [w for w in buttons if self._layout.indexOf(w) > stretch]
        return [*right, *(w for w in buttons if w not in right)]

    def _widgets(self) -> list[QWidget]:
        widgets = (item.widget() for item in self._items())
        return [widget for widget in widgets if widget is not None]

    def _items(self) -> list[QLayoutItem]:
        items = (self._layout.itemAt(index) for index in range(self._layout.count()))
        return [item for item in items if item is not None]


def _width(widget: QWidget) -> int:
    """A button's own wish; lines between groups have margins of the style sheet besides."""
    wide = max(widget.sizeHint().width(), widget.minimumSizeHint().width())
    return wide if isinstance(widget, QToolButton) else max(wide, _DIVIDER)
