"""Builds what belongs to the grey scale of the window: displays, their check, the loupe."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

from viewer.session.session import Session
from viewer.storage.places import Places
from viewer.ui.display_check.display_check import DisplayCheck
from viewer.ui.displays import Displays
from viewer.ui.hanging_view import HangingView
from viewer.ui.loupe_presenter import LoupePresenter
from viewer.ui.messages import Messages
from viewer.ui.pane_presenter import PanePresenter
from viewer.ui.status_bar import StatusBar
from viewer.ui.window_desk import Show


class GreyParts(QObject):
    """Owns the long-lived objects of the grey scale."""

    def __init__(
        self,
        *,
        session: Session,
        where: Places,
        window: QWidget,
        show: Show,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.displays = Displays(folder=where.displays, parent=self)
        self.loupes: list[LoupePresenter] = []
        self._session, self._window, self._show = session, window, show
        self._status: StatusBar | None = None
        self._handles: set[QWindow] = set()

    def take(self, hanging: HangingView, panes: PanePresenter) -> None:
        """Give the panes of one window a loupe, and draw each for the screen it is on."""
        loupe = LoupePresenter(session=self._session, hanging=hanging, parent=hanging)
        self.loupes.append(loupe)
        hanging.destroyed.connect(lambda: self.loupes.remove(loupe))
        hanging.installEventFilter(self)
        panes.draw_for(self.displays.function_of)
        self.displays.changed.connect(panes.show_all)

    def say_in(self, status: StatusBar, messages: Messages) -> None:
        """Say how the window's screen is calibrated, now and whenever that changes; once."""
        self._status = status
        self.displays.changed.connect(self._say)
        self._window.installEventFilter(self)
        for complaint in self.displays.complaints:
            messages.notice(complaint)
        self._say()

    def display_words(self) -> str:
        """How the window's screen is calibrated, in two or three words."""
        return self.displays.words_of(self._window.screen())

    def check_display(self) -> None:
        """Show the test pattern on the window's screen."""
        screen = self._window.screen()
        self._show(DisplayCheck(displays=self.displays, screen=screen, parent=self._window))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow each window of images from screen to screen, once it has a handle."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            handle = watched.window().windowHandle()
            if handle is not None and handle not in self._handles:
                self._handles.add(handle)
                handle.screenChanged.connect(self._screen_changed)
                handle.destroyed.connect(lambda: self._handles.discard(handle))
        return False

    @Slot()
    def _screen_changed(self) -> None:
        # Whatever hangs is drawn for the screen it is on now.
        self.displays.changed.emit()

    @Slot()
    def _say(self) -> None:
        if self._status is not None:
            self._status.show_display(self.display_words())
