"""Menu entries and buttons, made from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from viewer.commands.cheat_sheet import printed
from viewer.commands.command import Command, Context, Group
from viewer.commands.key_bindings import KeyBindings
from viewer.commands.table import COMMANDS, by_id, perform
from viewer.session.session import Change
from viewer.ui.icons import icon

_REFRESH_MS = 80
_AT_ONCE = 25
"""Actions that are brought in step without a pause."""


class CommandActions(QObject):
    """One QAction for each command; on, off and greyed out as the session stands.

    Keys are shown but not bound to the actions: KeyDispatch is the only listener.
    """

    def __init__(
        self,
        *,
        context: Context,
        keys: KeyBindings,
        refused: Callable[[Command, str], None],
        commands: Iterable[Command] = COMMANDS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._refused = refused
        self._said: dict[str, str | None] = {}
        """The reasons that tooltips give now."""
        self._commands = by_id(commands)
        self._actions = {i: self._action(command) for i, command in self._commands.items()}
        # Scrolling must not pay for greying out; buttons follow a moment later.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh_some)
        self._stale: list[Command] = []
        context.session.changed.connect(self._follow)
        self.rebind(keys)

    def action(self, command_id: str) -> QAction:
        """The action of a command."""
        return self._actions[command_id]

    def rebind(self, keys: KeyBindings) -> None:
        """Show other keys."""
        self._keys = keys
        self._said.clear()
        for command in self._commands.values():
            self._actions[command.id].setText(self._menu_text(command))
        self.refresh()

    def refresh(self) -> None:
        """Bring all actions in step with the session."""
        self._stale.clear()
        for command in self._commands.values():
            self._refresh_one(command)

    def stop(self) -> None:
        """Follow the session no longer."""
        self._timer.stop()

    def menu(self, group: Group, parent: QWidget | None = None) -> QMenu:
        """A menu of one group."""
        ids = [c.id for c in self._commands.values() if c.group is group and c.in_menu]
        menu = self._menu_of(ids, parent)
        menu.setTitle(group.value)
        return menu

    def main_menu(self, parent: QWidget | None = None) -> QMenu:
        """All groups as submenus."""
        menu = QMenu(parent)
        menu.aboutToShow.connect(self.refresh)
        used = {command.group for command in self._commands.values()}
        for group in Group:
            if group in used:
                menu.addMenu(self.menu(group, menu))
        return menu

    def pane_menu(self, parent: QWidget | None = None) -> QMenu:
        """What a right click on a pane offers."""
        return self._menu_of(_PANE_MENU, parent)

    def button(
        self, command_id: str, parent: QWidget | None = None, *, words: bool = False
    ) -> QToolButton:
        """A button of the top bar: an icon with words on hover, or words."""
        button = QToolButton(parent)
        button.setDefaultAction(self._actions[command_id])
        button.setAutoRaise(True)
        if words:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setAccessibleName(self._commands[command_id].title)
        return button

    def _menu_of(self, command_ids: Iterable[str], parent: QWidget | None) -> QMenu:
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self.refresh)
        for command_id in command_ids:
            if command_id in self._actions:
                menu.addAction(self._actions[command_id])
            elif not command_id:
                menu.addSeparator()
        return menu

    def _action(self, command: Command) -> QAction:
        action = QAction(self)
        if command.icon:
            action.setIcon(icon(command.icon))
        action.setIconText(command.title.rstrip("…"))
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda _=False: self._perform(command))
        return action

    def _perform(self, command: Command) -> None:
        reason = perform(command, self._context)
        if reason is not None:
            self._refused(command, reason)
        # Qt toggles a checkable action by itself, even when the session did not follow.
        self._refresh_one(command)

    def _refresh_one(self, command: Command) -> None:
        action = self._actions[command.id]
        reason = command.obstacle(self._context)
        action.setEnabled(reason is None)
        if command.checked is not None:
            action.setChecked(command.checked(self._context.state))
        if self._said.get(command.id, "") != reason:
            self._said[command.id] = reason
            action.setToolTip(self._tip(command, reason))

    def _tip(self, command: Command, reason: str | None) -> str:
        title = command.title.rstrip("…")
        keys = ", ".join(printed(key) for key in self._keys.keys_of[command.id])
        words = f"<b>{title}</b>" + (f"&nbsp;&nbsp;{keys}" if keys else "") + f"<br>{command.help}"
        return words if reason is None else f"{words}<br><i>Not now: {reason}.</i>"

    def _menu_text(self, command: Command) -> str:
        keys = self._keys.keys_of[command.id]
        return f"{command.title}\t{printed(keys[0])}" if keys else command.title

    def _follow(self, change: Change) -> None:
        # Anew at each change: a drag pays for no greying out until it rests.
        if not change.is_scrolling:
            self._stale = list(self._commands.values())
            self._timer.start(_REFRESH_MS)

    @Slot()
    def _refresh_some(self) -> None:
        """A few, then what else the window has to do, then the rest: nobody feels a pause."""
        now, self._stale = self._stale[:_AT_ONCE], self._stale[_AT_ONCE:]
        for command in now:
            self._refresh_one(command)
        if self._stale:
            self._timer.start(0)


_PANE_MENU = (
    "view.maximise",
    "view.kind",
    "view.extra",
    "view.put_image",
    "",
    "image.fit",
    "image.actual_pixels",
    "image.reset",
    "image.invert",
    "image.flip_horizontally",
    "image.flip_vertically",
    "",
    "slice.cine",
    "slice.link",
    "",
    "mark.key_image",
    "mark.visible",
    "",
    "ai.overlay",
    "ai.next_finding",
    "ai.truth",
    "ai.run",
    "",
    "picture.copy_pane",
    "picture.save_pane",
    "picture.figure",
    "picture.animation",
    "",
    "exam.assign_views",
)
