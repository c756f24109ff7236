"""The windows on the screens: where they stood, a second one for images, displays that go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRect, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from viewer.errors import Problem, problem_of
from viewer.session.framing import size_doubt
from viewer.session.session import Change, Session
from viewer.session.staging import with_screens
from viewer.storage.toml_file import NotKept
from viewer.storage.window_file import WindowPlace, read_windows, write_windows
from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch
from viewer.ui.screen_window import ScreenWindow

_MAIN, _SECOND = 0, 1
_LEAST_SEEN = 80
"""Logical pixels of a window that must lie on a connected display for its place to be used."""


class Screens(QObject):
    """Opens and closes the second window, and remembers where both stood."""

    noticed = Signal(str)
    not_kept = Signal(Problem)

    def __init__(
        self,
        *,
        session: Session,
        file: Path,
        window: QWidget,
        keys: KeyDispatch,
        connect_panes: Callable[[HangingView], None],
        parent: QObject | None = None,
    ) -> None:
        """connect_panes: gives a new window's panes a presenter and tools; called once."""
        super().__init__(parent)
        self._session = session
        self._file = file
        self._window = window
        self._keys = keys
        self._connect_panes = connect_panes
        self._second: ScreenWindow | None = None
        self._doubt: str | None = None
        stored = read_windows(file)
        self._places = dict(stored.windows)
        self.complaints = stored.complaints
        session.changed.connect(self._follow)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(self._display_went)

    @property
    def second(self) -> ScreenWindow | None:
        """The second window, if it was ever opened."""
        return self._second

    def show_main(self, size: tuple[int, int]) -> None:
        """Show the main window where it stood last, or maximised where that display is gone."""
        place = self._places.get(_MAIN)
        self._window.resize(*size)
        if place is not None and _is_visible(place):
            self._window.setGeometry(_rectangle(place))
        if place is None or place.maximised or not _is_visible(place):
            self._window.showMaximized()
        else:
            self._window.show()

    @Slot()
    def switch_second(self) -> None:
        """Open the second window, or close it."""
        if self._session.state.screens > 1:
            self._close_second()
        else:
            self._open_second()

    def close(self) -> None:
        """Remember where the windows stand, and close the second."""
        self._remember(_MAIN, self._window)
        if self._second is not None:
            if self._second.isVisible():
                self._remember(_SECOND, self._second)
            self._second.hanging.finish()
            self._second.blockSignals(True)
            self._second.close()
        try:
            write_windows(self._file, self._places)
        except NotKept as error:
            self.not_kept.emit(problem_of(error))

    def _open_second(self) -> None:
        if self._second is None:
            hanging = HangingView(session=self._session, screen=_SECOND)
            self._second = ScreenWindow(hanging=hanging, keys=self._keys, screen=_SECOND)
            self._second.closing.connect(self._second_closed)
            self._connect_panes(hanging)
        place = self._places.get(_SECOND)
        screen = self._other_display()
        if place is not None and _is_visible(place):
            self._second.setGeometry(_rectangle(place))
        elif screen is not None:
            self._second.setGeometry(screen.availableGeometry())
        else:
            room = QGuiApplication.primaryScreen().availableGeometry()
            self._second.setGeometry(
                QRect(room.left() + room.width() // 2, room.top(), room.width() // 2, room.height())
            )
        self._session.apply(lambda state: with_screens(state, 2))
        self._show_second()

    def _show_second(self) -> None:
        if self._second is None:
            return
        if self._session.state.options.full_screen:
            self._second.showFullScreen()
        else:
            self._second.show()

    def _close_second(self) -> None:
        if self._second is not None:
            self._second.close()

    @Slot()
    def _second_closed(self) -> None:
        if self._second is not None:
            self._remember(_SECOND, self._second)
        self._session.apply(lambda state: with_screens(state, 1))

    def _other_display(self) -> QScreen | None:
        """A display that the main window is not on."""
        here = self._window.screen()
        return next((screen for screen in QGuiApplication.screens() if screen is not here), None)

    @Slot(QScreen)
    def _display_went(self, display: QScreen) -> None:
        """Bring the panes of a display that was unplugged back to the main window."""
        second = self._second
        if second is None or not second.isVisible():
            return
        if second.screen() is display or second.screen() is self._window.screen():
            second.close()
            self.noticed.emit("A display was unplugged: its images are in this window now.")

    def _follow(self, change: Change) -> None:
        if change.touches("pitches", "screens", "panes") and change.new.screens > 1:
            doubt = size_doubt(change.new)
            if doubt is not None and doubt != self._doubt:
                self.noticed.emit(doubt)
            self._doubt = doubt
        before, after = change.old.options.full_screen, change.new.options.full_screen
        second = self._second
        if before != after and second is not None and second.isVisible():
            second.setWindowState(second.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _remember(self, number: int, window: QWidget) -> None:
        box = window.normalGeometry() if window.isMaximized() else window.geometry()
        if window.isFullScreen() or not box.isValid():
            return
        self._places[number] = WindowPlace(
            left=box.left(),
            top=box.top(),
            width=box.width(),
            height=box.height(),
            screen_name=window.screen().name(),
            maximised=window.isMaximized(),
        )


def _rectangle(place: WindowPlace) -> QRect:
    return QRect(place.left, place.top, place.width, place.height)


def _is_visible(place: WindowPlace) -> bool:
    """Whether enough of a window would lie on the display it stood on."""
    for screen in QGuiApplication.screens():
        if place.screen_name in ("", screen.name()):
            seen = screen.availableGeometry().intersected(_rectangle(place))
            if seen.width() >= _LEAST_SEEN and seen.height() >= _LEAST_SEEN:
                return True
    return False
