"""Buttons of a bar that find no room go into a menu at its end, and come back with the room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLayoutItem, QMenu, QToolButton, QWidget


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
        widgets = [widget for widget in self._widgets() if not widget.isHidden()]
        hidden: list[QToolButton] = []
        if self._needed(widgets) > width:
            widgets = [*(widget for widget in widgets if widget is not self._more), self._more]
            for widget in reversed(self._in_order(widgets)):
                if self._needed(widgets) <= width:
                    break
                widget.hide()
                widgets.remove(widget)
                hidden.insert(0, widget)
        self._hidden = tuple(hidden)
        self._more.setVisible(bool(hidden))
        self._menu.clear()
        for button in hidden:
            self._menu.addAction(button.defaultAction())

    def _needed(self, widgets: Sequence[QWidget]) -> int:
        margins = self._layout.contentsMargins()
        widths = sum(max(w.sizeHint().width(), w.minimumWidth()) for w in widgets)
        between = self._layout.spacing() * max(0, len(widgets))
        return widths + between + margins.left() + margins.right()

    def _in_order(self, widgets: Sequence[QWidget]) -> list[QToolButton]:
        """The buttons that can go: those after the stretch stay longest."""
        spacers = [i for i, item in enumerate(self._items()) if item.spacerItem()]
        stretch = spacers[0] if spacers else -1
        buttons = [w for w in widgets if isinstance(w, QToolButton) and w.defaultAction()]
        right = [w for w in buttons if self._layout.indexOf(w) > stretch]
        return [*right, *(w for w in buttons if w not in right)]

    def _widgets(self) -> list[QWidget]:
        widgets = (item.widget() for item in self._items())
        return [widget for widget in widgets if widget is not None]

    def _items(self) -> list[QLayoutItem]:
        items = (self._layout.itemAt(index) for index in range(self._layout.count()))
        return [item for item in items if item is not None]
