"""Keys, words and gestures of the main window: palette, keyboard's place, text size, connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from viewer.commands.command import Command, Context
from viewer.jobs.preferences import Preferences
from viewer.session.options import with_options
from viewer.session.session import Session
from viewer.settings import Settings
from viewer.ui.access_desk import AccessDesk
from viewer.ui.keyboard_place import KeyboardPlace
from viewer.ui.main_window import WindowParts
from viewer.ui.theme import use_text_size
from viewer.ui.window_desk import Show


class AccessParts(QObject):
    """What makes everything reachable by keys and readable; made before the desk."""

    def __init__(
        self,
        *,
        session: Session,
        preferences: Preferences,
        window: QWidget,
        show: Show,
        refused: Callable[[Command, str], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self.desk = AccessDesk(preferences=preferences, window=window, show=show, refused=refused)
        preferences.changed.connect(self._use)
        self._use(preferences.settings)

    def take(self, context: Context, parts: WindowParts) -> None:
        """Watch over the keyboard of the window, once its parts are placed."""
        regions = (parts.top_bar, parts.notices, parts.series, parts.panel, parts.status)
        self.place = KeyboardPlace(window=self._window, home=parts.hanging, regions=regions)
        self.desk.use(context, self.place)

    @Slot(Settings)
    def _use(self, settings: Settings) -> None:
        use_text_size(settings.text_percent)
        self._session.apply(
            lambda state: with_options(state, replace(state.options, gestures=settings.gestures))
        )
