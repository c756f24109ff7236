"""The palette, the keyboard's place and the size of words, as commands reach them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QDialog, QWidget

from viewer.commands.command import Command, Context
from viewer.commands.palette import palette_lines, remembered
from viewer.commands.table import COMMANDS, by_id, perform
from viewer.jobs.preferences import Preferences
from viewer.settings import TEXT_STEPS_PERCENT
from viewer.ui.dialogs.palette import Palette
from viewer.ui.keyboard_place import KeyboardPlace


class AccessDesk:
    """See viewer.commands.command.AccessDesk; `use` says what it works on once that is built."""

    def __init__(
        self,
        *,
        preferences: Preferences,
        window: QWidget,
        show: Callable[[QDialog], bool],
        refused: Callable[[Command, str], None],
    ) -> None:
        self._preferences = preferences
        self._window = window
        self._show = show
        self._refused = refused
        self._context: Context | None = None
        self._place: KeyboardPlace | None = None
        self._recent: tuple[str, ...] = ()

    def use(self, context: Context, place: KeyboardPlace) -> None:
        """Run commands on this, and take the keyboard to these parts."""
        self._context, self._place = context, place

    def show_palette(self) -> None:
        """Let the user find and run a command by typing."""
        context = self._context
        if context is None:
            return
        lines = palette_lines(COMMANDS, self._preferences.keys, context, recent=self._recent)
        dialog = Palette(lines, self._window)
        accepted = self._show(dialog)
        if not accepted or dialog.chosen is None:
            return
        command = by_id()[dialog.chosen]
        self._recent = remembered(self._recent, command.id)
        reason = perform(command, context)
        if reason is not None:
            self._refused(command, reason)

    def step_region(self, by: int) -> None:
        """Give the keyboard to another part of the window: 1 the next, -1 the one before."""
        if self._place is not None:
            self._place.step_region(by)

    def why_no_text_step(self, by: int) -> str | None:
        """Why the words cannot be larger (1) or smaller (-1); None when they can."""
        if self._next_size(by) is not None:
            return None
        return f"words are at {self._preferences.settings.text_percent} % already"

    def step_text(self, by: int) -> None:
        """Make the words a step larger (1) or smaller (-1)."""
        size = self._next_size(by)
        if size is not None:
            self._preferences.change(replace(self._preferences.settings, text_percent=size))

    def plain_text(self) -> None:
        """Make the words as large as at first: 100 %."""
        size = TEXT_STEPS_PERCENT[0]
        self._preferences.change(replace(self._preferences.settings, text_percent=size))

    def _next_size(self, by: int) -> int | None:
        now = self._preferences.settings.text_percent
        if by > 0:
            return next((size for size in TEXT_STEPS_PERCENT if size > now), None)
        return next((size for size in reversed(TEXT_STEPS_PERCENT) if size < now), None)
