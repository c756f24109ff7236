"""The menu of the selected mark: class, slices, words, delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from viewer.domain.mark import Mark, MarkClass
from viewer.session.marks import mark_changed, selected_mark
from viewer.session.session import Session
from viewer.ui.actions import CommandActions


class MarkMenu:
    """Pops up where a mark was clicked."""

    def __init__(self, *, session: Session, actions: CommandActions, window: QWidget) -> None:
        self._session = session
        self._actions = actions
        self._window = window
        self._menu: QMenu | None = None

    @property
    def shown(self) -> QMenu | None:
        """The menu that was popped up last."""
        return self._menu

    def show(self, place: QPoint) -> None:
        """Pop up at a place in global coordinates."""
        mark = selected_mark(self._session.state)
        image = None if mark is None else self._session.state.image(mark.image_id)
        if mark is None or image is None:
            return
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        for one in MarkClass:
            title = "No class" if one is MarkClass.NONE else one.value.capitalize()
            changed = replace(mark, mark_class=one)
            self._add(menu, title, changed, is_checked=mark.mark_class is one)
        if image.slices > 1:
            menu.addSeparator()
            here = replace(mark, first_slice=mark.slice_index, last_slice=mark.slice_index)
            everywhere = replace(mark, first_slice=0, last_slice=image.slices - 1)
            for title, changed in (
                (f"On slice {mark.slice_index + 1} only", here),
                ("On all slices", everywhere),
            ):
                self._add(menu, title, changed, is_checked=changed == mark)
        menu.addSeparator()
        self._actions.refresh()
        for command_id in ("mark.words", "mark.edit", "mark.delete", "", "mark.undo"):
            if command_id:
                menu.addAction(self._actions.action(command_id))
            else:
                menu.addSeparator()
        menu.popup(place)

    def _add(self, menu: QMenu, title: str, changed: Mark, *, is_checked: bool) -> None:
        action = QAction(title, menu)
        action.setCheckable(True)
        action.setChecked(is_checked)
        action.triggered.connect(self._change_to(changed))
        menu.addAction(action)

    def _change_to(self, changed: Mark) -> Callable[[], None]:
        return lambda: self._session.apply(lambda state: mark_changed(state, changed))
