"""Settings and keys in use: changed in one place, kept on disk, told to those who follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from viewer.commands.key_bindings import KeyBindings, bind
from viewer.commands.table import COMMANDS
from viewer.domain.overlay_settings import OverlaySettings
from viewer.errors import Problem, problem_of
from viewer.settings import Settings
from viewer.storage.key_file import read_keys, write_keys
from viewer.storage.places import Places
from viewer.storage.settings_file import read_settings, write_settings
from viewer.storage.toml_file import NotKept


class Preferences(QObject):
    """The settings of this run; those given on the command line are not written."""

    changed = Signal(Settings)
    keys_changed = Signal(KeyBindings)
    not_kept = Signal(Problem)

    def __init__(self, *, where: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._where = where
        stored, keys = read_settings(where.settings_file), read_keys(where.keys_file)
        self._kept = self._settings = stored.settings
        self._own_keys: Mapping[str, tuple[str, ...]] = keys.keys
        self._keys = bind(COMMANDS, keys.keys)
        self._complaints = (*stored.complaints, *keys.complaints, *self._keys.complaints)

    @property
    def settings(self) -> Settings:
        """The settings in use."""
        return self._settings

    @property
    def keys(self) -> KeyBindings:
        """What every key does."""
        return self._keys

    @property
    def own_keys(self) -> Mapping[str, tuple[str, ...]]:
        """The keys the user changed, by command id."""
        return self._own_keys

    @property
    def complaints(self) -> tuple[str, ...]:
        """What was wrong with the files."""
        return self._complaints

    def use_once(
        self,
        settings: Settings | None = None,
        *,
        weights: tuple[Path, ...] = (),
        ai_on_open: bool | None = None,
    ) -> None:
        """Use other settings in this run without keeping them."""
        used = settings or self._settings
        if weights:
            used = replace(used, weights=weights, serving={})
        if ai_on_open is not None:
            used = replace(used, ai_on_open=ai_on_open)
        self._settings = used
        self.changed.emit(used)

    def change(self, settings: Settings) -> None:
        """Use other settings and keep what differs from those in use."""
        before = self._settings
        changed = {
            name: getattr(settings, name)
            for name in Settings.__slots__
            if getattr(settings, name) != getattr(before, name)
        }
        if not changed:
            return
        self._settings = settings
        self._kept = replace(self._kept, **changed)
        self._write()
        self.changed.emit(settings)

    def change_keys(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Use and keep other keys."""
        if dict(own) == dict(self._own_keys):
            return
        self._own_keys = own
        self._keys = bind(COMMANDS, own)
        self.keys_changed.emit(self._keys)
        try:
            write_keys(self._where.keys_file, own)
        except NotKept as error:
            self.not_kept.emit(problem_of(error))

    def keep_overlay(self, overlay: OverlaySettings) -> None:
        """Remember how the overlay is drawn; truth and on and off start anew each time."""
        plain = replace(overlay, visible=True, truth=False)
        if plain != self._kept.overlay:
            self._kept = replace(self._kept, overlay=plain)
            self._write()

    def keep_hanging(self, protocol_id: str) -> None:
        """Remember the hanging protocol that is in use."""
        if protocol_id != self._kept.hanging:
            self._kept = replace(self._kept, hanging=protocol_id)
            self._write()

    def _write(self) -> None:
        try:
            write_settings(self._where.settings_file, self._kept)
        except NotKept as error:
            self.not_kept.emit(problem_of(error))
