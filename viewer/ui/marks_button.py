"""The button of the top bar that offers the drawing tools and shows which one is in hand."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from viewer.commands.command import Group
from viewer.session.mark_drawing import shape_of_tool
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.ui.actions import CommandActions
from viewer.ui.icons import icon

_ICON = QSize(20, 20)
_NO_TOOL = "mdi6.ruler"
_WORDS = "<b>Marks</b><br>Measure, outline, point at, write; key images; the list of marks."


class MarksButton(QToolButton):
    """Opens the menu of marks; stays pressed in while a drawing tool is in hand."""

    def __init__(
        self, *, session: Session, actions: CommandActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        menu = actions.menu(Group.MARKS, self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(actions.refresh)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(_ICON)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCheckable(True)
        self._show_tool(session.state)
        session.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        if change.touches("options") and change.old.options.tool is not change.new.options.tool:
            self._show_tool(change.new)

    def _show_tool(self, state: SessionState) -> None:
        shape = shape_of_tool(state)
        self.setChecked(shape is not None)
        if shape is None:
            self.setIcon(icon(_NO_TOOL))
            self.setAccessibleName("Marks")
            self.setToolTip(_WORDS)
            return
        action = self._actions.action(f"mark.{shape.value}")
        self.setIcon(action.icon())
        self.setAccessibleName(f"Marks, {shape.value} tool in hand")
        self.setToolTip(f"{_WORDS}<br>In hand: {shape.value}; Esc puts it down.")
