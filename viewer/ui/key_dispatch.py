"""Keys to commands: the only place where a key of the main window is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtGui import QKeyEvent

from viewer.commands.command import Command, Context
from viewer.commands.key_bindings import KeyBindings
from viewer.commands.table import COMMANDS, by_id, perform
from viewer.session.state import SessionState
from viewer.ui.key_names import key_name

Refused = Callable[[Command, str], None]
KeysNow = Callable[[SessionState], Mapping[str, str]]
"""Keys that come before those of the table at the moment, with their commands' ids."""


def _no_keys(state: SessionState) -> Mapping[str, str]:
    return {}


class KeyDispatch:
    """Performs what keys are bound to, and ends what acts while a key is held."""

    def __init__(
        self,
        *,
        context: Context,
        keys: KeyBindings,
        refused: Refused,
        commands: Iterable[Command] = COMMANDS,
        keys_now: KeysNow = _no_keys,
    ) -> None:
        """refused: told when a command cannot be used, and why. commands: all there are."""
        self._keys_now = keys_now
        self._context = context
        self._keys = keys
        self._refused = refused
        self._commands = by_id(commands)
        self._held: dict[int, Command] = {}

    @property
    def keys(self) -> KeyBindings:
        """What is bound."""
        return self._keys

    def rebind(self, keys: KeyBindings) -> None:
        """Use other keys from now on."""
        self.release_all()
        self._keys = keys

    def press(self, event: QKeyEvent) -> bool:
        """Perform the key's command; whether there is one."""
        name = key_name(event)
        name = name or ""
        now = self._keys_now(self._context.state)
        command_id = now.get(name) or self._keys.command_of.get(name)
        if command_id is None:
            return False
        command = self._commands[command_id]
        if event.isAutoRepeat() and not command.repeats:
            return True
        if command.release is not None:
            self._held[event.key()] = command
        reason = perform(command, self._context)
        if reason is not None and not event.isAutoRepeat():
            self._refused(command, reason)
        return True

    def release(self, event: QKeyEvent) -> bool:
        """End what the key held; whether it held anything."""
        if event.isAutoRepeat():
            return event.key() in self._held
        command = self._held.pop(event.key(), None)
        if command is None or command.release is None:
            return False
        command.release(self._context)
        return True

    def release_all(self) -> None:
        """End everything held, as when the window loses the keyboard."""
        for command in self._held.values():
            if command.release is not None:
                command.release(self._context)
        self._held.clear()
