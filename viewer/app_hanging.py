"""Hanging protocols and screens in the main window: files, menu, editor, windows, connected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from viewer.app_screens import Screens
from viewer.jobs.hangings import Hangings
from viewer.jobs.preferences import Preferences
from viewer.session.session import Session
from viewer.storage.places import Places
from viewer.ui.actions import CommandActions
from viewer.ui.hanging_desk import HangingDesk
from viewer.ui.hanging_menu import HangingMenu
from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch
from viewer.ui.main_window import MainWindow
from viewer.ui.messages import Messages
from viewer.ui.top_bar import TopBar
from viewer.ui.window_desk import Show


class HangingParts(QObject):
    """Everything about hangings that the main window is built of; the reading window has none."""

    def __init__(
        self,
        *,
        session: Session,
        preferences: Preferences,
        where: Places,
        window: MainWindow,
        show: Show,
        messages: Messages,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._preferences = preferences
        self._where = where
        self._window = window
        self._messages = messages
        self.hangings = Hangings(
            session=session,
            folder=where.hangings,
            chosen=preferences.settings.hanging,
            parent=self,
        )
        self.desk = HangingDesk(session=session, hangings=self.hangings, window=window, show=show)
        self.hangings.not_kept.connect(messages.problem)
        for complaint in self.hangings.complaints:
            messages.notice(complaint)

    def take(
        self,
        *,
        top_bar: TopBar,
        actions: CommandActions,
        keys: KeyDispatch,
        connect_panes: Callable[[HangingView], None],
    ) -> None:
        """Connect the menu and the screens once the window stands.

        connect_panes: gives the panes of a further window a presenter and tools.
        """
        menu = HangingMenu(session=self._session, actions=actions, parent=self._window)
        top_bar.show_hanging_menu(menu)
        self.desk.use_menu(menu, top_bar.hanging_button)
        self.screens = Screens(
            session=self._session,
            file=self._where.windows_file,
            window=self._window,
            keys=keys,
            connect_panes=connect_panes,
            parent=self,
        )
        self.desk.use_screens(self.screens.switch_second)
        self.screens.noticed.connect(self._messages.notice)
        self.screens.not_kept.connect(self._messages.problem)
        for complaint in self.screens.complaints:
            self._messages.notice(complaint)

    def close(self) -> None:
        """Remember the protocol in use and where the windows stand."""
        self._preferences.keep_hanging(self._session.state.protocol.protocol_id)
        self.screens.close()
