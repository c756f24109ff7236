"""Builds what belongs to the grey scale of the window: displays, their check, the loupe."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

from viewer.domain.grey_depth import GreyDepth
from viewer.session.session import Session
from viewer.storage.places import Places
from viewer.ui.backing import painted_depth
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
        self._depths: dict[HangingView, GreyDepth] = {}
        # The picture of a window is there once it has been painted.
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.setInterval(0)
        self._painted.timeout.connect(self._look_at_depths)

    def take(self, hanging: HangingView, panes: PanePresenter) -> None:
        """Give the panes of one window a loupe, and draw each for the screen it is on."""
        loupe = LoupePresenter(session=self._session, hanging=hanging, parent=hanging)
        self.loupes.append(loupe)
        self._depths[hanging] = GreyDepth.EIGHT_BITS
        hanging.destroyed.connect(lambda: self._forget(hanging, loupe))
        hanging.installEventFilter(self)
        panes.draw_for(self.displays.grey_of)
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
        """How the window's screen is calibrated, in a few words."""
        return self.displays.words_of(self._window)

    def check_display(self) -> None:
        """Show the test pattern on the window's screen."""
        screen = self._window.screen()
        self._show(DisplayCheck(displays=self.displays, screen=screen, parent=self._window))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow each window of images from screen to screen, once it has a handle."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Paint):
            self._painted.start()
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
    def _look_at_depths(self) -> None:
        """Draw anew when a window turns out to keep more levels of grey, or fewer."""
        depths = {hanging: painted_depth(hanging) for hanging in self._depths}
        if depths != self._depths:
            self._depths = depths
            self.displays.changed.emit()

    def _forget(self, hanging: HangingView, loupe: LoupePresenter) -> None:
        self._depths.pop(hanging, None)
        self.loupes.remove(loupe)

    @Slot()
    def _say(self) -> None:
        if self._status is not None:
            self._status.show_display(self.display_words())
