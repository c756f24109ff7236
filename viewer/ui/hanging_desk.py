"""Choosing and editing hanging protocols."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from viewer.jobs.hangings import Hangings
from viewer.session.session import Session
from viewer.ui.dialogs.edit_hangings import EditHangingsDialog


class HangingDesk:
    """What commands about hangings do with the window."""

    def __init__(
        self,
        *,
        session: Session,
        hangings: Hangings,
        window: QWidget,
        show: Callable[[QDialog], bool],
    ) -> None:
        self._session = session
        self._hangings = hangings
        self._window = window
        self._show = show
        self._switch_second: Callable[[], None] | None = None
        self._menu: QMenu | None = None
        self._anchor: QWidget | None = None

    def use_menu(self, menu: QMenu, anchor: QWidget) -> None:
        """Say which menu offers the protocols, and the button it belongs to."""
        self._menu, self._anchor = menu, anchor

    def use_screens(self, switch_second: Callable[[], None]) -> None:
        """Say what opens and closes the second window."""
        self._switch_second = switch_second

    def switch_second_screen(self) -> None:
        """Open another window for a second screen, or close it."""
        if self._switch_second is not None:
            self._switch_second()

    def choose(self) -> None:
        """Show the menu below its button, or in the window's corner while the bar is hidden."""
        if self._menu is None or self._anchor is None:
            return
        is_shown = self._anchor.isVisible()
        anchor = self._anchor if is_shown else self._window
        corner = QPoint(0, anchor.height()) if is_shown else QPoint(8, 8)
        self._menu.popup(anchor.mapToGlobal(corner))

    def edit(self) -> None:
        """Show the editor; what is saved there hangs at once."""
        dialog = EditHangingsDialog(self._session.state, self._window)
        dialog.delete_requested.connect(self._hangings.delete)
        if self._show(dialog) and dialog.protocol is not None:
            self._hangings.save(dialog.protocol)
